#pragma once

#include "actors/troupe_system.hpp"
#include "tests/e2e/troupe_scene.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace troupe::testing {

/// A scene in which a node may run.
class node_scene : public troupe_scene {
protected:
  node_scene();

  /// Starts `troupe node` and waits for its ready line. Its socket lies in
  /// this scene's folder.
  std::unique_ptr<child_process>
  start_node(std::map<std::string, std::string> environment = {});

  /// The same with decoders that misbehave by name.
  std::unique_ptr<child_process>
  start_node_with_doubles(std::map<std::string, std::string> environment = {});

  /// A command that may use the node.
  [[nodiscard]] process_end
  command(std::vector<std::string> words,
          std::map<std::string, std::string> environment = {}) const;

  /// A client in this process; the node must have answered within 10 s.
  [[nodiscard]] std::unique_ptr<troupe_system> connect() const;

  /// `socket=` of the last ready line.
  std::string socket_;
  /// The last ready line.
  std::string ready_;
  /// XDG_RUNTIME_DIR of all that this scene starts.
  std::filesystem::path runtime_;
  std::map<std::string, std::string> place_;

private:
  std::unique_ptr<child_process>
  start(const std::vector<std::string>& words,
        std::map<std::string, std::string> environment);
};

} // namespace troupe::testing
