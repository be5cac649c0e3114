#include "domain/search/duplicate_groups.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace troupe::search {

namespace {

/// The representative of a group; shortens the way to it.
std::size_t root_of(std::vector<std::size_t>& parents, std::size_t i) {
  while (parents[i] != i) {
    parents[i] = parents[parents[i]];
    i = parents[i];
  }
  return i;
}

} // namespace

std::vector<std::vector<std::size_t>>
groups_of(std::size_t count,
          std::span<const std::pair<std::size_t, std::size_t>> pairs) {
  std::vector<std::size_t> parents(count);
  std::iota(parents.begin(), parents.end(), 0U);
  for (const auto& [a, b] : pairs) {
    assert(a < count && b < count);
    const auto first = root_of(parents, a);
    const auto second = root_of(parents, b);
    // The smallest member represents its group.
    parents[std::max(first, second)] = std::min(first, second);
  }
  std::vector<std::vector<std::size_t>> members(count);
  for (std::size_t i = 0; i < count; ++i)
    members[root_of(parents, i)].push_back(i);
  std::vector<std::vector<std::size_t>> groups;
  for (auto& one : members)
    if (one.size() > 1)
      groups.push_back(std::move(one));
  return groups;
}

} // namespace troupe::search
