#pragma once

#include "actors/messages/types.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace troupe {

/// The WATCHER: has watched folders walked again when something changed.
using watcher_actor = caf::typed_actor<
  // Walks the folders now. From itself, a while after a change.
  caf::reacts_to<rescan_atom>>;

} // namespace troupe
