#pragma once

#include "actors/messages/worker.hpp"
#include "domain/image/descriptors/description.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <memory>
#include <string>
#include <vector>

namespace troupe {

/// Pictures on their way from a PREPROCESSOR to an EMBEDDER.
struct picture_batch {
  /// In [0, 9]; 9 is most urgent.
  int priority = 0;
  /// Under which version a death is blamed.
  std::string decoder;

  struct item {
    claimed_job_ptr job;
    image::seen_picture picture;
  };

  /// Never empty.
  std::vector<item> items;
};

using picture_batch_ptr = std::shared_ptr<const picture_batch>;

/// What became of a batch: one per item, same order. One that failed says
/// nothing of the others.
using embedded_batch = std::vector<result<job_output>>;
using embedded_batch_ptr = std::shared_ptr<const embedded_batch>;

} // namespace troupe

// These stay inside the process.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::picture_batch_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::embedded_batch_ptr)

namespace troupe {

/// An EMBEDDER: a worker for texts that also takes batches of pictures.
using embedder_actor = worker_actor::extend<
  // Embeds a batch; replies what became of each picture. From the BATCH DESK.
  caf::replies_to<work_atom, picture_batch_ptr>::with<embedded_batch_ptr>>;

/// The BATCH DESK: brings batches and EMBEDDERs together.
using batch_desk_actor = caf::typed_actor<
  // Is ready for batches, one at a time. From an EMBEDDER, once.
  caf::reacts_to<ask_atom>,
  // Has a batch embedded by whoever is free; waits as long as nobody is.
  // `unreachable` or `timeout` when its EMBEDDER died or hung. From a
  // PREPROCESSOR.
  caf::replies_to<work_atom, picture_batch_ptr>::with<embedded_batch_ptr>>;

/// A PREPROCESSOR: a worker for pictures.
using preprocessor_actor = worker_actor::extend<
  // Sends off the batches that have waited long enough. From itself.
  caf::reacts_to<dispatch_atom>,
  // Says that it lives while it waits for EMBEDDERs. From itself.
  caf::reacts_to<watch_atom>>;

} // namespace troupe
