#pragma once

#include "actors/messages/upscaler.hpp"
#include "actors/placement.hpp"
#include "domain/ports/content_hash.hpp"
#include "domain/ports/thread_placement.hpp"
#include "domain/ports/weights_source.hpp"

#include <caf/fwd.hpp>

namespace troupe {

/// What a FOREMAN works with. All borrowed, thread-safe, and outliving the
/// actor system.
struct foreman_ports {
  const weights_source* weights = nullptr;
  const content_hasher* hasher = nullptr;
  /// May be null: its thread then has no name.
  const thread_placement* threads = nullptr;
};

/// Spawns the FOREMAN of a pool of UPSCALERs. It loads files, hence its own
/// thread. Should it end, its UPSCALERs end too, and their pool breaks.
[[nodiscard]] foreman_actor spawn_foreman(caf::actor_system& system,
                                          const foreman_ports& ports,
                                          placement where);

} // namespace troupe
