#pragma once

#include "actors/client/gate_line.hpp"
#include "actors/troupe_system.hpp"
#include "domain/ports/library_reader.hpp"
#include "domain/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace troupe {

/// How to reach a node, and for whom.
struct node_client_options {
  /// The node's socket; raw bytes.
  std::string socket;
  /// For a node on another host, instead: opens the line within the patience;
  /// called once, on the calling thread.
  std::function<result<gate_line>(std::chrono::milliseconds patience)>
    open_line;
  /// The command's name, for the node's log: "index".
  std::string role;
  std::int64_t pid = 0;
  /// The folder that relative paths start from: the node has another one.
  /// Empty: the node's.
  std::string folder;
  /// Silence after which the node counts as gone; every wait for it ends by
  /// then, whatever it does or does not do.
  std::chrono::milliseconds patience{10'000};
  /// Opens the library for reading; called by the first question, on the
  /// calling thread.
  std::function<result<std::unique_ptr<library_reader>>()> open_reader;
};

/// A node in another process, as commands see it: what writes goes to the
/// node, what reads is read from the library itself.
///
/// Thread affinity: one thread, the one that connected. When the node dies,
/// hangs or talks nonsense, calls fail with `errc::unreachable`, and `wait`
/// tells `event::spine_ended`. A call that failed so may have happened.
///
/// Differences to a system in this process: `begin_find` counts from there on,
/// so that `progress` and `pools` tell of this run; `drain` only ends what this
/// client began; `finding` and `progress` reply what the node last told.
/// @returns `errc::unreachable`, `errc::refused`, see `knock_at`; those of
/// `open_line`, and what a GATE says: `errc::not_authorised`, …
[[nodiscard]] result<std::unique_ptr<troupe_system>>
connect_to_node(node_client_options options);

} // namespace troupe
