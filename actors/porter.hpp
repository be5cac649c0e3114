#pragma once

#include "actors/messages/administrator.hpp"
#include "actors/messages/embedding_supervisor.hpp"
#include "actors/messages/finder.hpp"
#include "actors/messages/indexer.hpp"
#include "actors/messages/librarian.hpp"
#include "actors/messages/porter.hpp"
#include "domain/ports/log_sink.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <cstdint>

namespace troupe {

/// Tunables of the PORTER.
struct porter_tunables {
  /// Who answers to `hello`.
  node_hello self;
  /// Time between two pieces of news to clients that wait.
  std::chrono::milliseconds news_every{100};
  /// Silence of a client after which its news are held back no longer.
  std::chrono::milliseconds news_deadline{10'000};
  /// As for the same verbs inside the process.
  std::chrono::milliseconds verb_deadline{600'000};
};

/// Whom the PORTER asks.
struct porter_links {
  supervisor_actor supervisor;
  finder_actor finder;
  librarian_actor librarian;
  /// May be empty: the admin verbs are then refused. Must run in the shared
  /// pool, see `spawn_porter`.
  administrator_actor administrator;
  indexer_actor indexer;
};

/// Spawns the PORTER in the shared pool.
///
/// It answers everything itself, by its own requests, and delegates nothing:
/// CAF registers whoever answers a remote actor, and a registered actor with a
/// thread of its own would never let the system come down.
/// @param log borrowed; must outlive the actor system
[[nodiscard]] porter_actor spawn_porter(caf::actor_system& system,
                                        const porter_tunables& tunables,
                                        const porter_links& links,
                                        log_sink& log);

} // namespace troupe
