#pragma once

#include "domain/jobs/job.hpp"
#include "domain/ports/library_store.hpp"

namespace troupe {

/// When a content counts as dangerous. A named crash is proof; a process that
/// merely ended (SIGKILL, power loss) is a hint that must repeat.
struct suspicion_policy {
  /// Crashes blamed by name before quarantine. Two: a decoder is
  /// deterministic, so a second death of the same content is its doing.
  int crashes_max = 2;
  /// Unexplained ends before the content must run alone.
  int interruptions_max = 5;
  /// Unexplained ends while alone before quarantine.
  int alone_deaths_max = 3;
};

/// Decides what becomes of a job that an earlier epoch left running.
/// @param signal number of the signal that the crash file names with this
/// content; 0 when it does not name it
[[nodiscard]] orphan_verdict judge_orphan(const orphan& found, int signal,
                                          const suspicion_policy& policy);

} // namespace troupe
