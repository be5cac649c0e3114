#include "domain/network/pixel_rows.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace troupe::network {

namespace {

// BT.601-7, section 2.5.1.
constexpr float red_share = 0.299F;
constexpr float green_share = 0.587F;
constexpr float blue_share = 0.114F;

/// How far `read_flat_alpha` looks.
constexpr std::int64_t flat_reach = 2;

template <class Sample>
Sample sample_at(const std::byte* pixel, std::size_t channel) noexcept {
  Sample sample;
  std::memcpy(&sample, pixel + channel * sizeof(Sample), sizeof sample);
  return sample;
}

template <class Sample>
float plane_at(const std::byte* pixel, std::size_t channels, plane which,
               float scale) noexcept {
  if (which == plane::alpha)
    return scale * static_cast<float>(sample_at<Sample>(pixel, channels - 1));
  const auto red = static_cast<float>(sample_at<Sample>(pixel, 0));
  if (channels < 3)
    return scale * red;
  const auto green = static_cast<float>(sample_at<Sample>(pixel, 1));
  const auto blue = static_cast<float>(sample_at<Sample>(pixel, 2));
  if (which == plane::red)
    return scale * red;
  if (which == plane::green)
    return scale * green;
  if (which == plane::blue)
    return scale * blue;
  const auto luma = red_share * red + green_share * green + blue_share * blue;
  if (which == plane::luma)
    return scale * luma;
  return scale * ((which == plane::red_difference ? red : blue) - luma);
}

template <class Sample>
void read_row(const pixel_view& picture, plane which, row_segment from,
              std::span<float> out) noexcept {
  const auto row = picture.row(mirrored(from.y, picture.height));
  const auto pixel_bytes = picture.channels * sizeof(Sample);
  const auto scale = 1.0F / picture.peak();
  const auto width = static_cast<std::int64_t>(picture.width);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto x = from.x + static_cast<std::int64_t>(i);
    const auto column = x >= 0 && x < width ? static_cast<std::size_t>(x)
                                            : mirrored(x, picture.width);
    out[i] = plane_at<Sample>(row + column * pixel_bytes, picture.channels,
                              which, scale);
  }
}

float alpha_at(const pixel_view& picture, std::int64_t x,
               std::int64_t y) noexcept {
  float alpha = 0;
  read_mirrored(picture, plane::alpha, {x, y}, {&alpha, 1});
  return alpha;
}

/// Whether a column of the neighbourhood holds `alpha` only.
bool column_is(const pixel_view& picture, std::int64_t x, std::int64_t y,
               float alpha) noexcept {
  for (auto row = y - flat_reach; row <= y + flat_reach; ++row)
    if (alpha_at(picture, x, row) != alpha)
      return false;
  return true;
}

template <class Sample>
void store(std::byte* to, float value, float peak) noexcept {
  const auto rounded = value * peak + 0.5F;
  // A NaN fails both comparisons and becomes 0.
  const auto limited = rounded >= 1 ? std::min(rounded, peak) : 0.0F;
  const auto sample = static_cast<Sample>(limited);
  std::memcpy(to, &sample, sizeof sample);
}

template <class Sample>
void write_colour_row(const pixel_target& target, std::size_t x, std::size_t y,
                      std::span<const float> luma, std::span<const float> red,
                      std::span<const float> blue) noexcept {
  const auto pixel_bytes = target.channels * sizeof(Sample);
  const auto peak = target.peak();
  auto to = target.row(y) + x * pixel_bytes;
  for (std::size_t i = 0; i < luma.size(); ++i, to += pixel_bytes) {
    if (!target.has_colour()) {
      store<Sample>(to, luma[i], peak);
      continue;
    }
    const auto green =
      (red_share * red[i] + blue_share * blue[i]) * (1.0F / green_share);
    store<Sample>(to, luma[i] + red[i], peak);
    store<Sample>(to + sizeof(Sample), luma[i] - green, peak);
    store<Sample>(to + 2 * sizeof(Sample), luma[i] + blue[i], peak);
  }
}

