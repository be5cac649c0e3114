#include "domain/search/block_share.hpp"

#include "domain/search/distance.hpp"

#include <algorithm>
#include <cassert>

namespace troupe::search {

std::vector<block_share> shares_of(std::span<const float> a,
                                   std::span<const float> b,
                                   std::span<const named_block> blocks) {
  assert(a.size() == b.size());
  std::vector<block_share> found;
  double sum = 0.0;
  for (const auto& block : blocks) {
    assert(block.first + block.size <= a.size());
    const auto own = a.subspan(block.first, block.size);
    const auto other = b.subspan(block.first, block.size);
    const auto part = std::max(0.0, static_cast<double>(dot(own, other)));
    sum += part;
    found.push_back({std::string{block.name}, part, cosine(own, other)});
  }
  for (auto& one : found)
    one.share = sum > 0.0 ? one.share / sum : 0.0;
  return found;
}

} // namespace troupe::search
