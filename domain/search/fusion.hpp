#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace troupe::search {

/// An item of several ranked lists.
struct fused_item {
  std::int64_t id = 0;
  double score = 0.0;
  /// Bit n is set when list n has it.
  std::uint32_t lists = 0;
};

/// How far down a list still matters: the constant of the source.
inline constexpr double fusion_depth = 60.0;

/// Joins ranked lists whose scores cannot be compared: each item gets the sum
/// of 1 / (60 + its rank) over the lists that have it, ranks from 1. The best
/// first; equal scores by id.
///
/// Source: Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms
/// Condorcet and individual Rank Learning Methods", SIGIR 2009.
/// @pre at most 32 lists, none of which names an item twice
/// Complexity: O(n log n) in all items. Allocates the result.
[[nodiscard]] std::vector<fused_item>
fuse(std::span<const std::vector<std::int64_t>> lists);

} // namespace troupe::search
