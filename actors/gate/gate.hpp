#pragma once

#include "actors/gate/gate_ports.hpp"
#include "actors/messages/administrator.hpp"
#include "actors/messages/gate.hpp"
#include "actors/messages/librarian.hpp"
#include "actors/messages/porter.hpp"
#include "domain/ports/log_sink.hpp"
#include "domain/ports/thread_placement.hpp"
#include "domain/ports/wall_clock.hpp"

#include <caf/fwd.hpp>

#include <string>

namespace troupe {

/// What a GATE is made of. Borrowed pointers outlive the actor system.
struct gate_parts {
  gate_ports ports;
  /// The socket of the door that people's commands come to.
  std::string socket;
  /// Whom they may speak to behind it.
  porter_actor porter;
  administrator_actor administrator;
  /// Puts on record who came, and who was refused.
  librarian_actor librarian;
  const wall_clock* clock = nullptr;
  log_sink* log = nullptr;
  /// May be null.
  const thread_placement* threads = nullptr;
};

/// Spawns the GATE on a thread of its own, where it sleeps in poll(2).
[[nodiscard]] gate_actor spawn_gate(caf::actor_system& system,
                                    gate_parts parts);

} // namespace troupe
