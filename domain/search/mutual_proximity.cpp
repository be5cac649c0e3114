#include "domain/search/mutual_proximity.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace troupe::search {

namespace {

/// Nearer than this is the vector itself, or its copy.
constexpr double same_distance = 1e-3;

/// 1 - Phi((distance - mean) / deviation).
double chance_farther(double distance, const distance_profile& profile) {
  if (profile.deviation <= 0.0)
    return distance < profile.mean ? 1.0 : 0.5;
  const double z = (distance - profile.mean) / profile.deviation;
  return 0.5 * std::erfc(z / std::numbers::sqrt2);
}

} // namespace

distance_profile profile_of(const vector_rows& all,
                            std::span<const float> query) {
  assert(query.size() == all.dim);
  const auto rows = all.rows();
  const auto samples = std::min(rows, profile_samples_max);
  double sum = 0.0;
  double squares = 0.0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    const auto row = i * rows / samples;
    const auto distance =
      unit_distance(static_cast<double>(dot(all.row(row), query)));
    if (distance < same_distance)
      continue;
    sum += distance;
    squares += distance * distance;
    ++count;
  }
  if (count == 0)
    return {};
  const auto n = static_cast<double>(count);
  const double mean = sum / n;
  return {mean, std::sqrt(std::max(0.0, squares / n - mean * mean))};
}

double mutual_proximity(double distance, const distance_profile& a,
                        const distance_profile& b) noexcept {
  return chance_farther(distance, a) * chance_farther(distance, b);
}

} // namespace troupe::search
