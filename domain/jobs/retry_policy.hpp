#pragma once

#include "domain/jobs/job.hpp"

#include <cstdint>

namespace troupe {

/// When a failed attempt is tried again: exponential backoff with full jitter.
struct retry_policy {
  /// Attempts charged before the job fails for good, in [1, 100].
  int attempts_max = 5;
  /// Upper bound of the first delay.
  std::int64_t first_delay_ms = 1'000;
  /// Upper bound of any delay.
  std::int64_t delay_ms_max = 600'000;
};

/// True for the classes that may pass by themselves: transient, resource.
[[nodiscard]] bool is_retryable(error_class why) noexcept;

/// The delay before the attempt after `attempts_charged` failures: uniform in
/// [0, min(delay_ms_max, first_delay_ms * 2^(attempts_charged - 1))].
/// Full jitter spreads a herd best (Brooker, "Exponential Backoff And Jitter",
/// AWS Architecture Blog, 2015).
/// @pre `attempts_charged >= 1`, `random` in [0, 1)
[[nodiscard]] std::int64_t retry_delay_ms(const retry_policy& policy,
                                          int attempts_charged,
                                          double random) noexcept;

} // namespace troupe
