#pragma once

#include "actors/messages/embedder.hpp"
#include "actors/messages/embedding_supervisor.hpp"
#include "actors/placement.hpp"
#include "domain/dispatch/worker_pool.hpp"
#include "domain/ports/crash_notes.hpp"
#include "domain/ports/image_document.hpp"
#include "domain/ports/media_finder.hpp"
#include "domain/ports/square_fourier.hpp"
#include "domain/ports/thread_placement.hpp"

#include <caf/fwd.hpp>

namespace troupe {

/// What an EMBEDDER works with. All borrowed, thread-safe, and outliving the
/// actor system.
struct embedder_ports {
  const square_fourier_source* transforms = nullptr;
  const image_document* documents = nullptr;
  /// Reads texts that are files.
  const media_finder* files = nullptr;
  /// May be null: threads are then neither named nor prepared.
  const thread_placement* threads = nullptr;
  /// May be null: crashes then name nobody.
  crash_notes* crashes = nullptr;
};

/// Spawns an EMBEDDER for a seat of the pool: it does one text at a time for
/// the SUPERVISOR, and between two texts one batch of pictures for the BATCH
/// DESK.
[[nodiscard]] embedder_actor
spawn_embedder(caf::actor_system& system, const embedder_ports& ports,
               const worker_seat& seat, const dispatcher_actor& supervisor,
               const batch_desk_actor& desk, placement where);

} // namespace troupe
