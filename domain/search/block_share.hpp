#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::search {

/// A named run of elements of a vector, such as those that tell of rhythm.
struct named_block {
  std::string_view name;
  std::size_t first = 0;
  std::size_t size = 0;
};

/// How much one block has to do with the likeness of two vectors.
struct block_share {
  std::string name;
  /// Part of the likeness that comes from this block, in [0, 1]; the parts of
  /// all blocks add up to 1, unless no block is alike at all.
  double share = 0.0;
  /// Cosine within the block, in [-1, 1].
  double cosine = 0.0;
};

/// Says why two vectors are alike. A block that tells them apart (a negative
/// product) has the share 0.
/// @pre the blocks lie within both vectors, which have equal size
[[nodiscard]] std::vector<block_share>
shares_of(std::span<const float> a, std::span<const float> b,
          std::span<const named_block> blocks);

} // namespace troupe::search
