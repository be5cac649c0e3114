#pragma once

#include "actors/messages/embedder.hpp"
#include "actors/messages/embedding_supervisor.hpp"
#include "actors/placement.hpp"
#include "domain/dispatch/batch_former.hpp"
#include "domain/dispatch/worker_pool.hpp"
#include "domain/image/pixel_source.hpp"
#include "domain/ports/crash_notes.hpp"
#include "domain/ports/log_sink.hpp"
#include "domain/ports/media_finder.hpp"
#include "domain/ports/picture_decoder.hpp"
#include "domain/ports/thread_placement.hpp"
#include "domain/ports/wall_clock.hpp"

#include <caf/fwd.hpp>

namespace troupe {

/// What a PREPROCESSOR works with. All borrowed, thread-safe, and outliving
/// the actor system.
struct preprocessor_ports {
  /// Makes the decoder; called once by each PREPROCESSOR, on its thread.
  picture_decoder_source open_decoder;
  const media_finder* files = nullptr;
  const wall_clock* clock = nullptr;
  log_sink* log = nullptr;
  /// May be null: threads are then neither named nor pinned.
  const thread_placement* threads = nullptr;
  /// May be null: crashes then name nobody.
  crash_notes* crashes = nullptr;
};

/// Tunables of a PREPROCESSOR.
struct preprocessor_tunables {
  batch_limits batches;
  /// Batches that may be on their way to an EMBEDDER or with one, at least 1.
  int in_flight = 2;
  image::pixel_rules rules;
  placement where = placement::detached;

  /// Decoded pictures that one PREPROCESSOR lets exist at once.
  [[nodiscard]] int pictures_max() const noexcept {
    return in_flight * static_cast<int>(batches.items_max);
  }

  /// Jobs that it holds: the pictures, and the next batch, not yet decoded, so
  /// that a slow commit finds it busy.
  [[nodiscard]] int depth() const noexcept {
    return pictures_max() + static_cast<int>(batches.items_max);
  }
};

/// Spawns a PREPROCESSOR for a seat of the pool, pinned to the core of the
/// slot's number among those that the process may use. It decodes one picture
/// per message, gathers batches, and has EMBEDDERs finish them; at most
/// `pictures_max` decoded pictures exist, whatever is queued. Everything that
/// decodes is made on its thread and refuses to be used on another.
[[nodiscard]] preprocessor_actor spawn_preprocessor(
  caf::actor_system& system, const preprocessor_tunables& tunables,
  const preprocessor_ports& ports, const worker_seat& seat,
  const dispatcher_actor& supervisor, const batch_desk_actor& desk);

} // namespace troupe
