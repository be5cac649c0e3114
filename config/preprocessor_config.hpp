#pragma once

#include <cstdint>

namespace troupe {

/// Section `[preprocessor]`: pictures to tensors.
struct preprocessor_config {
  /// PREPROCESSORs, each pinned to a core of its own, in [1, 256].
  std::int64_t cores = 1;
  /// Batches that may wait for an EMBEDDER, in [1, 64]: one in work and one
  /// ready keep it busy; more would only take memory.
  std::int64_t in_flight = 2;
};

} // namespace troupe
