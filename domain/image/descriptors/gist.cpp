#include "domain/image/descriptors/gist.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace troupe::image {

namespace {

/// The picture and a mirrored margin on all sides, so that opposite edges do
/// not meet.
constexpr std::size_t margin = 8;
constexpr std::size_t padded_side = scene_side + 2 * margin;
constexpr std::size_t half_width = padded_side / 2 + 1;
constexpr std::size_t cells = 4;

/// Lighting is what varies slower than this many times across the picture.
constexpr double lighting_cycles = 4.0;

/// Keeps empty walls from being amplified without bounds.
constexpr float energy_floor = 0.2F;

/// Directions, centre frequency in cycles per pixel, and grid of each scale.
struct gabor_scale {
  std::size_t directions;
  double frequency;
  std::size_t side;
};

constexpr std::array<gabor_scale, 3> scales{{
  {8, 0.3, padded_side},
  {8, 0.3 / 1.85, 60},
  {4, 0.3 / 1.85 / 1.85, 40},
}};

/// The frequency that stands at `index` of a grid, in cycles per grid.
double cycles_at(std::size_t index, std::size_t side) {
  const auto i = static_cast<double>(index);
  return index < side / 2 ? i : i - static_cast<double>(side);
}

/// The filter's weight at a frequency in cycles per padded picture.
double gabor_weight(double u, double v, const gabor_scale& scale,
                    std::size_t direction) {
  constexpr double sharpness = 3.5;
  const double radius =
    std::hypot(u, v) / static_cast<double>(padded_side) / scale.frequency;
  const auto directions = static_cast<double>(scale.directions);
  double angle =
    std::atan2(v, u)
    + std::numbers::pi / directions * static_cast<double>(direction);
  if (angle > std::numbers::pi)
    angle -= 2.0 * std::numbers::pi;
  const double narrowness = 16.0 * directions * directions / 1024.0;
  return std::exp(-sharpness * (radius - 1.0) * (radius - 1.0)
                  - 2.0 * narrowness * std::numbers::pi * angle * angle);
}

std::vector<float> make_filters(const gabor_scale& scale) {
  std::vector<float> filters;
  filters.reserve(scale.directions * scale.side * scale.side);
  // Transforms do not normalise: forward and back multiply by this.
  const double norm = static_cast<double>(padded_side * padded_side);
  for (std::size_t direction = 0; direction < scale.directions; ++direction)
    for (std::size_t v = 0; v < scale.side; ++v)
      for (std::size_t u = 0; u < scale.side; ++u)
        filters.push_back(static_cast<float>(
          gabor_weight(cycles_at(u, scale.side), cycles_at(v, scale.side),
                       scale, direction)
          / norm));
  return filters;
}

std::vector<float> make_low_pass() {
  std::vector<float> weights;
  weights.reserve(padded_side * half_width);
  const double width = lighting_cycles / std::sqrt(std::numbers::ln2);
  for (std::size_t v = 0; v < padded_side; ++v)
    for (std::size_t u = 0; u < half_width; ++u) {
      const double y = cycles_at(v, padded_side);
      const double x = static_cast<double>(u);
      weights.push_back(
        static_cast<float>(std::exp(-(x * x + y * y) / (width * width))
                           / static_cast<double>(padded_side * padded_side)));
    }
  return weights;
}

/// Which picture row or column a padded one shows.
std::size_t mirrored(std::size_t padded) {
  if (padded < margin)
    return margin - 1 - padded;
  if (padded >= margin + scene_side)
    return 2 * scene_side + margin - 1 - padded;
  return padded - margin;
}

} // namespace

gist_meter::gist_meter(const square_fourier_source& transforms)
  : transform_(transforms.plan_square(padded_side)), low_pass_(make_low_pass()),
    padded_(padded_side * padded_side), smooth_(padded_side * padded_side),
    half_(padded_side * half_width), whole_(padded_side * padded_side),
    response_(padded_side * padded_side), sums_(padded_side) {
  for (std::size_t i = 0; i < scales.size(); ++i) {
    const auto& scale = scales.at(i);
    levels_.at(i) = {scale.side,
                     scale.side == padded_side
                       ? transform_
                       : transforms.plan_square(scale.side),
                     make_filters(scale), scale.directions};
  }
}

