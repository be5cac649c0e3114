#include "domain/network/pixel_shuffle.hpp"

#include <cassert>

namespace troupe::network {

namespace {

template <std::size_t Factor>
void shuffle(const float* deep, const float* low, std::size_t width,
             std::size_t lanes, float* out) noexcept {
  for (std::size_t j = 0; j < Factor; ++j)
    for (std::size_t x = 0; x < width; ++x)
      for (std::size_t i = 0; i < Factor; ++i)
        out[(j * width + x) * Factor + i] =
          deep[x * lanes + j * Factor + i] + low[x];
}

} // namespace

void pixel_shuffle(std::span<const float> deep, std::span<const float> low,
                   std::size_t width, std::size_t lanes, std::size_t factor,
                   std::span<float> out) noexcept {
  assert(deep.size() >= width * lanes && lanes >= factor * factor);
  assert(low.size() >= width && out.size() >= width * factor * factor);
  assert(factor >= 2 && factor <= 4);
  if (factor == 2)
    return shuffle<2>(deep.data(), low.data(), width, lanes, out.data());
  if (factor == 3)
    return shuffle<3>(deep.data(), low.data(), width, lanes, out.data());
  shuffle<4>(deep.data(), low.data(), width, lanes, out.data());
}

} // namespace troupe::network
