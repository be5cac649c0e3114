#pragma once

#include "actors/messages/values.hpp"

namespace troupe {

/// What happened since `before`, as if the work had begun then: jobs that were
/// waiting then count as its total. What is true now stays as it is.
[[nodiscard]] work_progress progress_since(const work_progress& before,
                                           work_progress now);

/// The same for the counters of pools; a pool unknown before counts whole.
[[nodiscard]] pool_statuses pools_since(const pool_statuses& before,
                                        pool_statuses now);

} // namespace troupe
