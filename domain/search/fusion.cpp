#include "domain/search/fusion.hpp"

#include <algorithm>
#include <cassert>
#include <map>

namespace troupe::search {

std::vector<fused_item> fuse(std::span<const std::vector<std::int64_t>> lists) {
  assert(lists.size() <= 32);
  std::map<std::int64_t, fused_item> items;
  for (std::size_t list = 0; list < lists.size(); ++list)
    for (std::size_t i = 0; i < lists[list].size(); ++i) {
      auto& item = items[lists[list][i]];
      item.id = lists[list][i];
      item.score += 1.0 / (fusion_depth + 1.0 + static_cast<double>(i));
      item.lists |= 1U << list;
    }
  std::vector<fused_item> found;
  found.reserve(items.size());
  for (const auto& [id, item] : items)
    found.push_back(item);
  std::stable_sort(
    found.begin(), found.end(),
    [](const auto& a, const auto& b) { return a.score > b.score; });
  return found;
}

} // namespace troupe::search
