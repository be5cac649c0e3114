#include "domain/jobs/retry_policy.hpp"

#include <algorithm>
#include <cassert>

namespace troupe {

bool is_retryable(error_class why) noexcept {
  return why == error_class::transient || why == error_class::resource;
}

std::int64_t retry_delay_ms(const retry_policy& policy, int attempts_charged,
                            double random) noexcept {
  assert(attempts_charged >= 1);
  assert(random >= 0.0 && random < 1.0);
  // 2^40 ms is 34 years: past it the cap has long decided.
  const auto doublings = std::min(attempts_charged - 1, 40);
  const auto exponential = static_cast<double>(policy.first_delay_ms)
                           * static_cast<double>(std::int64_t{1} << doublings);
  const auto bound =
    std::min(exponential, static_cast<double>(policy.delay_ms_max));
  return static_cast<std::int64_t>(random * (bound + 1.0));
}

} // namespace troupe
