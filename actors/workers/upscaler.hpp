#pragma once

#include "actors/messages/embedding_supervisor.hpp"
#include "actors/messages/upscaler.hpp"
#include "actors/placement.hpp"
#include "domain/dispatch/worker_pool.hpp"
#include "domain/ports/colour_profiles.hpp"
#include "domain/ports/crash_notes.hpp"
#include "domain/ports/file_source.hpp"
#include "domain/ports/image_encoder.hpp"
#include "domain/ports/media_finder.hpp"
#include "domain/ports/thread_placement.hpp"

#include <caf/fwd.hpp>

#include <cstddef>
#include <cstdint>

namespace troupe {

/// What an UPSCALER works with. All borrowed, thread-safe, and outliving the
/// actor system.
struct upscaler_ports {
  const image_codec* codec = nullptr;
  const colour_profiles* profiles = nullptr;
  const image_encoder* encoder = nullptr;
  const file_source* files = nullptr;
  const media_finder* finder = nullptr;
  /// May be null: threads are then neither named nor prepared.
  const thread_placement* threads = nullptr;
  /// May be null: crashes then name nobody.
  crash_notes* crashes = nullptr;
};

/// Tunables of an UPSCALER.
struct upscaler_tunables {
  /// Larger files and pictures are refused.
  std::uint64_t file_bytes_max = 0;
  image_limits limits;
  /// What one picture may take besides itself; more is refused.
  std::size_t scratch_bytes_max = std::size_t{64} << 20U;
  placement where = placement::detached;
};

/// Spawns an UPSCALER for a seat of the pool: it has one picture at a time,
/// computes a tile per message, and so hears a cancel between two. Weights
/// belong to the FOREMAN, scratch to it alone.
[[nodiscard]] upscaler_actor spawn_upscaler(caf::actor_system& system,
                                            const upscaler_tunables& tunables,
                                            const upscaler_ports& ports,
                                            const worker_seat& seat,
                                            const dispatcher_actor& supervisor,
                                            const foreman_actor& foreman);

} // namespace troupe
