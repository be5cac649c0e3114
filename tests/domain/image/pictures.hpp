#pragma once

#include "domain/image/picture.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace troupe::testing {

/// The bytes that `noise` of tests/data/make_image_references.py makes.
inline std::vector<std::uint8_t> noise(std::size_t count, std::uint32_t seed) {
  std::vector<std::uint8_t> bytes(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto x = static_cast<std::uint32_t>(i) * 2654435761U + seed * 40503U;
    x ^= x >> 15;
    x *= 2246822519U;
    x ^= x >> 13;
    bytes[i] = static_cast<std::uint8_t>(x);
  }
  return bytes;
}

/// Its `picture`: noise on the left, hard edges on the right.
inline image::picture seeded_picture(image::image_size size,
                                     std::uint32_t seed) {
  image::picture made{size, noise(size.pixels() * 4, seed)};
  for (std::uint32_t y = 0; y < size.height; ++y)
    for (std::uint32_t x = size.width / 2; x < size.width; ++x)
      for (std::size_t channel = 0; channel < 4; ++channel)
        made.row(y)[x * 4 + channel] = (x / 3 + y / 5) % 2 == 1 ? 255 : 0;
  return made;
}

/// CRC-32 as zlib computes it.
inline std::uint32_t crc32(std::span<const std::uint8_t> bytes) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> made{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t c = i;
      for (int bit = 0; bit < 8; ++bit)
        c = (c & 1U) != 0 ? 0xEDB88320U ^ (c >> 1) : c >> 1;
      made.at(i) = c;
    }
    return made;
  }();
  std::uint32_t c = 0xFFFFFFFFU;
  for (const auto byte : bytes)
    c = table.at((c ^ byte) & 0xFFU) ^ (c >> 8);
  return c ^ 0xFFFFFFFFU;
}

inline std::uint32_t crc32(std::span<const float> values) {
  return crc32(std::span{reinterpret_cast<const std::uint8_t*>(values.data()),
                         values.size() * sizeof(float)});
}

} // namespace troupe::testing
