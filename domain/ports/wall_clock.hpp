#pragma once

#include <cstdint>

namespace troupe {

/// Where time comes from. Thread-safe.
class wall_clock {
public:
  virtual ~wall_clock() = default;

  /// Microseconds since 1970-01-01 UTC. May jump; only stored and shown.
  [[nodiscard]] virtual std::int64_t now_us() const noexcept = 0;

  /// Milliseconds on a clock that never jumps; all deadlines use it.
  [[nodiscard]] virtual std::int64_t monotonic_ms() const noexcept = 0;
};

} // namespace troupe
