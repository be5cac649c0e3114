#pragma once

#include <cstdint>

namespace troupe {

/// Where an actor runs.
enum class placement : std::uint8_t {
  /// On a thread of its own: whatever may take over 1 ms.
  detached,
  /// In the shared pool: routing only; and everything under the
  /// deterministic scheduler of the tests.
  pooled,
};

} // namespace troupe
