#pragma once

#include "actors/broker/broker.hpp"

namespace troupe {

/// Spawns the KEEPER of a BROKER: it speaks as one, passes everything on, and
/// spawns another BROKER when the present one ends. What the dead one had in
/// hand it has answered as it ended; what was unacknowledged comes again.
[[nodiscard]] broker_actor spawn_broker_keeper(caf::actor_system& system,
                                               const broker_parts& parts,
                                               const job_taker_actor& taker);

} // namespace troupe
