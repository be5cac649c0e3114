#pragma once

#include "actors/messages/finder.hpp"
#include "actors/messages/watcher.hpp"
#include "domain/ports/folder_watch.hpp"
#include "domain/ports/log_sink.hpp"
#include "domain/ports/thread_placement.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace troupe {

/// Tunables of the WATCHER.
struct watcher_tunables {
  /// Absolute paths of the folders.
  std::vector<std::string> folders;
  /// Quiet time after the first change: a copy in progress makes many.
  std::chrono::milliseconds settle_after{1'000};
  /// Names the actor's own thread; borrowed, may be null.
  const thread_placement* threads = nullptr;
  /// Time after which a walk is tried again that met a held intake.
  std::chrono::milliseconds held_again_after{30'000};
};

/// Spawns the WATCHER: it sleeps in poll(2) until the folders change.
/// @param log borrowed; must outlive the actor system
[[nodiscard]] watcher_actor spawn_watcher(caf::actor_system& system,
                                          const watcher_tunables& tunables,
                                          std::unique_ptr<folder_watch> watch,
                                          const finder_actor& finder,
                                          log_sink& log);

} // namespace troupe