void gist_meter::measure(std::span<const float> luma,
                         std::span<float, gist_numbers> out) {
  assert(luma.size() == std::size_t{scene_side} * scene_side);
  for (std::size_t y = 0; y < padded_side; ++y)
    for (std::size_t x = 0; x < padded_side; ++x)
      padded_[y * padded_side + x] =
        std::log1p(luma[mirrored(y) * scene_side + mirrored(x)]);
  remove_lighting();
  spread_spectrum();
  float* to = out.data();
  for (const auto& one : levels_)
    measure_level(one, to);
}

/// Takes away what is smooth, then divides by the local contrast.
void gist_meter::remove_lighting() {
  const auto smoothen = [this] {
    transform_->forward(smooth_, half_);
    for (std::size_t i = 0; i < half_.size(); ++i)
      half_[i] *= low_pass_[i];
    transform_->inverse(half_, smooth_);
  };
  smooth_ = padded_;
  smoothen();
  for (std::size_t i = 0; i < padded_.size(); ++i) {
    padded_[i] -= smooth_[i];
    smooth_[i] = padded_[i] * padded_[i];
  }
  smoothen();
  for (std::size_t i = 0; i < padded_.size(); ++i)
    padded_[i] /= energy_floor + std::sqrt(std::abs(smooth_[i]));
}

/// The whole spectrum out of its half: it is symmetric for real input.
void gist_meter::spread_spectrum() {
  transform_->forward(padded_, half_);
  for (std::size_t v = 0; v < padded_side; ++v) {
    const auto* row = half_.data() + v * half_width;
    const auto* opposite =
      half_.data() + (padded_side - v) % padded_side * half_width;
    auto* to = whole_.data() + v * padded_side;
    std::copy(row, row + half_width, to);
    for (std::size_t u = half_width; u < padded_side; ++u)
      to[u] = std::conj(opposite[padded_side - u]);
  }
}

void gist_meter::measure_level(const level& on, float*& out) {
  const auto side = on.side;
  const auto half = side / 2;
  const auto skipped = padded_side - side;
  const std::span response{response_.data(), side * side};
  const std::size_t edge = margin * side / padded_side;
  const std::size_t cell = (side - 2 * edge) / cells;
  for (std::size_t filter = 0; filter < on.filter_count; ++filter) {
    const auto* weights = on.filters.data() + filter * side * side;
    for (std::size_t v = 0; v < side; ++v) {
      const auto* from =
        whole_.data() + (v < half ? v : v + skipped) * padded_side;
      const auto* weight = weights + v * side;
      auto* to = response.data() + v * side;
      for (std::size_t u = 0; u < half; ++u)
        to[u] = from[u] * weight[u];
      for (std::size_t u = half; u < side; ++u)
        to[u] = from[u + skipped] * weight[u];
    }
    on.transform->inverse_in_place(response);
    for (std::size_t row = 0; row < cells; ++row) {
      std::fill(sums_.begin(), sums_.end(), 0.0F);
      for (std::size_t y = 0; y < cell; ++y) {
        const auto* line =
          response.data() + (edge + row * cell + y) * side + edge;
        for (std::size_t x = 0; x < cells * cell; ++x)
          sums_[x] += std::sqrt(line[x].real() * line[x].real()
                                + line[x].imag() * line[x].imag());
      }
      for (std::size_t column = 0; column < cells; ++column) {
        double sum = 0.0;
        for (std::size_t x = 0; x < cell; ++x)
          sum += sums_[column * cell + x];
        *out++ = static_cast<float>(sum / static_cast<double>(cell * cell));
      }
    }
  }
}

} // namespace troupe::image
