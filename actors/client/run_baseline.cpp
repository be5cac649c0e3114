#include "actors/client/run_baseline.hpp"

#include <algorithm>
#include <cstddef>

namespace troupe {

work_progress progress_since(const work_progress& before, work_progress now) {
  // What had ended before is no part of this run; the rest of the total is.
  now.total -=
    before.done + before.failed + before.quarantined + before.cancelled;
  now.done -= before.done;
  now.failed -= before.failed;
  now.quarantined -= before.quarantined;
  now.cancelled -= before.cancelled;
  now.retried -= before.retried;
  now.refused -= before.refused;
  now.media_s -= before.media_s;
  return now;
}

pool_statuses pools_since(const pool_statuses& before, pool_statuses now) {
  for (auto& pool : now.pools) {
    const auto known = std::find_if(
      before.pools.begin(), before.pools.end(),
      [&](const pool_status& each) { return each.kind == pool.kind; });
    if (known == before.pools.end())
      continue;
    const auto common = std::min(pool.workers.size(), known->workers.size());
    for (std::size_t i = 0; i < common; ++i) {
      pool.workers[i].succeeded -= known->workers[i].succeeded;
      pool.workers[i].failed -= known->workers[i].failed;
    }
  }
  return now;
}

} // namespace troupe