template <class Sample>
void write_plane(const pixel_target& target, std::size_t channel, std::size_t x,
                 std::size_t y, std::span<const float> values) noexcept {
  const auto pixel_bytes = target.channels * sizeof(Sample);
  auto to = target.row(y) + x * pixel_bytes + channel * sizeof(Sample);
  for (std::size_t i = 0; i < values.size(); ++i, to += pixel_bytes)
    store<Sample>(to, values[i], target.peak());
}

} // namespace

// -- reading ------------------------------------------------------------------

void read_mirrored(const pixel_view& picture, plane which, row_segment from,
                   std::span<float> out) noexcept {
  assert(picture.width >= 1 && picture.height >= 1);
  assert(which != plane::alpha || picture.has_alpha());
  if (picture.sample_bits == 8)
    return read_row<std::uint8_t>(picture, which, from, out);
  read_row<std::uint16_t>(picture, which, from, out);
}

void read_with_zeros(const pixel_view& picture, plane which, row_segment from,
                     std::span<float> out) noexcept {
  std::fill(out.begin(), out.end(), 0.0F);
  if (from.y < 0 || from.y >= static_cast<std::int64_t>(picture.height))
    return;
  const auto end = from.x + static_cast<std::int64_t>(out.size());
  const auto first = std::max<std::int64_t>(from.x, 0);
  const auto last = std::min(end, static_cast<std::int64_t>(picture.width));
  if (first < last)
    read_mirrored(picture, which, {first, from.y},
                  out.subspan(static_cast<std::size_t>(first - from.x),
                              static_cast<std::size_t>(last - first)));
}

void read_flat_alpha(const pixel_view& picture, row_segment from,
                     std::span<float> out) noexcept {
  // Equal columns that end at the one just looked at, up to the pixel's right.
  std::int64_t equal = 0;
  auto alpha = -1.0F;
  auto next = from.x - flat_reach;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto x = from.x + static_cast<std::int64_t>(i);
    for (; next <= x + flat_reach; ++next) {
      const auto here = alpha_at(picture, next, from.y);
      equal = here == alpha ? equal : 0;
      alpha = here;
      equal = column_is(picture, next, from.y, alpha) ? equal + 1 : 0;
    }
    out[i] = equal > 2 * flat_reach ? alpha : -1.0F;
  }
}

// -- writing ------------------------------------------------------------------

void write_colour(const pixel_target& target, std::size_t x, std::size_t y,
                  std::span<const float> luma, std::span<const float> red,
                  std::span<const float> blue) noexcept {
  assert(x + luma.size() <= target.width);
  assert(!target.has_colour()
         || (red.size() >= luma.size() && blue.size() >= luma.size()));
  if (target.sample_bits == 8)
    return write_colour_row<std::uint8_t>(target, x, y, luma, red, blue);
  write_colour_row<std::uint16_t>(target, x, y, luma, red, blue);
}

void write_rgb(const pixel_target& target, std::size_t x, std::size_t y,
               std::span<const float> red, std::span<const float> green,
               std::span<const float> blue) noexcept {
  assert(x + green.size() <= target.width);
  const std::array planes{target.has_colour() ? red : green, green, blue};
  for (std::size_t c = 0; c < (target.has_colour() ? 3U : 1U); ++c)
    if (target.sample_bits == 8)
      write_plane<std::uint8_t>(target, c, x, y, planes[c]);
    else
      write_plane<std::uint16_t>(target, c, x, y, planes[c]);
}

void write_alpha(const pixel_target& target, std::size_t x, std::size_t y,
                 std::span<const float> alpha) noexcept {
  assert(x + alpha.size() <= target.width && target.has_alpha());
  const auto last = target.channels - 1;
  if (target.sample_bits == 8)
    return write_plane<std::uint8_t>(target, last, x, y, alpha);
  write_plane<std::uint16_t>(target, last, x, y, alpha);
}

} // namespace troupe::network
