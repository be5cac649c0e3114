#pragma once

#include "domain/search/distance.hpp"

#include <cmath>
#include <cstddef>
#include <random>
#include <span>
#include <vector>

namespace troupe::testing {

/// Unit vectors of normally distributed elements, `[rows][dim]`.
inline std::vector<float> random_rows(std::size_t rows, std::size_t dim,
                                      unsigned seed) {
  std::mt19937 engine{seed};
  std::normal_distribution<float> normal;
  std::vector<float> values(rows * dim);
  for (auto& value : values)
    value = normal(engine);
  for (std::size_t i = 0; i < rows; ++i) {
    const std::span row{values.data() + i * dim, dim};
    const float length = std::sqrt(search::dot(row, row));
    for (auto& value : row)
      value /= length;
  }
  return values;
}

} // namespace troupe::testing
