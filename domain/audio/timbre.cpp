#include "domain/audio/timbre.hpp"

#include "domain/audio/chroma.hpp"
#include "domain/audio/lane_kernels.hpp"
#include "domain/audio/stft.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace troupe::audio {

namespace {

constexpr float mel_floor = 1e-10F;
constexpr float top_db = 80.0F;
constexpr float rolloff_share = 0.85F;
constexpr std::size_t waiting_batches_max = 16384 / lane_count;

/// Sum of |X|² over the bins of a frame of noise at -80 dBFS: mean square
/// 1e-8, times N² / 2 for the one-sided sum, times Hann's mean square 3/8.
constexpr float active_power = 1e-8F * 2048.0F * 2048.0F * 0.5F * 0.375F;

/// 10 log10(x) = this times ln(x).
constexpr float decibels_per_neper = 4.34294482F;

struct batch_shape {
  lane_floats power_sum;
  lane_floats flatness;
  lane_floats centroid_bin;
  lane_floats rolloff_bin;
};

/// Shape of eight spectra at once; magnitudes go to `magnitude` on the way.
/// Sums are in float: 1,025 terms of one sign err by some 1e-6.
TROUPE_CLONES
void describe_shape(const lanes* power, lanes* magnitude, std::size_t bins,
                    batch_shape* out) {
  lane_floats power_sum{};
  lane_floats log_sum{};
  lane_floats magnitude_sum{};
  lane_floats moment{};
  const lane_floats floor = fill_lanes(mel_floor);
  for (std::size_t bin = 0; bin < bins; ++bin) {
    const lane_floats p = power[bin].v;
    const lane_floats floored = larger(p, floor);
    power_sum += floored;
    log_sum += natural_log(floored);
    std::array<float, lane_count> root;
    store_lanes(root.data(), p);
    for (float& value : root)
      value = __builtin_sqrtf(value);
    const lane_floats m = load_lanes(root.data());
    magnitude[bin].v = m;
    magnitude_sum += m;
    moment += m * static_cast<float>(bin);
  }
  const lane_floats target = magnitude_sum * rolloff_share;
  lane_floats below{};
  lane_floats running{};
  for (std::size_t bin = 0; bin < bins; ++bin) {
    running += magnitude[bin].v;
    below += running < target ? fill_lanes(1.0F) : lane_floats{};
  }
  const auto count = static_cast<float>(bins);
  out->power_sum = power_sum;
  for (std::size_t lane = 0; lane < lane_count; ++lane)
    out->flatness[lane] =
      std::exp(log_sum[lane] / count) / (power_sum[lane] / count);
  out->centroid_bin = moment / larger(magnitude_sum, floor);
  out->rolloff_bin = below;
}

/// One mel band of eight frames: sum of weighted power.
TROUPE_CLONES
void mel_band(const lanes* power, const float* weights, std::size_t count,
              lanes* out) {
  lane_floats sum{};
  for (std::size_t i = 0; i < count; ++i)
    sum += power[i].v * weights[i];
  out->v = sum;
}

/// Power to dB in place; returns the largest. Lanes from `frames` on are not
/// frames and do not count.
TROUPE_CLONES
float to_decibels(lanes* bands, std::size_t count, std::size_t frames) {
  const lane_floats floor = fill_lanes(mel_floor);
  lane_floats most = fill_lanes(-100.0F);
  for (std::size_t i = 0; i < count; ++i) {
    bands[i].v = natural_log(larger(bands[i].v, floor)) * decibels_per_neper;
    most = larger(bands[i].v, most);
  }
  float largest = -100.0F;
  for (std::size_t lane = 0; lane < frames; ++lane)
    largest = std::max(largest, most[lane]);
  return largest;
}

/// `rows` cepstral coefficients of eight frames, bands clamped from below.
TROUPE_CLONES
void cepstrum(const lanes* bands, float clamp_db, const float* basis,
              std::size_t rows, lanes* out) {
  constexpr std::size_t columns = timbre_meter::mel_bands;
  std::array<lanes, columns> clamped;
  for (std::size_t i = 0; i < columns; ++i)
    clamped[i].v = larger(bands[i].v, fill_lanes(clamp_db));
  for (std::size_t row = 0; row < rows; ++row) {
    lane_floats sum{};
    for (std::size_t i = 0; i < columns; ++i)
      sum += clamped[i].v * basis[row * columns + i];
    out[row].v = sum;
  }
}

/// Twelve pitch classes of eight frames, in two passes of six: twelve sums of
/// eight lanes do not fit the registers of the baseline.
TROUPE_CLONES
void chroma_of(const lanes* power, const float* bank, std::size_t bins,
               lanes* out) {
  for (std::size_t half = 0; half < chroma_classes; half += 6) {
    std::array<lanes, 6> sums{};
    for (std::size_t bin = 0; bin < bins; ++bin) {
      const float* weights = bank + bin * chroma_classes + half;
      for (std::size_t c = 0; c < 6; ++c)
        sums[c].v += power[bin].v * weights[c];
    }
    for (std::size_t c = 0; c < 6; ++c)
      out[half + c] = sums[c];
  }
}

} // namespace

timbre_meter::timbre_meter()
  : mel_(mel_filterbank(layout, mel_bands)),
    cosine_(cosine_basis(coefficients, mel_bands)),
    chroma_bank_(chroma_filterbank(layout)),
    likeness_(layout, mel_, stft::usual_hop_samples),
    magnitude_(layout.bins()) {}

// -- streaming ----------------------------------------------------------------

void timbre_meter::push_spectra(std::span<const lanes> power,
                                std::size_t frames) {
  assert(power.size() == layout.bins() && frames >= 1 && frames <= lane_count);
  auto batch = describe(power.data(), frames);
  store_mel(power.data(), batch);
}

