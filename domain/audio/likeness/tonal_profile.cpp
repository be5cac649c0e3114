#include "domain/audio/likeness/tonal_profile.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace troupe::audio {

namespace {

using chroma = std::array<double, tonal_profile::classes>;

// Key profiles "bgate" (Faraldo et al., ECIR 2016; values in Essentia's
// documentation of its key algorithm).
constexpr chroma major_profile{1.00, 0.00, 0.42, 0.00, 0.53, 0.37,
                               0.00, 0.77, 0.00, 0.38, 0.21, 0.30};
constexpr chroma minor_profile{1.00, 0.00, 0.36, 0.39, 0.00, 0.38,
                               0.00, 0.74, 0.27, 0.00, 0.42, 0.23};

/// Semitones from a minor tonic up to that of its relative major.
constexpr std::size_t relative_major = 3;

/// Pearson correlation of the profile on `tonic` with `values`.
double fit(const chroma& values, const chroma& profile, std::size_t tonic) {
  double mean_v = 0.0;
  double mean_p = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    mean_v += values[i] / 12.0;
    mean_p += profile[i] / 12.0;
  }
  double product = 0.0;
  double square_v = 0.0;
  double square_p = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double v = values[(i + tonic) % 12] - mean_v;
    const double p = profile[i] - mean_p;
    product += v * p;
    square_v += v * v;
    square_p += p * p;
  }
  return square_v > 1e-18 ? product / std::sqrt(square_v * square_p) : 0.0;
}

struct best_fit {
  double strength = -2.0;
  std::size_t tonic = 0;
};

best_fit best_of(const chroma& values, const chroma& profile) {
  best_fit best;
  for (std::size_t tonic = 0; tonic < values.size(); ++tonic) {
    const double strength = fit(values, profile, tonic);
    if (strength > best.strength)
      best = {strength, tonic};
  }
  return best;
}

} // namespace

void tonal_profile::push(const chroma& values) {
  double total = 0.0;
  for (const double value : values)
    total += value;
  if (total <= 0.0)
    return;
  ++moments_;
  for (std::size_t i = 0; i < classes; ++i)
    sum_[i] += values[i] / total;
  for (std::size_t k = 1; k <= components; ++k) {
    std::complex<double> sum;
    for (std::size_t i = 0; i < classes; ++i)
      sum += std::polar(values[i] / total, -2.0 * std::numbers::pi
                                             * static_cast<double>(i * k)
                                             / static_cast<double>(classes));
    const double magnitude = std::abs(sum);
    magnitude_sum_[k - 1] += magnitude;
    magnitude_square_sum_[k - 1] += magnitude * magnitude;
  }
}

std::array<double, tonal_profile::numbers> tonal_profile::figures() const {
  std::array<double, numbers> out{};
  if (moments_ == 0)
    return out;
  const auto count = static_cast<double>(moments_);
  const auto major = best_of(sum_, major_profile);
  const auto minor = best_of(sum_, minor_profile);
  const std::size_t turn = major.strength >= minor.strength
                             ? major.tonic
                             : (minor.tonic + relative_major) % classes;
  for (std::size_t i = 0; i < classes; ++i)
    out[i] = sum_[(i + turn) % classes] / count;
  for (std::size_t k = 0; k < components; ++k) {
    const double mean = magnitude_sum_[k] / count;
    out[classes + k] = mean;
    out[classes + components + k] =
      std::sqrt(std::max(0.0, magnitude_square_sum_[k] / count - mean * mean));
  }
  return out;
}

double tonal_profile::majorness() const {
  if (moments_ == 0)
    return 0.0;
  return best_of(sum_, major_profile).strength
         - best_of(sum_, minor_profile).strength;
}

} // namespace troupe::audio
