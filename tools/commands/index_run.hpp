#pragma once

#include "tools/assemble.hpp"
#include "tools/terminal/progress_line.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace troupe {

/// How a run of the actors over some paths ended.
enum class run_end : std::uint8_t {
  /// Nothing is left to do.
  idle,
  /// Ctrl-C; what was done is kept.
  interrupted,
  /// The walk could not be made; see `why`.
  not_walked,
  /// The library cannot be written, or the core ended; see `why`.
  broken_library,
  /// A pool gives out no work; see `why`.
  broken_pool,
};

struct run_outcome {
  run_end end = run_end::idle;
  error why{errc::none, {}};
  find_report found;
  work_progress work;
  /// After an interruption: jobs that wait for the next run.
  std::int64_t left = 0;
  double elapsed_s = 0.0;
  /// How the pools stood at the end.
  pool_statuses pools;
};

/// Walks, works until nothing is left, and shows progress; Ctrl-C once drains.
/// @param request absent: there is nothing to walk, only work to wait for
/// @param grace_ms for the workers after Ctrl-C
[[nodiscard]] run_outcome run_until_idle(assembly& open,
                                         std::optional<find_request> request,
                                         progress_line& line,
                                         std::int64_t grace_ms);

} // namespace troupe
