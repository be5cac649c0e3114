#pragma once

#include "actors/messages/types.hpp"
#include "actors/messages/worker.hpp"
#include "domain/upscale/enlargement.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <memory>
#include <string>

namespace troupe {

/// Shared with whoever computes it.
using tile_task_ptr = std::shared_ptr<const upscale::tile_task>;
using tile_pixels_ptr = std::shared_ptr<const upscale::tile_pixels>;

/// Which network a picture needs.
struct weights_wish {
  std::string model;
  image::image_size from;
  image::image_size to;
};

/// The network for it; no set where none is needed.
struct weights_grant {
  upscale::weights_ptr weights;
};

/// An UPSCALER without a picture of its own.
using helper_actor = caf::typed_actor<
  // Computes a tile; `overloaded` while it has a picture of its own. From the
  // UPSCALER that it is lent to.
  caf::replies_to<tile_atom, tile_task_ptr>::with<tile_pixels_ptr>>;

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::helper_actor)

namespace troupe {

/// An UPSCALER with a picture of many tiles.
using borrower_actor = caf::typed_actor<
  // May give tiles to this helper until its picture is done. From the FOREMAN.
  caf::reacts_to<lend_atom, helper_actor>>;

/// An UPSCALER: one picture at a time, tile by tile; without one, it computes
/// the tiles of others.
using upscaler_actor =
  worker_actor::extend_with<helper_actor>::extend_with<borrower_actor>;

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::borrower_actor)

namespace troupe {

/// The FOREMAN of the UPSCALERs: holds the networks, each once, and lends
/// idle UPSCALERs to those with a large picture.
using foreman_actor = caf::typed_actor<
  // Replies the network, loaded if need be. From an UPSCALER.
  caf::replies_to<weights_atom, weights_wish>::with<weights_grant>,
  // Has nothing to do. From an UPSCALER.
  caf::reacts_to<ask_atom, helper_actor>,
  // Got a picture of its own. From an UPSCALER.
  caf::reacts_to<leave_atom, helper_actor>,
  // Has tiles for others. From an UPSCALER.
  caf::reacts_to<lend_atom, borrower_actor>,
  // Has none any more. From the same.
  caf::reacts_to<finish_atom, borrower_actor>>;

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::tile_pixels_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::tile_task_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::weights_grant)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::weights_wish)
