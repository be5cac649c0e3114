#pragma once

#include "domain/search/distance.hpp"

#include <cmath>
#include <cstddef>
#include <random>
#include <span>
#include <vector>

namespace troupe::benches {

/// Unit vectors `[rows][dim]` around `clusters` directions, as those of real
/// media are: spread 0.6 of a direction's own length.
inline std::vector<float> clustered_rows(std::size_t rows, std::size_t dim,
                                         std::size_t clusters, unsigned seed) {
  std::mt19937 random{seed};
  std::normal_distribution<float> normal;
  std::vector<float> centres(clusters * dim);
  for (auto& value : centres)
    value = normal(random);
  std::vector<float> values(rows * dim);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto centre = random() % clusters * dim;
    const std::span one{values.data() + row * dim, dim};
    for (std::size_t i = 0; i < dim; ++i)
      one[i] = centres[centre + i] + 0.6F * normal(random);
    const float length = std::sqrt(search::dot(one, one));
    for (auto& value : one)
      value /= length;
  }
  return values;
}

} // namespace troupe::benches
