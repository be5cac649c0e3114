#pragma once

#include "tests/e2e/troupe_scene.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace troupe::testing {

/// A node that listens for other hosts, certificates of its authority, and
/// commands that come through its GATE.
class gate_scene : public troupe_scene {
protected:
  gate_scene();

  /// Starts the node on a free port; with `limit_files` under that limit of
  /// descriptors, or with decoders that misbehave by name.
  void start(int limit_files = 0, bool misbehaving = false);

  /// A certificate of this role, and its file.
  std::string certificate(const std::string& role) const;

  /// The command as that role, from "elsewhere": it knows no library.
  process_end as(const std::string& role, std::vector<std::string> words,
                 std::chrono::seconds longest = std::chrono::seconds{60}) const;

  /// The node's audit, by its host's own command.
  [[nodiscard]] std::string audit() const;

  /// CPU seconds that the node has used.
  [[nodiscard]] double cpu_s() const;

  std::map<std::string, std::string> environment_;
  std::unique_ptr<child_process> node_;
  std::string address_;
  int port_ = 0;
};

} // namespace troupe::testing
