#include "domain/audio/rhythm/band_onset.hpp"

#include "domain/audio/lane_kernels.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::audio {

namespace {

constexpr double lowest_hz = 30.0;
constexpr double highest_hz = 11000.0;
/// ln(1 + 100 m) of magnitudes m relative to the loudest.
constexpr float compression = 100.0F;
/// For the bass alone: a bass drum should stand out of a bass line.
constexpr float bass_compression = 10.0F;
/// Bands under 130 Hz: 30 (11000/30)^(10/40) = 131 Hz.
constexpr std::size_t low_bands = 10;
/// Bands from 1.2 kHz: 30 (11000/30)^(25/40) = 1202 Hz.
constexpr std::size_t high_bands_from = 25;
constexpr std::size_t waiting_batches_max = 16384 / lane_count;

/// Magnitude of each band of eight frames.
TROUPE_CLONES
void band_magnitude(const lanes* power, const float* weights, std::size_t count,
                    lanes* out) {
  std::array<float, lane_count> root;
  store_lanes(root.data(), weighted_sum(power, weights, count));
  for (float& value : root)
    value = __builtin_sqrtf(value);
  out->v = load_lanes(root.data());
}

/// Flux over two frames, summed over a run of bands. `before` is left as the
/// log magnitudes of this batch.
TROUPE_CLONES
void flux_of(const lanes* magnitudes, float scale, lanes* before,
             std::size_t count, lanes* out) {
  lane_floats sum{};
  for (std::size_t i = 0; i < count; ++i) {
    const lane_floats now = natural_log(magnitudes[i].v * scale + 1.0F);
    const lane_floats past =
      __builtin_shufflevector(before[i].v, now, 6, 7, 8, 9, 10, 11, 12, 13);
    sum += larger(now - past, lane_floats{});
    before[i].v = now;
  }
  out->v = sum;
}

} // namespace

band_onset_meter::band_onset_meter(const fourier_source& transforms)
  : stft_(transforms, layout, hop_samples), bands_(bands),
    power_(layout.bins()) {
  const double bin_hz =
    layout.sample_rate_hz / static_cast<double>(layout.fft_length);
  const double step = std::pow(highest_hz / lowest_hz, 1.0 / bands);
  double low = lowest_hz;
  for (auto& one : bands_) {
    // A bin belongs to a band by the share of its width that lies in it, so
    // that the bass, where bands are narrower than bins, counts fully.
    const double high = low * step;
    one.first_bin = static_cast<std::size_t>(low / bin_hz + 0.5);
    for (auto bin = one.first_bin; bin < layout.bins(); ++bin) {
      const double from =
        std::max(low / bin_hz, static_cast<double>(bin) - 0.5);
      const double to = std::min(high / bin_hz, static_cast<double>(bin) + 0.5);
      if (to <= from)
        break;
      one.weights.push_back(static_cast<float>(to - from));
    }
    low = high;
  }
}

void band_onset_meter::push(std::span<const float> samples) {
  constexpr std::size_t piece = 8 * hop_samples;
  while (!samples.empty()) {
    const auto now = std::min(piece, samples.size());
    stft_.push(samples.first(now));
    samples = samples.subspan(now);
    take_batches();
  }
}

void band_onset_meter::finish() {
  stft_.finish();
  take_batches();
  flush_waiting();
  for (int i = 0; i < 2; ++i)
    add_value({});
}

void band_onset_meter::take_batches() {
  for (auto frames = stft_.next(power_); frames > 0;
       frames = stft_.next(power_)) {
    const auto first = waiting_.size();
    waiting_.resize(first + bands);
    lanes* magnitudes = waiting_.data() + first;
    for (std::size_t i = 0; i < bands; ++i) {
      band_magnitude(power_.data() + bands_[i].first_bin,
                     bands_[i].weights.data(), bands_[i].weights.size(),
                     magnitudes + i);
      loudest_ = std::max(loudest_, largest_lane(magnitudes[i].v));
    }
    frames_waiting_.push_back(static_cast<std::uint8_t>(frames));
    if (flushed_ || frames_waiting_.size() == waiting_batches_max)
      flush_waiting();
  }
}

void band_onset_meter::flush_waiting() {
  for (std::size_t batch = 0; batch < frames_waiting_.size(); ++batch)
    add_flux(waiting_.data() + batch * bands, frames_waiting_[batch]);
  waiting_.clear();
  frames_waiting_.clear();
  if (!flushed_)
    waiting_.shrink_to_fit();
  flushed_ = true;
}

void band_onset_meter::add_flux(const lanes* magnitudes, std::size_t frames) {
  const float scale = compression / loudest_;
  lanes bass;
  lanes low;
  lanes middle;
  lanes high;
  flux_of(magnitudes, bass_compression / loudest_, bass_before_.data(),
          low_bands, &bass);
  flux_of(magnitudes, scale, before_.data(), low_bands, &low);
  flux_of(magnitudes + low_bands, scale, before_.data() + low_bands,
          high_bands_from - low_bands, &middle);
  flux_of(magnitudes + high_bands_from, scale, before_.data() + high_bands_from,
          bands - high_bands_from, &high);
  for (std::size_t lane = 0; lane < frames; ++lane)
    add_value({low.v[lane] + middle.v[lane] + high.v[lane], bass.v[lane],
               high.v[lane]});
}

void band_onset_meter::add_value(const std::array<float, ranges>& flux) {
  constexpr std::array<float, 5> smoothing{1.0F / 9, 2.0F / 9, 3.0F / 9,
                                           2.0F / 9, 1.0F / 9};
  std::copy(past_.begin() + 1, past_.end(), past_.begin());
  past_.back() = flux;
  // The first two values are too early: the middle of five is before 0.
  if (++fluxes_ <= 2)
    return;
  std::array<float, ranges> smooth{};
  for (std::size_t i = 0; i < smoothing.size(); ++i)
    for (std::size_t range = 0; range < ranges; ++range)
      smooth[range] += smoothing[i] * past_[i][range];
  out_.full.append(smooth[0]);
  out_.low.append(smooth[1]);
  out_.high.append(smooth[2]);
}

} // namespace troupe::audio
