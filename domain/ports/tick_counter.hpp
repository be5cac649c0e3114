#pragma once

#include <cstdint>

namespace troupe {

/// A counter that costs next to nothing to read, for recorders that run all
/// the time. Thread-safe.
class tick_counter {
public:
  virtual ~tick_counter() = default;

  /// Rises at a constant rate on every core; its unit is the machine's own.
  [[nodiscard]] virtual std::uint64_t ticks() const noexcept = 0;

  /// Nanoseconds since 1970-01-01 UTC at which the counter stood so, by what
  /// the clock says now.
  [[nodiscard]] virtual std::int64_t utc_ns(std::uint64_t ticks) const = 0;
};

} // namespace troupe
