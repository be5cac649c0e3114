#include "domain/search/distance.hpp"

#include "domain/audio/lane_kernels.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace troupe::search {

namespace {

using audio::lane_count;
using audio::lane_floats;
using audio::load_lanes;

[[gnu::always_inline]] inline float product(const float* a, const float* b,
                                            std::size_t size) {
  lane_floats sum{};
  std::size_t i = 0;
  for (; i + lane_count <= size; i += lane_count)
    sum += load_lanes(a + i) * load_lanes(b + i);
  float total = audio::sum_of_lanes(sum);
  for (; i < size; ++i)
    total += a[i] * b[i];
  return total;
}

TROUPE_CLONES
float dot_kernel(const float* a, const float* b, std::size_t size) {
  return product(a, b, size);
}

TROUPE_CLONES
void dots_kernel(const float* rows, const float* query, std::size_t dim,
                 float* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    out[i] = product(rows + i * dim, query, dim);
}

} // namespace

float dot(std::span<const float> a, std::span<const float> b) noexcept {
  assert(a.size() == b.size());
  return dot_kernel(a.data(), b.data(), a.size());
}

void dots(const vector_rows& all, std::span<const float> query,
          std::span<float> out) noexcept {
  assert(query.size() == all.dim && out.size() == all.rows());
  dots_kernel(all.values.data(), query.data(), all.dim, out.data(), out.size());
}

double cosine(std::span<const float> a, std::span<const float> b) noexcept {
  const double lengths =
    std::sqrt(static_cast<double>(dot(a, a)) * static_cast<double>(dot(b, b)));
  // Also false for NaN.
  if (!(lengths > 0.0))
    return 0.0;
  return std::clamp(static_cast<double>(dot(a, b)) / lengths, -1.0, 1.0);
}

double unit_distance(double cosine) noexcept {
  return std::sqrt(std::max(0.0, 2.0 - 2.0 * cosine));
}

} // namespace troupe::search
