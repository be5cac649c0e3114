#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace troupe::search {

/// Joins what is pairwise the same into groups: whoever is the same as a
/// member belongs to the group. Members in ascending order, groups by their
/// first member; what has no pair is in no group.
/// @pre every index in `pairs` is below `count`. O(count + pairs).
[[nodiscard]] std::vector<std::vector<std::size_t>>
groups_of(std::size_t count,
          std::span<const std::pair<std::size_t, std::size_t>> pairs);

} // namespace troupe::search
