#pragma once

#include "actors/messages/broker.hpp"
#include "domain/amqp/session.hpp"
#include "domain/ports/amqp_transport.hpp"
#include "domain/ports/log_sink.hpp"
#include "domain/ports/thread_placement.hpp"
#include "domain/ports/wall_clock.hpp"

#include <caf/fwd.hpp>

#include <functional>
#include <memory>
#include <string>

namespace troupe {

/// What a BROKER is made of. Borrowed pointers outlive the actor system.
struct broker_parts {
  amqp::session_options session;
  /// A connection, not connected yet; called twice per BROKER.
  std::function<std::unique_ptr<amqp_transport>()> open_transport;
  /// The server for people, without a password.
  std::string server;
  const wall_clock* clock = nullptr;
  log_sink* log = nullptr;
  /// May be null.
  const thread_placement* threads = nullptr;
};

/// Spawns the BROKER on a thread of its own, where it sleeps in poll(2).
/// Jobs that come in go to `taker`, which may be null.
[[nodiscard]] broker_actor spawn_broker(caf::actor_system& system,
                                        const broker_parts& parts,
                                        const job_taker_actor& taker);

} // namespace troupe
