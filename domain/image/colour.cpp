#include "domain/image/colour.hpp"

#include <algorithm>

namespace troupe::image {

namespace {

/// a b / 255, rounded, without a division.
constexpr int product_of_shares(int a, int b) noexcept {
  const int t = a * b + 128;
  return ((t >> 8) + t) >> 8;
}

} // namespace

void ink_to_rgba(std::uint8_t* pixels, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i, pixels += 4) {
    const int light = 255 - pixels[3];
    for (int channel = 0; channel < 3; ++channel)
      pixels[channel] = static_cast<std::uint8_t>(
        std::clamp(light - product_of_shares(pixels[channel], light), 0, 255));
    pixels[3] = 255;
  }
}

void lay_on_white(std::uint8_t* pixels, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i, pixels += 4) {
    const int alpha = pixels[3];
    if (alpha == 255)
      continue;
    for (int channel = 0; channel < 3; ++channel)
      pixels[channel] = static_cast<std::uint8_t>(
        (pixels[channel] * alpha + 255 * (255 - alpha) + 127) / 255);
    pixels[3] = 255;
  }
}

} // namespace troupe::image
