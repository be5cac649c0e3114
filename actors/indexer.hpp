#pragma once

#include "actors/messages/indexer.hpp"
#include "actors/placement.hpp"
#include "domain/index/library_index.hpp"
#include "domain/ports/library_reader.hpp"
#include "domain/ports/log_sink.hpp"
#include "domain/ports/thread_placement.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace troupe {

/// Tunables of the INDEXER.
struct indexer_tunables {
  index::library_index_policy policy;
  /// Questions of one pass, in [1, 1024].
  std::size_t batch_max = 64;
  /// Time between a COMMIT and its results' being taken in unasked.
  std::chrono::milliseconds take_in_after{250};
  /// Quiet time before changes are written to the cache.
  std::chrono::milliseconds save_after{300'000};
  placement where = placement::detached;
  /// Names the actor's own thread; borrowed, may be null.
  const thread_placement* threads = nullptr;
};

/// Spawns the INDEXER. It opens the library, by `open` and on its own thread,
/// when the first question comes; until then it costs nothing.
/// @param ports, log borrowed; must outlive the actor system
[[nodiscard]] indexer_actor
spawn_indexer(caf::actor_system& system, const indexer_tunables& tunables,
              std::function<result<std::unique_ptr<library_reader>>()> open,
              const index::index_ports& ports, log_sink& log);

} // namespace troupe
