#pragma once

#include "actors/embedding_supervisor.hpp"
#include "actors/messages/embedder.hpp"
#include "actors/troupe_system.hpp"

#include <vector>

namespace troupe {

/// The pools of a system: one for each kind of work whose size is not 0 and
/// whose ports are there. The ports are borrowed by the workers.
/// @param desk brings PREPROCESSORs and EMBEDDERs together
[[nodiscard]] std::vector<pool_plan> plan_pools(const system_ports& ports,
                                                const system_settings& settings,
                                                const batch_desk_actor& desk);

} // namespace troupe
