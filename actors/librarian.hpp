#pragma once

#include "actors/messages/librarian.hpp"
#include "actors/placement.hpp"
#include "domain/jobs/suspicion.hpp"
#include "domain/ports/library_store.hpp"
#include "domain/ports/log_sink.hpp"
#include "domain/ports/thread_placement.hpp"
#include "domain/ports/wall_clock.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace troupe {

/// Tunables of the LIBRARIAN.
struct librarian_tunables {
  /// Messages that one COMMIT may answer, in [1, 65536].
  std::size_t batch_max = 512;
  /// Quiet time before the log is moved into the file.
  std::chrono::milliseconds tidy_after{1'000};
  /// Jobs that an answer about what is still to run names, in [1, 10000].
  std::int64_t live_named_max = 100;
  suspicion_policy suspicion;
  placement where = placement::detached;
  /// Called on the LIBRARIAN's thread after a COMMIT of results, before its
  /// answers; true: some may be gone. May be empty.
  std::function<void(bool lost)> on_change = {};
  /// Names the actor's own thread; borrowed, may be null.
  const thread_placement* threads = nullptr;
};

/// Spawns the LIBRARIAN as the sole owner of `store`. A store that fails fails
/// the messages of its batch; the next message begins a new one.
/// @param clock, log borrowed; must outlive the actor system
[[nodiscard]] librarian_actor
spawn_librarian(caf::actor_system& system, const librarian_tunables& tunables,
                std::unique_ptr<library_store> store, const wall_clock& clock,
                log_sink& log);

} // namespace troupe
