#pragma once

#include "actors/messages/embedding_supervisor.hpp"
#include "actors/messages/librarian.hpp"
#include "actors/messages/worker.hpp"
#include "domain/dispatch/worker_pool.hpp"
#include "domain/jobs/retry_policy.hpp"
#include "domain/ports/crash_notes.hpp"
#include "domain/ports/log_sink.hpp"
#include "domain/ports/wall_clock.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace troupe {

/// Makes a worker for a seat; called by the SUPERVISOR, on its thread, at
/// start and after each death.
using worker_factory = std::function<worker_actor(
  caf::actor_system&, const worker_seat&, const dispatcher_actor&)>;

/// One pool: its kind, its limits, its workers.
struct pool_plan {
  job_kind kind = job_kind::audio_analyze;
  /// Prefix of worker names, e.g. "analyzer": "analyzer-0", …
  std::string worker_name;
  pool_limits limits;
  worker_factory spawn;
};

/// Tunables of the SUPERVISOR.
struct supervisor_tunables {
  retry_policy retry;
  /// Time between two reconciliations; 0 = only at start and on command.
  std::chrono::milliseconds reconcile_every{300'000};
  /// Time between two looks at deadlines while work is in hand.
  std::chrono::milliseconds watch_every{1'000};
  /// Silence of the LIBRARIAN after which a request counts as unknown.
  std::chrono::milliseconds librarian_deadline{30'000};
  /// Pause before an unknown or failed request is asked again.
  std::chrono::milliseconds ask_again_after{500};
  /// Time a worker has to hand its job back, after the grace period.
  std::chrono::milliseconds hand_back_within{2'000};
  /// Longest wait of jobs that must run alone before the others are held.
  std::chrono::milliseconds suspects_wait_max{60'000};
  /// Sizes that somebody saved win over those of the plans.
  bool use_saved_scales = false;
  /// Seed of the jitter.
  std::uint64_t seed = 1;
  /// What the last process left in its crash file.
  std::vector<crash_note> crashes;
};

/// Spawns the SUPERVISOR in the shared pool: it only routes. It ends when the
/// LIBRARIAN does.
/// @param clock, log borrowed; must outlive the actor system
[[nodiscard]] supervisor_actor spawn_embedding_supervisor(
  caf::actor_system& system, const supervisor_tunables& tunables,
  std::vector<pool_plan> pools, const librarian_actor& librarian,
  const wall_clock& clock, log_sink& log);

} // namespace troupe
