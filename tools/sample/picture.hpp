#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::sample {

/// A picture in memory: `[height][width][3]`, sRGB, 8 bits a channel.
struct picture {
  /// What is to be seen, as a file name without its end: "sunset".
  std::string name;

  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;
};

/// Paints the eight pictures of the sample folder: landscapes, fractals,
/// patterns, and one near-duplicate (a cropped, brighter sunset). Same
/// pictures on every call.
/// @param width of each in pixels, >= 16; heights follow from it
[[nodiscard]] std::vector<picture> paint_pictures(int width);

} // namespace troupe::sample
