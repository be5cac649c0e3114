#pragma once

#include <cstdint>

namespace troupe {

/// Section `[analyzer]`: the pool that listens to music.
struct analyzer_config {
  /// ANALYZERs, in [0, 1024]; 0 = the cores that this process may use, since
  /// one keeps a core busy and a second on it would only share.
  std::int64_t workers = 0;
  /// Seconds without a decoded block after which an attempt ends as a
  /// timeout, in [1, 86400]; 0.1 s per second of media come on top. A disk
  /// that spins up takes 10 s; a block takes milliseconds.
  std::int64_t timeout_s = 30;
};

} // namespace troupe
