#include "domain/audio/descriptors/danceability.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::audio {

namespace {

constexpr double shortest = 31.0;
constexpr double longest = 880.0;
constexpr double ratio = 1.1;

/// Windows that make a mean.
constexpr std::int64_t windows_min = 3;

/// Scales that make a slope.
constexpr std::size_t scales_min = 6;

/// Deviation of the level, as a share of its mean, under which it stands still.
constexpr double movement_min = 0.05;

} // namespace

danceability_meter::danceability_meter() {
  for (double length = shortest; length <= longest; length *= ratio) {
    scale one;
    one.length = std::lround(length);
    scales_.push_back(one);
  }
}

void danceability_meter::push(std::span<const float> samples) {
  while (!samples.empty()) {
    const auto now = std::min(samples.size(), window_samples - window_filled_);
    double square = 0.0;
    for (std::size_t i = 0; i < now; ++i)
      square +=
        static_cast<double>(samples[i]) * static_cast<double>(samples[i]);
    window_square_ += square;
    window_filled_ += now;
    samples = samples.subspan(now);
    if (window_filled_ < window_samples)
      continue;
    add(std::sqrt(window_square_ / static_cast<double>(window_samples)));
    window_square_ = 0.0;
    window_filled_ = 0;
  }
}

void danceability_meter::add(double rms) {
  running_ += rms;
  square_ += rms * rms;
  ++values_;
  for (auto& one : scales_) {
    if (one.filled == 0)
      one.origin = running_;
    const double y = running_ - one.origin;
    one.sum += y;
    one.moment += static_cast<double>(one.filled) * y;
    one.square += y * y;
    if (++one.filled == one.length)
      close(one);
  }
}

void danceability_meter::close(scale& one) {
  // The residual of the least-squares line over i = 0 .. n-1.
  const auto n = static_cast<double>(one.length);
  const double middle = (n - 1.0) / 2.0;
  const double spread = n * (n * n - 1.0) / 12.0;
  const double slope_sum = one.moment - middle * one.sum;
  const double residual =
    one.square - one.sum * one.sum / n - slope_sum * slope_sum / spread;
  one.residual += std::max(0.0, residual) / n;
  ++one.windows;
  one.filled = 0;
  one.sum = one.moment = one.square = 0.0;
}

std::optional<double> danceability_meter::danceability() const {
  const auto values = static_cast<double>(values_);
  const double mean = running_ / values;
  if (values_ == 0
      || square_ / values < mean * mean * (1.0 + movement_min * movement_min))
    return std::nullopt;
  double sum = 0.0;
  std::size_t count = 0;
  for (std::size_t i = 0; i + 1 < scales_.size(); ++i) {
    const auto& near = scales_[i];
    const auto& far = scales_[i + 1];
    if (far.windows < windows_min)
      break;
    const double mean_near = near.residual / static_cast<double>(near.windows);
    const double mean_far = far.residual / static_cast<double>(far.windows);
    if (mean_near <= 0.0 || mean_far <= 0.0)
      return std::nullopt;
    // F is a root: half the logarithm of the mean square.
    sum += 0.5 * std::log(mean_far / mean_near)
           / std::log((static_cast<double>(far.length) + 3.0)
                      / (static_cast<double>(near.length) + 3.0));
    ++count;
  }
  if (count < scales_min || sum <= 0.0)
    return std::nullopt;
  return static_cast<double>(count) / sum;
}

} // namespace troupe::audio