void timbre_meter::finish() {
  flush_mel();
}

void timbre_meter::push_samples(std::span<const float> samples) {
  if (samples.empty())
    return;
  // The first sample has no neighbour and so no crossing.
  const float before = samples_ == 0 ? samples.front() : last_sample_;
  const auto negative = [](float x) {
    return static_cast<int>(x < 0.0F);
  };
  int changes = negative(before) ^ negative(samples.front());
  for (std::size_t i = 1; i < samples.size(); ++i)
    changes += negative(samples[i - 1]) ^ negative(samples[i]);
  crossings_ += changes;
  samples_ += static_cast<std::int64_t>(samples.size());
  last_sample_ = samples.back();
}

frame_batch timbre_meter::describe(const lanes* power, std::size_t frames) {
  batch_shape shape{};
  describe_shape(power, magnitude_.data(), layout.bins(), &shape);
  frame_batch batch;
  batch.chroma = chroma_now_.data();
  batch.power_sum.v = shape.power_sum;
  batch.centroid_bin.v = shape.centroid_bin;
  batch.rolloff_bin.v = shape.rolloff_bin;
  batch.flatness.v = shape.flatness;
  batch.frames = frames;
  const lane_ints active = shape.power_sum > fill_lanes(active_power);
  for (std::size_t lane = 0; lane < frames; ++lane) {
    if (active[lane] == 0)
      continue;
    batch.active |= 1U << lane;
    ++active_frames_;
    centroid_sum_ += static_cast<double>(shape.centroid_bin[lane]);
    rolloff_sum_ += static_cast<double>(shape.rolloff_bin[lane]);
    flatness_sum_ += static_cast<double>(shape.flatness[lane]);
  }
  add_chroma(power, batch);
  return batch;
}

void timbre_meter::add_chroma(const lanes* power, const frame_batch& batch) {
  auto& classes = chroma_now_;
  chroma_of(power, chroma_bank_.data(), layout.bins(), classes.data());
  lane_floats most{};
  for (const auto& one : classes)
    most = larger(one.v, most);
  for (std::size_t lane = 0; lane < batch.frames; ++lane)
    if (batch.is_active(lane) && most[lane] > 0.0F)
      for (std::size_t c = 0; c < chroma_classes; ++c)
        chroma_sum_[c] += static_cast<double>(classes[c].v[lane] / most[lane]);
}

void timbre_meter::store_mel(const lanes* power, frame_batch& batch) {
  const auto before = mel_waiting_.size();
  mel_waiting_.resize(before + mel_bands);
  lanes* bands = mel_waiting_.data() + before;
  for (std::size_t m = 0; m < mel_bands; ++m)
    mel_band(power + mel_[m].first_bin, mel_[m].weights.data(),
             mel_[m].weights.size(), bands + m);
  batch.mel_power = bands;
  batch.mel_bands = mel_bands;
  likeness_.push(batch);
  mel_max_db_ =
    std::max(mel_max_db_, to_decibels(bands, mel_bands, batch.frames));
  frames_waiting_.push_back(static_cast<std::uint8_t>(batch.frames));
  if (mel_flushed_ || frames_waiting_.size() == waiting_batches_max)
    flush_mel();
}

void timbre_meter::flush_mel() {
  for (std::size_t batch = 0; batch < frames_waiting_.size(); ++batch)
    add_mfcc(mel_waiting_.data() + batch * mel_bands, frames_waiting_[batch]);
  mel_waiting_.clear();
  frames_waiting_.clear();
  if (!mel_flushed_)
    mel_waiting_.shrink_to_fit();
  mel_flushed_ = true;
}

void timbre_meter::add_mfcc(const lanes* decibels, std::size_t frames) {
  std::array<lanes, coefficients> out{};
  cepstrum(decibels, mel_max_db_ - top_db, cosine_.data(), coefficients,
           out.data());
  for (std::size_t i = 0; i < coefficients; ++i)
    for (std::size_t lane = 0; lane < frames; ++lane) {
      const auto value = static_cast<double>(out[i].v[lane]);
      mfcc_sum_[i] += value;
      mfcc_square_sum_[i] += value * value;
    }
  mfcc_frames_ += static_cast<std::int64_t>(frames);
}

// -- results ------------------------------------------------------------------

std::optional<timbre_figures> timbre_meter::figures() const {
  if (active_frames_ == 0)
    return std::nullopt;
  timbre_figures out;
  const auto all = static_cast<double>(mfcc_frames_);
  for (std::size_t i = 0; i < coefficients; ++i) {
    const double mean = mfcc_sum_[i] / all;
    out.mfcc_mean[i] = mean;
    out.mfcc_std[i] =
      std::sqrt(std::max(0.0, mfcc_square_sum_[i] / all - mean * mean));
  }
  const auto active = static_cast<double>(active_frames_);
  const double bin_hz =
    layout.sample_rate_hz / static_cast<double>(layout.fft_length);
  out.centroid_hz = centroid_sum_ / active * bin_hz;
  out.rolloff_hz = rolloff_sum_ / active * bin_hz;
  out.flatness = std::min(1.0, flatness_sum_ / active);
  out.zero_crossing_rate =
    static_cast<double>(crossings_) / static_cast<double>(samples_);
  return out;
}

std::optional<std::array<double, 12>> timbre_meter::chroma() const {
  auto out = chroma_sum_;
  const double most = *std::max_element(out.begin(), out.end());
  if (most <= 0.0)
    return std::nullopt;
  for (double& value : out)
    value /= most;
  return out;
}

} // namespace troupe::audio
