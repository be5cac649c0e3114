#include "domain/audio/tonal/pitch_spectrum.hpp"

#include "domain/audio/lane_kernels.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numbers>

namespace troupe::audio {

namespace {

constexpr double bin_hz = 22050.0 / 8192.0;
/// 18 semitones and the bin itself.
constexpr std::size_t reach = 9 * pitch_spectrum::bins_a_semitone;
/// Nothing above the highest pitch and its triangle is looked at.
constexpr std::size_t magnitudes = 1024;
/// A sine of amplitude A has |X| = A N / 4 in a Hann window: -106 dBFS.
constexpr float weakest = 0.01F;

double pitch_of(double hz) {
  return 69.0 + 12.0 * std::log2(hz / 440.0);
}

double frequency_of(double pitch) {
  return 440.0 * std::exp2((pitch - 69.0) / 12.0);
}

void root_of(const lanes& from, lanes& to) {
  std::array<float, lane_count> values;
  store_lanes(values.data(), from.v);
  for (float& value : values)
    value = __builtin_sqrtf(value);
  to.v = load_lanes(values.data());
}

/// The bin that stands for one beyond an end: mirrored, the end itself once.
std::size_t mirrored(std::ptrdiff_t bin) {
  constexpr auto last = static_cast<std::ptrdiff_t>(pitch_spectrum::bins) - 1;
  return static_cast<std::size_t>(bin < 0      ? -bin
                                  : bin > last ? 2 * last - bin
                                               : bin);
}

TROUPE_CLONES
void weigh(const lanes* from, const float* weights, std::size_t count,
           lanes* out) {
  out->v = weighted_sum(from, weights, count);
}

/// What stands above the mean around it, over the root of the deviation.
TROUPE_CLONES
void whiten(const lanes* padded, const float* weights, lanes* out) {
  for (std::size_t bin = 0; bin < pitch_spectrum::bins; ++bin) {
    lane_floats mean{};
    lane_floats square{};
    for (std::size_t i = 0; i < 2 * reach + 1; ++i) {
      const lane_floats value = padded[bin + i].v;
      mean += value * weights[i];
      square += value * value * weights[i];
    }
    lanes deviation;
    deviation.v = larger(square - mean * mean, fill_lanes(1e-12F));
    root_of(deviation, deviation);
    root_of(deviation, deviation);
    out[bin].v =
      larger(padded[bin + reach].v - mean, lane_floats{}) / deviation.v;
  }
}

} // namespace

pitch_spectrum::pitch_spectrum()
  : magnitude_(magnitudes), raw_(bins + 2 * reach) {
  for (std::size_t bin = 0; bin < bins; ++bin) {
    const double pitch =
      lowest_pitch
      + static_cast<double>(bin) / static_cast<double>(bins_a_semitone);
    // At least as wide as the transform's own bins are there.
    const double width =
      std::max(1.0 / static_cast<double>(bins_a_semitone),
               12.0 * std::log2(1.0 + bin_hz / frequency_of(pitch)));
    auto& one = triangles_.emplace_back();
    double square_sum = 0.0;
    const auto first =
      static_cast<std::size_t>(frequency_of(pitch - width) / bin_hz);
    one.first_bin = std::max<std::size_t>(1, first);
    for (auto i = one.first_bin; i < magnitudes; ++i) {
      const double away =
        std::abs(pitch_of(static_cast<double>(i) * bin_hz) - pitch) / width;
      const double weight = std::max(0.0, 1.0 - away);
      if (weight == 0.0
          && static_cast<double>(i) * bin_hz > frequency_of(pitch))
        break;
      one.weights.push_back(static_cast<float>(weight));
      square_sum += weight * weight;
    }
    for (float& weight : one.weights)
      weight /= static_cast<float>(std::sqrt(square_sum));
  }
  double sum = 0.0;
  for (std::size_t i = 0; i < 2 * reach + 1; ++i) {
    const double hamming =
      0.54
      - 0.46
          * std::cos(std::numbers::pi * static_cast<double>(i)
                     / static_cast<double>(reach));
    surroundings_.push_back(static_cast<float>(hamming));
    sum += hamming;
  }
  for (float& weight : surroundings_)
    weight /= static_cast<float>(sum);
}

void pitch_spectrum::measure(std::span<const lanes> power,
                             std::span<lanes> out) {
  assert(power.size() == layout.bins() && out.size() == bins);
  for (std::size_t bin = 0; bin < magnitudes; ++bin)
    root_of(power[bin], magnitude_[bin]);
  lane_floats most{};
  for (std::size_t bin = 0; bin < bins; ++bin) {
    const auto& one = triangles_[bin];
    weigh(magnitude_.data() + one.first_bin, one.weights.data(),
          one.weights.size(), &raw_[bin + reach]);
    most = larger(raw_[bin + reach].v, most);
  }
  for (std::size_t i = 1; i <= reach; ++i) {
    raw_[reach - i] = raw_[reach + mirrored(-static_cast<std::ptrdiff_t>(i))];
    raw_[reach + bins - 1 + i] =
      raw_[reach + mirrored(static_cast<std::ptrdiff_t>(bins - 1 + i))];
  }
  whiten(raw_.data(), surroundings_.data(), out.data());
  const lane_floats audible = most > weakest ? fill_lanes(1.0F) : lane_floats{};
  for (auto& one : out)
    one.v *= audible;
}

} // namespace troupe::audio
