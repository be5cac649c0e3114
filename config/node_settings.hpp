#pragma once

#include <string>
#include <vector>

namespace troupe {

/// Section `[node]`: how this node meets others.
struct node_settings {
  /// HOST:PORT for remote connections; empty = none. Port 0 = any free one.
  std::string listen;
  /// Folders that are indexed whenever they change.
  std::vector<std::string> watch;
  /// What others call this node; empty = the host's name.
  std::string name;
};

} // namespace troupe
