#pragma once

#include <cstdint>

namespace troupe {

/// Section `[indexer]`: the vectors in memory.
struct indexer_config {
  /// Spaces of at most so many vectors are compared with each question; larger
  /// ones get a graph (HNSW), which is faster and misses one in a hundred. In
  /// [0, 100000000].
  std::int64_t exact_max = 200'000;
  /// New vectors of a space after which its file is written, in [1, 10000000].
  std::int64_t save_after = 10'000;
};

} // namespace troupe
