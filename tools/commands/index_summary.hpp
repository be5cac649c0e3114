#pragma once

#include "tools/commands/index_run.hpp"
#include "tools/output/entry_json.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// Everything that the last lines of `troupe index` say.
struct index_summary {
  run_outcome run;
  /// Jobs that ended badly in this run, at most a page of them.
  std::vector<job_row> failures;
  /// Entries that no worker takes yet, library-wide.
  std::int64_t images_waiting = 0;
  std::int64_t texts_waiting = 0;
  /// Entries that failed in earlier runs.
  std::int64_t failed_before = 0;
  bool dry_run = false;
  bool pruned = false;
  std::string where;
};

/// Items that failed in this run, files that could not be read included.
[[nodiscard]] std::int64_t failures_of(const index_summary& summary);

/// The exit code of CONTRACT.
[[nodiscard]] int exit_code_of(const index_summary& summary);

/// For a person; several lines.
[[nodiscard]] std::string summary_text(const index_summary& summary);

/// For a program.
[[nodiscard]] json summary_json(const index_summary& summary);

} // namespace troupe
