#include "domain/image/descriptors/color_layout.hpp"

#include <cassert>
#include <cmath>
#include <numbers>

namespace troupe::image {

namespace {

constexpr std::size_t blocks = 8;
constexpr std::size_t luma_numbers = 21;
constexpr std::size_t chroma_numbers = 6;

using block_plane = std::array<double, blocks * blocks>;

/// The first 21 places of JPEG's zigzag: row * 8 + column.
constexpr std::array<std::size_t, luma_numbers> zigzag{
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40};

/// Means of one colour's blocks, in the order R, G, B.
std::array<block_plane, 3> block_means(const picture_view& rgba) {
  const std::size_t width = rgba.size.width / blocks;
  const std::size_t height = rgba.size.height / blocks;
  std::array<block_plane, 3> means{};
  for (std::size_t y = 0; y < rgba.size.height; ++y) {
    const auto* row = rgba.row(y);
    for (std::size_t x = 0; x < rgba.size.width; ++x)
      for (std::size_t channel = 0; channel < 3; ++channel)
        means.at(channel).at(y / height * blocks + x / width) +=
          row[x * pixel_bytes + channel];
  }
  for (auto& plane : means)
    for (auto& mean : plane)
      mean /= static_cast<double>(width * height);
  return means;
}

block_plane cosine_transform(const block_plane& from) {
  const auto basis = [](std::size_t k, std::size_t n) {
    const double scale =
      k == 0 ? std::sqrt(1.0 / blocks) : std::sqrt(2.0 / blocks);
    return scale
           * std::cos(std::numbers::pi / blocks * (static_cast<double>(n) + 0.5)
                      * static_cast<double>(k));
  };
  block_plane rows{};
  for (std::size_t y = 0; y < blocks; ++y)
    for (std::size_t k = 0; k < blocks; ++k)
      for (std::size_t n = 0; n < blocks; ++n)
        rows.at(y * blocks + k) += basis(k, n) * from.at(y * blocks + n);
  block_plane done{};
  for (std::size_t k = 0; k < blocks; ++k)
    for (std::size_t x = 0; x < blocks; ++x)
      for (std::size_t n = 0; n < blocks; ++n)
        done.at(k * blocks + x) += basis(k, n) * rows.at(n * blocks + x);
  return done;
}

} // namespace

std::array<float, color_layout_numbers>
color_layout_of(const picture_view& rgba) {
  assert(rgba.size.width % blocks == 0 && rgba.size.height % blocks == 0);
  const auto [red, green, blue] = block_means(rgba);
  std::array<block_plane, 3> planes{};
  for (std::size_t i = 0; i < blocks * blocks; ++i) {
    const double r = red.at(i);
    const double g = green.at(i);
    const double b = blue.at(i);
    const double luma = 0.299 * r + 0.587 * g + 0.114 * b;
    planes[0].at(i) = luma;
    planes[1].at(i) = (b - luma) / 1.772;
    planes[2].at(i) = (r - luma) / 1.402;
  }
  std::array<float, color_layout_numbers> layout{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < planes.size(); ++i) {
    const auto transformed = cosine_transform(planes.at(i));
    const auto count = i == 0 ? luma_numbers : chroma_numbers;
    for (std::size_t k = 0; k < count; ++k)
      layout.at(at++) = static_cast<float>(transformed.at(zigzag.at(k)));
  }
  return layout;
}

} // namespace troupe::image
