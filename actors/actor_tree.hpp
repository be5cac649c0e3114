#pragma once

#include "actors/admin_plane.hpp"
#include "actors/broker/broker_side.hpp"
#include "actors/gate/entrance.hpp"
#include "actors/messages/administrator.hpp"
#include "actors/messages/embedder.hpp"
#include "actors/messages/embedding_supervisor.hpp"
#include "actors/messages/finder.hpp"
#include "actors/messages/indexer.hpp"
#include "actors/messages/librarian.hpp"
#include "actors/messages/reader.hpp"
#include "actors/messages/watcher.hpp"
#include "actors/tracing/message_trace.hpp"
#include "actors/troupe_system.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace troupe {

/// The actors of a system: spawned in the order in which they need each other,
/// and ended the other way round.
///
/// Thread affinity: that of the client, who waits for their answers.
class actor_tree {
public:
  /// All borrowed; the tree takes what is move-only out of `ports`.
  actor_tree(system_ports& ports, const system_settings& settings,
             caf::actor_system& system, caf::scoped_actor& client,
             std::shared_ptr<message_trace> trace);

  actor_tree(const actor_tree&) = delete;
  actor_tree& operator=(const actor_tree&) = delete;

  /// Spawns all of it; see `troupe_system::start`.
  result<void> spawn();

  /// Nothing comes in any more: no calls, no walks, no requests.
  void stop_intake();

  /// Whoever asks ends first, the LIBRARIAN last.
  /// @returns threads that are stuck and will not end
  int take_down();

  [[nodiscard]] const epoch_report& started() const {
    return started_;
  }

  [[nodiscard]] const reader_actor& reader() const {
    return reader_;
  }

  [[nodiscard]] const indexer_actor& indexer() const {
    return indexer_;
  }

  /// Those that write are empty in a system without store.
  [[nodiscard]] const librarian_actor& librarian() const {
    return librarian_;
  }

  [[nodiscard]] const supervisor_actor& supervisor() const {
    return supervisor_;
  }

  [[nodiscard]] const finder_actor& finder() const {
    return finder_;
  }

  [[nodiscard]] admin_plane& admin() {
    return *admin_;
  }

  /// Nothing without RabbitMQ.
  [[nodiscard]] std::optional<broker_side>& brokers() {
    return broker_side_;
  }

private:
  void spawn_readers();
  void spawn_spine(std::vector<crash_note> crashes);
  void spawn_brokers();
  void spawn_admin();
  void spawn_walkers();
  result<void> open_entrance();

  system_ports& ports_;
  const system_settings& settings_;
  caf::actor_system& system_;
  caf::scoped_actor& client_;
  std::shared_ptr<message_trace> trace_;

  caf::actor sentinel_;
  reader_actor reader_;
  indexer_actor indexer_;
  librarian_actor librarian_;
  supervisor_actor supervisor_;
  std::optional<broker_side> broker_side_;
  batch_desk_actor batch_desk_;
  finder_actor finder_;
  watcher_actor watcher_;
  administrator_actor administrator_;
  std::unique_ptr<admin_plane> admin_;
  std::unique_ptr<entrance> entrance_;
  epoch_report started_;
};

} // namespace troupe
