#include "domain/audio/true_peak.hpp"

#include "domain/audio/lane_kernels.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace troupe::audio {

namespace {

/// Frames of one run that is filtered or skipped as a whole.
constexpr std::size_t run_frames = 64;
constexpr int prototype_taps = 49;
/// A run under this (-400 dBFS) is as good as silent, and filtering it would
/// make denormal numbers, which are slow.
constexpr float smallest = 1e-20F;

/// Hann-windowed sinc, cut off at the old Nyquist frequency.
double prototype(int index, int factor) {
  const double n = index - (prototype_taps - 1) / 2.0;
  const double window =
    0.5
    * (1.0 - std::cos(2.0 * std::numbers::pi * index / (prototype_taps - 1)));
  if (n == 0.0)
    return window;
  const double phase = n * std::numbers::pi / factor;
  return window * std::sin(phase) / phase;
}

TROUPE_CLONES
float peak_of(const float* samples, std::size_t frames) {
  lane_floats most{};
  std::size_t i = 0;
  for (; i + lane_count <= frames; i += lane_count)
    most = larger(absolute(load_lanes(samples + i)), most);
  float peak = largest_lane(most);
  for (; i < frames; ++i)
    peak = std::max(peak, std::abs(samples[i]));
  return peak;
}

/// Largest |interpolated value| for output positions `frames` long, where
/// position n weighs `samples[n .. n + 11]` with each of three phases.
TROUPE_CLONES
float peak_between_4x(const float* samples, std::size_t frames,
                      const float* one, const float* two, const float* three) {
  lane_floats most{};
  for (std::size_t n = 0; n < frames; n += lane_count) {
    lane_floats a{};
    lane_floats b{};
    lane_floats c{};
    for (std::size_t tap = 0; tap < 12; ++tap) {
      const lane_floats x = load_lanes(samples + n + tap);
      a += x * one[tap];
      b += x * two[tap];
      c += x * three[tap];
    }
    most = larger(absolute(a), most);
    most = larger(absolute(b), most);
    most = larger(absolute(c), most);
  }
  return largest_lane(most);
}

/// Likewise with one phase of 24 taps.
TROUPE_CLONES
float peak_between_2x(const float* samples, std::size_t frames,
                      const float* taps) {
  lane_floats most{};
  for (std::size_t n = 0; n < frames; n += lane_count) {
    lane_floats a{};
    for (std::size_t tap = 0; tap < 24; ++tap)
      a += load_lanes(samples + n + tap) * taps[tap];
    most = larger(absolute(a), most);
  }
  return largest_lane(most);
}

} // namespace

true_peak_meter::true_peak_meter(int sample_rate_hz, std::size_t channels)
  : history_(channels) {
  assert(sample_rate_hz >= 1 && channels >= 1);
  factor_ = sample_rate_hz < 96000 ? 4 : sample_rate_hz < 192000 ? 2 : 1;
  if (factor_ == 1)
    return;
  taps_ = static_cast<std::size_t>((prototype_taps - 1) / factor_);
  double gain_max = 1.0;
  for (int phase = 1; phase < factor_; ++phase) {
    double gain = 0.0;
    for (std::size_t tap = 0; tap < taps_; ++tap) {
      // The window holds older samples first, the filter newer ones.
      const int index = phase + static_cast<int>(taps_ - 1 - tap) * factor_;
      const double value = prototype(index, factor_);
      phases_[static_cast<std::size_t>(phase - 1)][tap] =
        static_cast<float>(value);
      gain += std::abs(value);
    }
    gain_max = std::max(gain_max, gain);
  }
  // Twenty-four rounded products and sums err by less than 25 * 2^-24.
  gain_max_ = static_cast<float>(gain_max * (1.0 + 1e-5));
}

void true_peak_meter::push(const planar_block& block) {
  assert(block.channels == history_.size());
  for (std::size_t c = 0; c < block.channels; ++c) {
    const auto samples = block.channel(c);
    if (factor_ == 1) {
      peak_ = std::max(peak_, peak_of(samples.data(), samples.size()));
      continue;
    }
    // Lanes read up to a whole run beyond the end: keep zeros there.
    padded_.assign(history_frames + samples.size() + run_frames, 0.0F);
    std::copy(history_[c].begin(), history_[c].end(), padded_.begin());
    std::copy(samples.begin(), samples.end(), padded_.begin() + history_frames);
    scan(padded_.data(), samples.size());
    std::copy_n(padded_.begin() + static_cast<std::ptrdiff_t>(samples.size()),
                history_frames, history_[c].begin());
  }
}

void true_peak_meter::scan(const float* padded, std::size_t frames) {
  // Position n weighs the taps_ samples that end at sample n of this block.
  const float* first = padded + history_frames - (taps_ - 1);
  float before = peak_of(padded, history_frames);
  for (std::size_t n = 0; n < frames; n += run_frames) {
    const std::size_t now = std::min(run_frames, frames - n);
    const float here = peak_of(padded + history_frames + n, now);
    peak_ = std::max(peak_, here);
    const float near = std::max(before, here);
    if (near * gain_max_ > peak_ && near > smallest) {
      // Whole lanes: positions past the end of the programme see zeros, as
      // `finish` gives them.
      const std::size_t whole =
        (now + lane_count - 1) / lane_count * lane_count;
      const float between =
        factor_ == 4 ? peak_between_4x(first + n, whole, phases_[0].data(),
                                       phases_[1].data(), phases_[2].data())
                     : peak_between_2x(first + n, whole, phases_[0].data());
      peak_ = std::max(peak_, between);
    }
    before = here;
  }
}

void true_peak_meter::finish() {
  const std::vector<float> zeros(history_frames * history_.size(), 0.0F);
  push({zeros.data(), history_frames, history_frames, history_.size()});
}

} // namespace troupe::audio
