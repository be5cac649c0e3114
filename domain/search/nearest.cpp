#include "domain/search/nearest.hpp"

#include "domain/search/mutual_proximity.hpp"
#include "domain/search/top_k.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace troupe::search {

std::vector<neighbour> ranked(std::span<const candidate> candidates,
                              std::span<const float> query,
                              const vector_rows& sample, std::size_t set_rows,
                              std::size_t count) {
  const bool rank_anew = set_rows >= profile_rows_min;
  const auto own = rank_anew ? profile_of(sample, query) : distance_profile{};
  std::vector<neighbour> found;
  found.reserve(candidates.size());
  for (const auto& one : candidates) {
    const auto near = std::clamp(static_cast<double>(one.score), -1.0, 1.0);
    found.push_back({one.row, near, (1.0 + near) / 2.0});
    if (rank_anew)
      found.back().proximity = mutual_proximity(unit_distance(near), own,
                                                profile_of(sample, one.vector));
  }
  // Equal proximity (far tails are all 0) leaves the order by cosine.
  std::stable_sort(
    found.begin(), found.end(),
    [](const auto& a, const auto& b) { return a.proximity > b.proximity; });
  if (found.size() > count)
    found.resize(count);
  return found;
}

std::vector<neighbour> nearest(const vector_rows& all,
                               std::span<const float> query,
                               const nearest_options& options) {
  constexpr float never = -std::numeric_limits<float>::infinity();
  std::vector<float> scores(all.rows());
  dots(all, query, scores);
  if (options.skip)
    for (std::size_t i = 0; i < scores.size(); ++i)
      if (options.skip(i))
        scores[i] = never;
  const bool rank_anew = all.rows() >= profile_rows_min;
  const auto wanted =
    rank_anew ? std::max(options.count, options.candidates) : options.count;
  std::vector<candidate> candidates;
  for (const auto row : top_k(scores, wanted)) {
    if (!(scores[row] > never))
      break;
    candidates.push_back({row, scores[row], all.row(row)});
  }
  return ranked(candidates, query, all, all.rows(), options.count);
}

} // namespace troupe::search
