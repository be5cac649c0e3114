#pragma once

#include "domain/ports/wall_clock.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace troupe::testing {

/// A clock that moves only when the test says so. Thread-safe.
class manual_clock final : public wall_clock {
public:
  [[nodiscard]] std::int64_t now_us() const noexcept override {
    return now_us_;
  }

  [[nodiscard]] std::int64_t monotonic_ms() const noexcept override {
    return now_us_ / 1'000;
  }

  void advance(std::chrono::microseconds span) {
    now_us_ += span.count();
  }

private:
  /// 2026-01-01 00:00 UTC.
  std::atomic<std::int64_t> now_us_{1'767'225'600'000'000};
};

} // namespace troupe::testing
