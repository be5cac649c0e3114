#include "domain/image/descriptors/perceptual_hash.hpp"

#include "domain/image/resize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <vector>

namespace troupe::image {

namespace {

// -- PDQ ----------------------------------------------------------------------

constexpr std::size_t sampled_side = 64;
constexpr std::size_t pdq_side = 16;

/// Floats, row-major.
struct float_plane {
  std::size_t width = 0;
  std::size_t height = 0;
  std::vector<float> values;
};

float_plane luma_of(const picture_view& rgba) {
  float_plane luma{rgba.size.width, rgba.size.height, {}};
  luma.values.reserve(luma.width * luma.height);
  for (std::size_t y = 0; y < luma.height; ++y) {
    const auto* row = rgba.row(y);
    for (std::size_t x = 0; x < luma.width; ++x, row += pixel_bytes)
      luma.values.push_back(0.299F * static_cast<float>(row[0])
                            + 0.587F * static_cast<float>(row[1])
                            + 0.114F * static_cast<float>(row[2]));
  }
  return luma;
}

/// How many neighbours a box spans: two passes reach one sample of 64.
std::size_t box_length(std::size_t side) {
  constexpr std::size_t divisor = 2 * sampled_side;
  return (side + divisor - 1) / divisor;
}

/// Means over `length` neighbours, fewer at the ends; all of `count` lines at
/// once, `step` apart, so that vectors run across lines.
void box_filter(const float* from, float* to, std::size_t side,
                std::size_t length, std::size_t step, std::size_t count) {
  std::vector<float> sums(count);
  const std::size_t ahead = (length + 2) / 2 - 1;
  const std::size_t behind = length - ahead;
  std::size_t inside = 0;
  const auto add = [&](std::size_t i, float sign) {
    for (std::size_t line = 0; line < count; ++line)
      sums[line] += sign * from[i * step + line];
  };
  for (; inside < std::min(ahead, side); ++inside)
    add(inside, 1.0F);
  for (std::size_t i = 0; i < side; ++i) {
    if (i + ahead < side) {
      add(i + ahead, 1.0F);
      ++inside;
    }
    if (i >= behind) {
      add(i - behind, -1.0F);
      --inside;
    }
    const auto divisor = static_cast<float>(inside);
    for (std::size_t line = 0; line < count; ++line)
      to[i * step + line] = sums[line] / divisor;
  }
}

float_plane transposed(const float_plane& from) {
  float_plane to{from.height, from.width,
                 std::vector<float>(from.values.size())};
  constexpr std::size_t tile = 16;
  for (std::size_t top = 0; top < from.height; top += tile)
    for (std::size_t left = 0; left < from.width; left += tile)
      for (std::size_t y = top; y < std::min(top + tile, from.height); ++y)
        for (std::size_t x = left; x < std::min(left + tile, from.width); ++x)
          to.values[x * from.height + y] = from.values[y * from.width + x];
  return to;
}

/// Both box passes along the columns of a plane.
void smoothen_columns(float_plane& plane) {
  const auto length = box_length(plane.height);
  std::vector<float> other(plane.values.size());
  box_filter(plane.values.data(), other.data(), plane.height, length,
             plane.width, plane.width);
  box_filter(other.data(), plane.values.data(), plane.height, length,
             plane.width, plane.width);
}

using samples = std::array<float, sampled_side * sampled_side>;

samples sampled(float_plane plane) {
  smoothen_columns(plane);
  auto turned = transposed(plane);
  smoothen_columns(turned);
  samples taken{};
  const auto place = [](std::size_t i, std::size_t side) {
    return static_cast<std::size_t>((static_cast<double>(i) + 0.5)
                                    * static_cast<double>(side) / sampled_side);
  };
  for (std::size_t y = 0; y < sampled_side; ++y)
    for (std::size_t x = 0; x < sampled_side; ++x)
      taken.at(y * sampled_side + x) =
        turned.values[place(x, turned.height) * turned.width
                      + place(y, turned.width)];
  return taken;
}

int quality_of(const samples& taken) {
  int sum = 0;
  const auto step = [](float a, float b) {
    return std::abs(static_cast<int>((a - b) * 100.0F / 255.0F));
  };
  for (std::size_t y = 0; y < sampled_side; ++y)
    for (std::size_t x = 0; x < sampled_side; ++x) {
      const auto at = y * sampled_side + x;
      if (y + 1 < sampled_side)
        sum += step(taken.at(at), taken.at(at + sampled_side));
      if (x + 1 < sampled_side)
        sum += step(taken.at(at), taken.at(at + 1));
    }
  return std::min(sum / 90, 100);
}

/// Basis functions 1 to 16 of a cosine transform of 64 numbers.
const std::array<float, pdq_side * sampled_side>& pdq_basis() {
  static const auto basis = [] {
    std::array<float, pdq_side * sampled_side> made{};
    for (std::size_t i = 0; i < pdq_side; ++i)
      for (std::size_t j = 0; j < sampled_side; ++j)
        made.at(i * sampled_side + j) = static_cast<float>(
          std::sqrt(2.0 / sampled_side)
          * std::cos(std::numbers::pi / 2.0 / sampled_side
                     * static_cast<double>((i + 1) * (2 * j + 1))));
    return made;
  }();
  return basis;
}

std::array<float, pdq_side * pdq_side> pdq_transform(const samples& taken) {
  const auto& basis = pdq_basis();
  std::array<float, pdq_side * sampled_side> rows{};
  for (std::size_t i = 0; i < pdq_side; ++i)
    for (std::size_t k = 0; k < sampled_side; ++k)
      for (std::size_t x = 0; x < sampled_side; ++x)
        rows.at(i * sampled_side + x) +=
          basis.at(i * sampled_side + k) * taken.at(k * sampled_side + x);
  std::array<float, pdq_side * pdq_side> done{};
  for (std::size_t i = 0; i < pdq_side; ++i)
    for (std::size_t j = 0; j < pdq_side; ++j)
      for (std::size_t k = 0; k < sampled_side; ++k)
        done.at(i * pdq_side + j) +=
          rows.at(i * sampled_side + k) * basis.at(j * sampled_side + k);
  return done;
}

// -- pHash --------------------------------------------------------------------

constexpr std::size_t phash_from = 32;
constexpr std::size_t phash_side = 8;

/// Pillow's grey, in all of the first three samples.
picture grey_of(const picture_view& rgba) {
  auto grey = picture::blank(rgba.size);
  for (std::size_t y = 0; y < rgba.size.height; ++y) {
    const auto* from = rgba.row(y);
    auto* to = grey.row(y);
    for (std::size_t x = 0; x < rgba.size.width; ++x, from += 4, to += 4)
      to[0] = static_cast<std::uint8_t>(
        (19595U * from[0] + 38470U * from[1] + 7471U * from[2] + 0x8000U)
        >> 16);
  }
  return grey;
}

/// Type II without normalisation, as imagehash takes it: the factor that all
/// coefficients share changes no comparison.
double phash_basis(std::size_t k, std::size_t n) {
  return std::cos(std::numbers::pi / (2.0 * phash_from)
                  * static_cast<double>(k * (2 * n + 1)));
}

} // namespace

pdq_hash pdq_of(const picture_view& rgba) {
  const auto taken = sampled(luma_of(rgba));
  const auto coefficients = pdq_transform(taken);
  auto sorted = coefficients;
  // The lower of the two in the middle, as PDQ's own median.
  auto* middle = sorted.data() + sorted.size() / 2 - 1;
  std::nth_element(sorted.data(), middle, sorted.data() + sorted.size());
  pdq_hash hash;
  for (std::size_t k = 0; k < coefficients.size(); ++k)
    if (coefficients.at(k) > *middle)
      hash.bits.at(k / 64) |= std::uint64_t{1} << (k % 64);
  hash.quality = quality_of(taken);
  return hash;
}

std::uint64_t phash_of(const picture_view& rgba) {
  const auto grey = grey_of(rgba);
  const auto small = resize(
    grey.view(), resize_request::whole(grey.size, {phash_from, phash_from},
                                       filter::lanczos));
  std::array<double, phash_side * phash_from> columns{};
  for (std::size_t k = 0; k < phash_side; ++k)
    for (std::size_t y = 0; y < phash_from; ++y)
      for (std::size_t x = 0; x < phash_from; ++x)
        columns.at(k * phash_from + x) +=
          phash_basis(k, y) * small.view().row(y)[x * pixel_bytes];
  std::array<double, phash_side * phash_side> low{};
  for (std::size_t k = 0; k < phash_side; ++k)
    for (std::size_t l = 0; l < phash_side; ++l)
      for (std::size_t x = 0; x < phash_from; ++x)
        low.at(k * phash_side + l) +=
          phash_basis(l, x) * columns.at(k * phash_from + x);
  auto sorted = low;
  std::sort(sorted.begin(), sorted.end());
  const double median = (sorted[31] + sorted[32]) / 2.0;
  std::uint64_t bits = 0;
  for (const double value : low)
    bits = bits << 1 | (value > median ? 1U : 0U);
  return bits;
}

int hamming(const hash_256& a, const hash_256& b) noexcept {
  int bits = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    bits += std::popcount(a[i] ^ b[i]);
  return bits;
}

int hamming(std::uint64_t a, std::uint64_t b) noexcept {
  return std::popcount(a ^ b);
}

std::string hex_of(const hash_256& bits) {
  return fmt::format("{:016x}{:016x}{:016x}{:016x}", bits[3], bits[2], bits[1],
                     bits[0]);
}

std::string hex_of(std::uint64_t bits) {
  return fmt::format("{:016x}", bits);
}

} // namespace troupe::image
