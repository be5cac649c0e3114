#pragma once

#include <cstdint>

namespace troupe::amqp {

/// The earlier of two times of which 0 means never.
[[nodiscard]] constexpr std::int64_t earlier_due(std::int64_t a,
                                                 std::int64_t b) noexcept {
  if (a == 0 || b == 0)
    return a + b;
  return a < b ? a : b;
}

/// Bounds of the wait between two attempts, microseconds.
struct backoff_bounds {
  std::int64_t first_us = 50'000;
  std::int64_t longest_us = 5'000'000;
  /// For what a person must mend: a wrong password, a missing vhost.
  std::int64_t first_slow_us = 5'000'000;
  std::int64_t longest_slow_us = 60'000'000;
  /// A connection that lived this long makes the next wait short again.
  std::int64_t healthy_after_us = 30'000'000;
};

/// How long to wait before connecting again: doubling, with a jitter that
/// keeps many nodes from coming back at once. Pure: time and chance are given.
class backoff {
public:
  explicit backoff(const backoff_bounds& bounds = {}) : bounds_(bounds) {}

  /// The connection is up.
  void succeed(std::int64_t now_us) noexcept;

  /// It is lost, or was never made. @param chance in [0, 1)
  /// @returns the time of the next attempt: 50 to 100 % of the present step
  std::int64_t fail(std::int64_t now_us, bool slow, double chance) noexcept;

private:
  backoff_bounds bounds_;
  std::int64_t step_us_ = 0;
  bool slow_ = false;
  /// 0: not up.
  std::int64_t up_since_us_ = 0;
};

} // namespace troupe::amqp
