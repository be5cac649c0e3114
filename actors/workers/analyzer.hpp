#pragma once

#include "actors/messages/embedding_supervisor.hpp"
#include "actors/messages/worker.hpp"
#include "actors/placement.hpp"
#include "domain/dispatch/worker_pool.hpp"
#include "domain/ports/audio_decoder.hpp"
#include "domain/ports/audio_document.hpp"
#include "domain/ports/audio_fingerprint.hpp"
#include "domain/ports/crash_notes.hpp"
#include "domain/ports/fourier.hpp"
#include "domain/ports/media_finder.hpp"
#include "domain/ports/tag_reader.hpp"
#include "domain/ports/thread_placement.hpp"

#include <caf/fwd.hpp>

#include <cstdint>

namespace troupe {

/// What an ANALYZER works with. All borrowed, thread-safe, and outliving the
/// actor system.
struct analyzer_ports {
  const audio_decoder_source* decoders = nullptr;
  const tag_reader* tags = nullptr;
  const fourier_source* fourier = nullptr;
  const audio_document* documents = nullptr;
  const media_finder* files = nullptr;
  /// May be null: threads are then neither named nor prepared.
  const thread_placement* threads = nullptr;
  /// May be null: crashes then name nobody.
  crash_notes* crashes = nullptr;
  /// May be null: results then have no fingerprint.
  const audio_fingerprint_source* fingerprints = nullptr;
};

/// Tunables of an ANALYZER.
struct analyzer_tunables {
  /// Media longer than this is refused; 0 = no limit.
  std::int64_t duration_s_max = 0;
  placement where = placement::detached;
};

/// Spawns an ANALYZER for a seat of the pool: it holds one audio file at a
/// time, decodes a block per message, and so hears a cancel between two.
[[nodiscard]] worker_actor spawn_analyzer(caf::actor_system& system,
                                          const analyzer_tunables& tunables,
                                          const analyzer_ports& ports,
                                          const worker_seat& seat,
                                          const dispatcher_actor& supervisor);

} // namespace troupe
