#pragma once

#include <cstdint>
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
  /// Seconds of silence after which a command gives a node up, in [1, 3600].
  /// Ten: a node answers within milliseconds, and one that is swapped out or
  /// busy with a full disk within seconds.
  std::int64_t answer_s = 10;
};

} // namespace troupe
