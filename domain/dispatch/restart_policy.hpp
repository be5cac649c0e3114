#pragma once

#include <cstdint>
#include <deque>

namespace troupe {

/// How many restarts within how long a pool may need before it is broken.
struct restart_limits {
  int restarts_max = 5;
  std::int64_t window_ms = 10'000;
};

/// Counts restarts in a sliding window, one-for-one (Erlang/OTP's intensity
/// and period).
class restart_policy {
public:
  explicit restart_policy(const restart_limits& limits) : limits_(limits) {}

  /// Notes one death. True: restart it; false: too many, the pool is broken.
  [[nodiscard]] bool allow(std::int64_t now_ms) {
    while (!deaths_ms_.empty()
           && deaths_ms_.front() <= now_ms - limits_.window_ms)
      deaths_ms_.pop_front();
    deaths_ms_.push_back(now_ms);
    return deaths_ms_.size() <= static_cast<std::size_t>(limits_.restarts_max);
  }

private:
  restart_limits limits_;

  /// Times of the deaths inside the window, oldest first.
  std::deque<std::int64_t> deaths_ms_;
};

} // namespace troupe
