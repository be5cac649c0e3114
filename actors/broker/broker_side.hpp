#pragma once

#include "actors/broker/broker_keeper.hpp"
#include "actors/broker/broker_ports.hpp"
#include "actors/broker/job_server.hpp"

#include <caf/fwd.hpp>

namespace troupe {

/// Whom a node's side towards RabbitMQ speaks to.
struct broker_peers {
  supervisor_actor supervisor;
  librarian_actor librarian;
  reader_actor reader;
};

/// Borrowed; outlive the actor system. `threads` may be null.
struct broker_surroundings {
  const media_finder* finder = nullptr;
  const wall_clock* clock = nullptr;
  log_sink* log = nullptr;
  const thread_placement* threads = nullptr;
};

/// A node's side towards RabbitMQ: KEEPER, BROKER and JOB SERVER.
///
/// Thread affinity: that of `troupe_system`.
class broker_side {
public:
  /// Spawns all three; jobs come in for the kinds that have a pool here.
  broker_side(caf::actor_system& system, const broker_ports& ports,
              const pool_statuses& pools, const broker_peers& peers,
              const broker_surroundings& around);

  /// No more jobs come in; those in hand go on.
  void stop_intake(caf::scoped_actor& client);

  /// Publishes what waits and closes the connections; 10 s at most.
  void flush(caf::scoped_actor& client);

  /// The KEEPER, who speaks as a BROKER.
  [[nodiscard]] const broker_actor& broker() const noexcept {
    return broker_;
  }

  /// Ends all three and waits for it.
  void end(caf::scoped_actor& client);

private:
  job_server_actor jobs_;
  broker_actor broker_;
};

} // namespace troupe
