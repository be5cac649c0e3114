#pragma once

#include "domain/network/tensor_view.hpp"

#include <cmath>
#include <cstddef>
#include <cstring>
#include <random>
#include <vector>

namespace troupe::testing {

/// A picture that owns its pixels.
struct made_picture {
  std::size_t width = 0;
  std::size_t height = 0;
  std::size_t channels = 3;
  std::size_t sample_bits = 8;
  std::vector<std::byte> bytes;

  made_picture(std::size_t columns, std::size_t rows, std::size_t of_channels,
               std::size_t bits = 8)
    : width{columns}, height{rows}, channels{of_channels}, sample_bits{bits},
      bytes(columns * rows * of_channels * bits / 8) {}

  [[nodiscard]] std::size_t row_bytes() const {
    return width * channels * sample_bits / 8;
  }

  [[nodiscard]] network::pixel_view view() const {
    return {bytes.data(), width, height, channels, sample_bits, row_bytes()};
  }

  [[nodiscard]] network::pixel_target target() {
    return {bytes.data(), width, height, channels, sample_bits, row_bytes()};
  }

  [[nodiscard]] unsigned at(std::size_t x, std::size_t y,
                            std::size_t channel) const {
    const auto place =
      y * row_bytes() + (x * channels + channel) * sample_bits / 8;
    if (sample_bits == 8)
      return std::to_integer<unsigned>(bytes[place]);
    std::uint16_t sample = 0;
    std::memcpy(&sample, &bytes[place], sizeof sample);
    return sample;
  }

  void put(std::size_t x, std::size_t y, std::size_t channel, unsigned value) {
    const auto place =
      y * row_bytes() + (x * channels + channel) * sample_bits / 8;
    const auto sample = static_cast<std::uint16_t>(value);
    std::memcpy(&bytes[place], &sample, sample_bits / 8);
  }
};

/// Seeded noise over smooth waves; alpha has clear, opaque and soft parts.
inline made_picture make_picture(std::size_t width, std::size_t height,
                                 std::size_t channels, std::size_t bits = 8) {
  made_picture made{width, height, channels, bits};
  std::mt19937 random{11};
  std::uniform_real_distribution<double> spread{-0.2, 0.2};
  const auto peak = bits == 8 ? 255.0 : 65535.0;
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x)
      for (std::size_t c = 0; c < channels; ++c) {
        const auto wave =
          0.5 + 0.3 * std::sin(0.13 * static_cast<double>(x * (c + 1) + 2 * y));
        auto value = wave + spread(random);
        if ((channels == 2 || channels == 4) && c + 1 == channels)
          value = x % 40 < 12 ? 0 : x % 40 < 24 ? 1 : value;
        made.put(x, y, c, static_cast<unsigned>(value * peak + 0.5));
      }
  return made;
}

} // namespace troupe::testing
