#include "domain/audio/rhythm/fine_onset.hpp"

#include "domain/audio/lane_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace troupe::audio {

namespace {

/// ln(1 + 1000 m) of magnitudes m per sample of the frame.
constexpr float compression = 1000.0F;
constexpr double cut_off_hz = 6.0;

/// Sum over bins of the rise of the log magnitude from frame to frame, eight
/// frames at once. `before` holds the frame before the first, then the last.
TROUPE_CLONES
void flux_of(const lanes* power, float scale, float* before, std::size_t bins,
             lanes* out) {
  lane_floats sum{};
  for (std::size_t bin = 1; bin < bins; ++bin) {
    std::array<float, lane_count> root;
    store_lanes(root.data(), power[bin].v);
    for (float& value : root)
      value = __builtin_sqrtf(value);
    const lane_floats now = natural_log(load_lanes(root.data()) * scale + 1.0F);
    const lane_floats carried = fill_lanes(before[bin]);
    const lane_floats past =
      __builtin_shufflevector(carried, now, 0, 8, 9, 10, 11, 12, 13, 14);
    sum += larger(now - past, lane_floats{});
    before[bin] = now[lane_count - 1];
  }
  out->v = sum;
}

} // namespace

fine_onset_meter::fine_onset_meter(const fourier_source& transforms)
  : stft_(transforms, layout, hop_samples), power_(layout.bins()),
    before_(layout.bins(), 0.0F) {
  // A Hamming-windowed sinc with gain 1 at 0 Hz.
  double sum = 0.0;
  std::array<double, taps> ideal{};
  for (std::size_t i = 0; i < taps; ++i) {
    const double n = static_cast<double>(i) - (taps - 1) / 2.0;
    const double angle = 2.0 * std::numbers::pi * cut_off_hz / rate_hz * n;
    const double window = 0.54
                          - 0.46
                              * std::cos(2.0 * std::numbers::pi
                                         * static_cast<double>(i) / (taps - 1));
    ideal[i] = window * (n == 0.0 ? 1.0 : std::sin(angle) / angle);
    sum += ideal[i];
  }
  for (std::size_t i = 0; i < taps; ++i)
    low_pass_[i] = static_cast<float>(ideal[i] / sum);
}

void fine_onset_meter::push(std::span<const float> samples,
                            std::vector<float>& out) {
  constexpr std::size_t piece = 16 * hop_samples;
  while (!samples.empty()) {
    const auto now = std::min(piece, samples.size());
    stft_.push(samples.first(now));
    samples = samples.subspan(now);
    for (auto frames = stft_.next(power_); frames > 0;
         frames = stft_.next(power_))
      add_frames(frames, out);
  }
}

void fine_onset_meter::add_frames(std::size_t frames, std::vector<float>& out) {
  lanes flux;
  flux_of(power_.data(), compression / static_cast<float>(layout.fft_length),
          before_.data(), layout.bins(), &flux);
  for (std::size_t lane = 0; lane < frames; ++lane) {
    std::copy(past_.begin() + 1, past_.end(), past_.begin());
    past_.back() = flux.v[lane];
    float sum = 0.0F;
    for (std::size_t i = 0; i < taps; ++i)
      sum += past_[i] * low_pass_[i];
    out.push_back(sum);
  }
}

} // namespace troupe::audio
