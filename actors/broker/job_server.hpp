#pragma once

#include "actors/broker/broker_ports.hpp"
#include "actors/messages/broker.hpp"
#include "actors/messages/embedding_supervisor.hpp"
#include "actors/messages/librarian.hpp"
#include "actors/messages/reader.hpp"
#include "actors/placement.hpp"
#include "domain/ports/log_sink.hpp"
#include "domain/ports/media_finder.hpp"
#include "domain/ports/thread_placement.hpp"
#include "domain/ports/wall_clock.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <cstdint>

namespace troupe {

/// The JOB SERVER: does jobs that come in over RabbitMQ.
using job_server_actor =
  job_taker_actor::extend_with<job_listener_actor>::extend<
    // Uses this BROKER from now on. From troupe_system.
    caf::reacts_to<serve_atom, broker_actor>,
    // Tries again what had to wait. From itself.
    caf::reacts_to<retry_atom, std::uint64_t>>;

/// What the JOB SERVER needs: of the ports it uses all but the connection.
/// Borrowed pointers outlive the actor system.
struct job_server_parts {
  broker_ports ports;
  const media_finder* finder = nullptr;
  const wall_clock* clock = nullptr;
  log_sink* log = nullptr;
  /// May be null.
  const thread_placement* threads = nullptr;
  placement where = placement::detached;
  /// Of a question to LIBRARIAN, SUPERVISOR or READER.
  std::chrono::milliseconds deadline{60'000};
  /// After which what could not be done is tried again.
  std::chrono::milliseconds again_after{2'000};
};

/// Spawns it; it does nothing until it is given a BROKER.
[[nodiscard]] job_server_actor
spawn_job_server(caf::actor_system& system, const job_server_parts& parts,
                 const supervisor_actor& supervisor,
                 const librarian_actor& librarian, const reader_actor& reader);

} // namespace troupe
