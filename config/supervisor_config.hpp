#pragma once

#include <cstdint>

namespace troupe {

/// Section `[supervisor]`: the EMBEDDING SUPERVISOR.
struct supervisor_config {
  /// Seconds between two comparisons of contents with results, in [1, 86400].
  std::int64_t reconcile_s = 300;
  /// Seconds that workers have to finish at shutdown, in [1, 3600]. Systemd
  /// kills after 90.
  std::int64_t grace_s = 20;
  /// Attempts charged to a job before it fails for good, in [1, 100].
  std::int64_t attempts_max = 5;
  /// Days that finished jobs are kept, in [1, 36500].
  std::int64_t retention_done_days = 7;
  /// Days that failed jobs are kept, in [1, 36500].
  std::int64_t retention_failed_days = 90;
};

} // namespace troupe
