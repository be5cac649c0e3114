#pragma once

#include "actors/messages/administrator.hpp"
#include "actors/messages/broker.hpp"
#include "actors/messages/embedding_supervisor.hpp"
#include "actors/messages/librarian.hpp"
#include "actors/messages/reader.hpp"
#include "domain/ports/library_store.hpp"
#include "domain/ports/wall_clock.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace troupe {

/// Tunables of the ADMINISTRATOR.
struct administrator_tunables {
  /// Silence after which a question counts as unanswered. Longer than the
  /// SUPERVISOR waits for the LIBRARIAN, whose failure then is known.
  std::chrono::milliseconds question_deadline{40'000};
  /// The same for verbs that read or write the whole library.
  std::chrono::milliseconds long_deadline{900'000};
  /// Times that a change of what is held is asked for, while nobody says
  /// whether it happened.
  int tries_max = 3;
  retention_policy retention;
  /// Who works on the library, for people; empty: nobody does.
  std::string holder;
  /// 64 random bits, for tokens.
  std::function<std::uint64_t()> random;
  /// What the recorder knows about a job; empty: nothing is recorded.
  std::function<trace_report(const job_row&)> trace;
};

/// Whom the ADMINISTRATOR asks. Without SUPERVISOR and LIBRARIAN it answers
/// questions and refuses changes.
struct administrator_peers {
  supervisor_actor supervisor;
  librarian_actor librarian;
  reader_actor reader;
  /// Gets (shutdown_atom, asker) when the node shall end; may be null: there
  /// is no node then.
  caf::actor host;
  /// May be null: no RabbitMQ.
  broker_actor broker = {};
};

/// Spawns the ADMINISTRATOR in the shared pool: it only routes.
/// @param clock borrowed; must outlive the actor system
[[nodiscard]] administrator_actor
spawn_administrator(caf::actor_system& system,
                    const administrator_tunables& tunables,
                    const administrator_peers& peers, const wall_clock& clock);

} // namespace troupe
