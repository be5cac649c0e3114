#include "domain/upscale/light_resampler.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>
#include <numbers>
#include <utility>

namespace troupe::upscale {

namespace {

constexpr double lobes = 3.0;

/// @see Duchon, "Lanczos Filtering in One and Two Dimensions", 1979
double lanczos(double x) {
  if (x == 0)
    return 1;
  if (std::abs(x) >= lobes)
    return 0;
  const auto angle = std::numbers::pi * x;
  return lobes * std::sin(angle) * std::sin(angle / lobes) / (angle * angle);
}

// -- the sRGB curve, IEC 61966-2-1 --------------------------------------------

float light_of(double encoded) {
  const auto light = encoded <= 0.04045
                       ? encoded / 12.92
                       : std::pow((encoded + 0.055) / 1.055, 2.4);
  return static_cast<float>(light);
}

double encoded_of(double light) {
  return light <= 0.0031308 ? light * 12.92
                            : 1.055 * std::pow(light, 1 / 2.4) - 0.055;
}

std::vector<float> make_light_table(std::size_t values) {
  std::vector<float> table(values);
  for (std::size_t i = 0; i < values; ++i)
    table[i] =
      light_of(static_cast<double>(i) / static_cast<double>(values - 1));
  return table;
}

/// Between two entries a straight line: off by less than a tenth of a step of
/// 16 bits, as the second derivative is below 2,400.
constexpr std::size_t curve_steps = 16'384;

std::vector<float> make_curve() {
  std::vector<float> curve(curve_steps + 2);
  for (std::size_t i = 0; i < curve.size(); ++i)
    curve[i] = static_cast<float>(
      encoded_of(std::min(static_cast<double>(i) / double{curve_steps}, 1.0)));
  return curve;
}

const std::vector<float>& light_table(std::size_t sample_bits) {
  static const auto narrow = make_light_table(256);
  static const auto wide = make_light_table(65'536);
  return sample_bits == 8 ? narrow : wide;
}

/// @pre `light` in [0, 1]
float encode(float light) {
  static const auto curve = make_curve();
  const auto place = light * float{curve_steps};
  const auto index = static_cast<std::size_t>(place);
  const auto rest = place - static_cast<float>(index);
  return curve[index] + rest * (curve[index + 1] - curve[index]);
}

// -- pixels -------------------------------------------------------------------

template <class Sample>
void read_light(std::span<const std::byte> row, const row_format& format,
                std::span<float> light) {
  const auto& table = light_table(format.sample_bits);
  constexpr float peak = sizeof(Sample) == 1 ? 255.0F : 65'535.0F;
  const auto has_alpha = format.channels % 2 == 0;
  const auto colours = format.channels - (has_alpha ? 1 : 0);
  for (std::size_t at = 0; at < light.size(); at += format.channels) {
    std::array<Sample, 4> pixel{};
    std::memcpy(pixel.data(), row.data() + at * sizeof(Sample),
                format.channels * sizeof(Sample));
    float alpha = 1;
    if (has_alpha)
      alpha = static_cast<float>(pixel.at(colours)) / peak;
    for (std::size_t c = 0; c < colours; ++c)
      light[at + c] = table[pixel.at(c)] * alpha;
    if (has_alpha)
      light[at + colours] = alpha;
  }
}

template <class Sample>
void write_light(std::span<const float> light, const row_format& format,
                 std::span<std::byte> row) {
  constexpr float peak = sizeof(Sample) == 1 ? 255.0F : 65'535.0F;
  const auto has_alpha = format.channels % 2 == 0;
  const auto colours = format.channels - (has_alpha ? 1 : 0);
  for (std::size_t at = 0; at < light.size(); at += format.channels) {
    std::array<Sample, 4> pixel{};
    float alpha = 1;
    if (has_alpha) {
      alpha = std::clamp(light[at + colours], 0.0F, 1.0F);
      pixel.at(colours) = static_cast<Sample>(alpha * peak + 0.5F);
    }
    for (std::size_t c = 0; c < colours && alpha > 0; ++c)
      pixel.at(c) = static_cast<Sample>(
        encode(std::clamp(light[at + c] / alpha, 0.0F, 1.0F)) * peak + 0.5F);
    std::memcpy(row.data() + at * sizeof(Sample), pixel.data(),
                format.channels * sizeof(Sample));
  }
}

/// Rows that the highest window weighs.
std::uint32_t rows_of_window(image::image_size from, image::image_size to) {
  const auto stretch =
    std::max(1.0, static_cast<double>(from.height) / to.height);
  return std::min(from.height,
                  static_cast<std::uint32_t>(2 * lobes * stretch) + 2);
}

} // namespace

light_resampler::light_resampler(image::image_size from, image::image_size to,
                                 const row_format& format, row_sink sink)
  : from_{from}, to_{to}, format_{format}, sink_{std::move(sink)},
    ring_rows_{rows_of_window(from, to)},
    light_(std::size_t{from.width} * format.channels),
    sums_(std::size_t{to.width} * format.channels),
    out_(to.width * format.pixel_bytes()) {
  assert(from.pixels() > 0 && to.pixels() > 0);
  for (std::uint32_t x = 0; x < to.width; ++x)
    columns_.push_back(window_at(x, from.width, to.width));
  ring_.resize(ring_rows_ * sums_.size());
}

light_resampler::window light_resampler::window_at(std::uint32_t out,
                                                   std::uint32_t from,
                                                   std::uint32_t to) {
  const auto scale = static_cast<double>(from) / to;
  const auto stretch = std::max(1.0, scale);
  const auto centre = (out + 0.5) * scale - 0.5;
  const auto reach = lobes * stretch;
  const auto first = std::max(0.0, std::ceil(centre - reach));
  const auto last =
    std::min(static_cast<double>(from) - 1, std::floor(centre + reach));
  window made{static_cast<std::uint32_t>(first), {}};
  double sum = 0;
  for (auto at = first; at <= last; at += 1)
    sum += lanczos((at - centre) / stretch);
  // Cut at the edges, then made to weigh 1 again.
  for (auto at = first; at <= last; at += 1)
    made.weights.push_back(
      static_cast<float>(lanczos((at - centre) / stretch) / sum));
  return made;
}

std::span<float> light_resampler::line(std::uint32_t row) noexcept {
  return std::span{ring_}.subspan(row % ring_rows_ * sums_.size(),
                                  sums_.size());
}

void light_resampler::widen(std::span<float> to) const {
  const auto channels = format_.channels;
  for (std::size_t x = 0; x < columns_.size(); ++x) {
    const auto& place = columns_[x];
    for (std::size_t c = 0; c < channels; ++c) {
      const auto* from = light_.data() + place.first * channels + c;
      float sum = 0;
      for (std::size_t tap = 0; tap < place.weights.size(); ++tap)
        sum += place.weights[tap] * from[tap * channels];
      to[x * channels + c] = sum;
    }
  }
}

void light_resampler::give(const window& rows) {
  std::fill(sums_.begin(), sums_.end(), 0.0F);
  for (std::size_t tap = 0; tap < rows.weights.size(); ++tap) {
    const auto from = line(rows.first + static_cast<std::uint32_t>(tap));
    const auto weight = rows.weights[tap];
    for (std::size_t i = 0; i < sums_.size(); ++i)
      sums_[i] += weight * from[i];
  }
  if (format_.sample_bits == 8)
    write_light<std::uint8_t>(sums_, format_, out_);
  else
    write_light<std::uint16_t>(sums_, format_, out_);
  sink_(out_);
}

void light_resampler::push(std::span<const std::byte> row) {
  assert(seen_ < from_.height);
  assert(row.size() >= from_.width * format_.pixel_bytes());
  if (format_.sample_bits == 8)
    read_light<std::uint8_t>(row, format_, light_);
  else
    read_light<std::uint16_t>(row, format_, light_);
  widen(line(seen_));
  ++seen_;
  while (given_ < to_.height) {
    const auto rows = window_at(given_, from_.height, to_.height);
    if (rows.first + rows.weights.size() > seen_)
      return;
    give(rows);
    ++given_;
  }
}

std::size_t light_resampler::bytes_for(image::image_size from,
                                       image::image_size to,
                                       const row_format& format) {
  const auto columns = rows_of_window({1, from.width}, {1, to.width});
  const auto out = std::size_t{to.width} * format.channels;
  return sizeof(float)
           * (std::size_t{rows_of_window(from, to)} * out
              + std::size_t{from.width} * format.channels + out)
         + to.width * (sizeof(window) + columns * sizeof(float))
         + to.width * format.pixel_bytes();
}

} // namespace troupe::upscale
