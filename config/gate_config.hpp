#pragma once

#include <cstdint>

namespace troupe {

/// Section `[gate]`: visitors of other hosts, where `node.listen` lets any in.
struct gate_config {
  /// Seconds for a handshake, in [1, 60]. Five: an honest one takes three
  /// round trips and a few milliseconds of work.
  std::int64_t handshake_s = 5;
  /// Handshakes at once, in [1, 4096]; one more ends the oldest.
  std::int64_t handshakes_max = 256;
  /// Visitors at once, in [1, 480]: the door behind has 512 places, and some
  /// are for commands of this host.
  std::int64_t visitors_max = 256;
  /// Connections at once from one host, in [1, 4096].
  std::int64_t per_host_max = 32;
};

} // namespace troupe
