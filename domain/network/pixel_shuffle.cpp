#include "domain/network/pixel_shuffle.hpp"

#include <cassert>

namespace troupe::network {

namespace {

template <std::size_t Factor>
void shuffle(const float* deep, const float* low, const shuffle_shape& shape,
             float* out) noexcept {
  for (std::size_t row = 0; row < shape.planes * Factor; ++row)
    for (std::size_t x = 0; x < shape.width; ++x) {
      const auto from = deep + x * shape.lanes + row * Factor;
      const auto to = out + (row * shape.width + x) * Factor;
      for (std::size_t i = 0; i < Factor; ++i)
        to[i] = low == nullptr ? from[i]
                               : from[i] + low[x * shape.planes + row / Factor];
    }
}

} // namespace

void pixel_shuffle(std::span<const float> deep, std::span<const float> low,
                   const shuffle_shape& shape, std::span<float> out) noexcept {
  const auto square = shape.factor * shape.factor;
  assert(deep.size() >= shape.width * shape.lanes);
  assert(shape.lanes >= shape.planes * square);
  assert(low.empty() || low.size() >= shape.width * shape.planes);
  assert(out.size() >= shape.planes * square * shape.width);
  assert(shape.factor >= 2 && shape.factor <= 4);
  const auto added = low.empty() ? nullptr : low.data();
  if (shape.factor == 2)
    return shuffle<2>(deep.data(), added, shape, out.data());
  if (shape.factor == 3)
    return shuffle<3>(deep.data(), added, shape, out.data());
  shuffle<4>(deep.data(), added, shape, out.data());
}

} // namespace troupe::network
