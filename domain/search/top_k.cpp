#include "domain/search/top_k.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace troupe::search {

std::vector<std::size_t> top_k(std::span<const float> scores,
                               std::size_t count) {
  const auto score = [&](std::size_t i) {
    return std::isnan(scores[i]) ? -std::numeric_limits<float>::infinity()
                                 : scores[i];
  };
  const auto better = [&](std::size_t a, std::size_t b) {
    return score(a) != score(b) ? score(a) > score(b) : a < b;
  };
  std::vector<std::size_t> best;
  if (count == 0)
    return best;
  best.reserve(std::min(count, scores.size()));
  // A heap whose top is the worst of the best.
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (best.size() == count) {
      if (!better(i, best.front()))
        continue;
      std::pop_heap(best.begin(), best.end(), better);
      best.back() = i;
    } else {
      best.push_back(i);
    }
    std::push_heap(best.begin(), best.end(), better);
  }
  std::sort_heap(best.begin(), best.end(), better);
  return best;
}

} // namespace troupe::search
