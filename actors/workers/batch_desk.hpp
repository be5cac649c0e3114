#pragma once

#include "actors/messages/embedder.hpp"

#include <caf/fwd.hpp>

#include <chrono>

namespace troupe {

/// Spawns the BATCH DESK in the shared pool: it only routes. A PREPROCESSOR
/// offers its batches here, an EMBEDDER takes the most urgent one when it is
/// free; so neither needs to know how many there are of the other.
/// @param deadline an EMBEDDER that holds a batch longer counts as hung: its
/// batch fails, and it gets no other
[[nodiscard]] batch_desk_actor
spawn_batch_desk(caf::actor_system& system, std::chrono::milliseconds deadline);

} // namespace troupe
