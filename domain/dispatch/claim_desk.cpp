#include "domain/dispatch/claim_desk.hpp"

#include <algorithm>

namespace troupe {

void claim_desk::note_supply(const claim_order& order,
                             std::span<const claimed_job> claimed) {
  if (order.alone)
    return;
  const auto got = std::count_if(
    claimed.begin(), claimed.end(),
    [&order](const claimed_job& job) { return job.kind == order.kind; });
  if (got < order.count)
    dry_.insert(order.kind);
}

void claim_desk::note_suspects(bool ready, std::int64_t now_ms) {
  if (!ready)
    suspects_since_ms_.reset();
  else if (!suspects_since_ms_)
    suspects_since_ms_ = now_ms;
}

std::vector<claim_order>
claim_desk::orders(std::span<const pool_credit> credits,
                   const desk_view& view) const {
  std::vector<claim_order> found;
  if (view.runs_alone)
    return found;
  const bool hold =
    suspects_since_ms_
    && view.now_ms - *suspects_since_ms_ >= suspects_wait_ms_max_;
  for (const auto& [kind, credit] : credits) {
    if (credit <= 0)
      continue;
    if (!hold && !dry_.contains(kind))
      found.push_back({kind, credit, false});
  }
  if (!found.empty() || !suspects_since_ms_ || !view.quiet)
    return found;
  for (const auto& [kind, credit] : credits)
    if (credit > 0)
      return {{kind, 1, true}};
  return found;
}

} // namespace troupe
