#pragma once

#include "actors/messages/types.hpp"

#include <caf/typed_actor.hpp>

namespace troupe {

/// The GATE: visitors of other hosts come through it to a door.
using gate_actor = caf::typed_actor<
  // Lets nobody in any more; who is in stays. From the system, at its end.
  caf::reacts_to<pause_atom>>;

} // namespace troupe
