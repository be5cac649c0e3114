#include "domain/audio/stft.hpp"

#include "domain/audio/lane_kernels.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace troupe::audio {

namespace {

TROUPE_CLONES
void multiply(const float* samples, const float* window, float* out,
              std::size_t count) {
  for (std::size_t i = 0; i < count; i += lane_count)
    store_lanes(out + i, load_lanes(samples + i) * load_lanes(window + i));
}

} // namespace

stft::stft(const fourier_source& transforms, const spectrum_layout& layout,
           std::size_t hop_samples)
  : layout_(layout), hop_samples_(hop_samples),
    plan_(transforms.plan(layout.fft_length)),
    windowed_(layout.fft_length / 16), spectrum_(layout.bins() / 8 + 1),
    pending_(layout.fft_length / 2, 0.0F) {
  assert(layout.fft_length % 16 == 0 && hop_samples >= 1
         && layout.fft_length >= hop_samples);
  for (std::size_t i = 0; i < layout.fft_length; ++i)
    window_.push_back(static_cast<float>(
      0.5
      - 0.5
          * std::cos(2.0 * std::numbers::pi * static_cast<double>(i)
                     / static_cast<double>(layout.fft_length))));
}

void stft::push(std::span<const float> samples) {
  pending_.insert(pending_.end(), samples.begin(), samples.end());
  samples_in_ += static_cast<std::int64_t>(samples.size());
}

void stft::finish() {
  assert(!finished_);
  finished_ = true;
  // Half a window centres the last frame; the rest fills its lanes' reads.
  pending_.insert(pending_.end(), layout_.fft_length, 0.0F);
}

std::size_t stft::next(std::span<lanes> power) {
  assert(power.size() == layout_.bins());
  std::size_t count = lane_count;
  if (finished_) {
    const std::int64_t total =
      samples_in_ == 0
        ? 0
        : 1 + samples_in_ / static_cast<std::int64_t>(hop_samples_);
    count = static_cast<std::size_t>(
      std::min<std::int64_t>(lane_count, total - frames_out_));
  } else if (pending_.size()
             < layout_.fft_length + (lane_count - 1) * hop_samples_) {
    return 0;
  }
  if (count == 0)
    return 0;
  if (count < lane_count)
    std::fill(power.begin(), power.end(), lanes{});
  for (std::size_t lane = 0; lane < count; ++lane)
    transform(pending_.data() + lane * hop_samples_, lane, power.data());
  pending_.erase(pending_.begin(),
                 pending_.begin()
                   + static_cast<std::ptrdiff_t>(count * hop_samples_));
  frames_out_ += static_cast<std::int64_t>(count);
  return count;
}

void stft::transform(const float* frame, std::size_t lane, lanes* power) {
  // Below this nothing is audible, and denormal numbers would be slow.
  constexpr float smallest = 1e-30F;
  float* windowed = windowed_.front().v.data();
  std::complex<float>* spectrum = spectrum_.front().v.data();
  multiply(frame, window_.data(), windowed, layout_.fft_length);
  plan_->forward({windowed, layout_.fft_length}, {spectrum, layout_.bins()});
  auto* out = reinterpret_cast<float*>(power) + lane;
  for (std::size_t bin = 0; bin < layout_.bins(); ++bin) {
    const float re = spectrum[bin].real();
    const float im = spectrum[bin].imag();
    const float value = re * re + im * im;
    out[bin * lane_count] = value > smallest ? value : 0.0F;
  }
}

} // namespace troupe::audio
