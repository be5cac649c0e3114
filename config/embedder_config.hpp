#pragma once

#include <cstdint>

namespace troupe {

/// Section `[embedder]`: tensors, features and text to unit vectors.
struct embedder_config {
  /// EMBEDDERs, in [1, 1024].
  std::int64_t workers = 2;
  /// Items of one batch, in [1, 1024].
  std::int64_t batch_max = 10;
  /// Milliseconds that a batch waits to fill, in [0, 10000]; 0 = never.
  std::int64_t batch_delay_ms = 20;
};

} // namespace troupe
