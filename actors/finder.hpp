#pragma once

#include "actors/messages/embedding_supervisor.hpp"
#include "actors/messages/finder.hpp"
#include "actors/messages/reader.hpp"
#include "actors/placement.hpp"
#include "domain/ports/media_finder.hpp"
#include "domain/ports/thread_placement.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace troupe {

/// Tunables of the FINDER.
struct finder_tunables {
  /// Files recorded in one message, in [1, 4096].
  std::size_t batch_files_max = 64;
  /// Bytes read before a batch is sent even if it is short, so that analysis
  /// starts while the walk goes on. A walk begins with the first of these and
  /// doubles it batch by batch: workers that wait for a first batch of 64 MiB
  /// lose an eighth of a short run.
  std::int64_t first_batch_bytes = 1 << 20;
  std::int64_t batch_bytes_max = 64 << 20;
  /// Silence of READER or SUPERVISOR after which the walk is given up.
  std::chrono::milliseconds deadline{1'200'000};
  placement where = placement::detached;
  /// Names the actor's own thread; borrowed, may be null.
  const thread_placement* threads = nullptr;
};

/// Spawns the FINDER.
/// @param files borrowed; must outlive the actor system
[[nodiscard]] finder_actor spawn_finder(caf::actor_system& system,
                                        const finder_tunables& tunables,
                                        const supervisor_actor& supervisor,
                                        const reader_actor& reader,
                                        const media_finder& files);

} // namespace troupe
