#include "domain/audio/curves/curve_meter.hpp"

#include "domain/audio/chroma.hpp"
#include "domain/audio/planar.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace troupe::audio {

namespace {

constexpr int chroma_rate_hz = 22050;
/// 4096 samples tell semitones apart from 130 Hz on.
constexpr std::size_t chroma_fft = 4096;
/// Eleven hops of 512 are a quarter of a second.
constexpr std::size_t column_hops = 11;
constexpr std::size_t point_frames_max = 256;
/// A column under this mean power is silence: -80 dBFS through the window.
constexpr double silent_power = 1e-3;

/// The loudness of each run of `steps` energies.
std::vector<double> loudness_curve(const std::vector<double>& energies,
                                   std::size_t steps) {
  std::vector<double> curve;
  for (std::size_t i = 0; i + steps <= energies.size(); ++i) {
    double sum = 0.0;
    for (std::size_t k = 0; k < steps; ++k)
      sum += energies[i + k];
    // BS.1770-4, equation 2.
    curve.push_back(-0.691
                    + 10.0 * std::log10(sum / static_cast<double>(steps)));
  }
  return curve;
}

} // namespace

curve_meter::curve_meter(const fourier_source& transforms,
                         const pcm_format& format)
  : format_(format),
    loudness_(format.sample_rate_hz, static_cast<std::size_t>(format.channels)),
    resampler_(format.sample_rate_hz, chroma_rate_hz), layout_{chroma_rate_hz,
                                                               chroma_fft},
    stft_(transforms, layout_), chroma_bank_(chroma_filterbank(layout_)),
    power_(layout_.bins()) {
  curves_.envelope_step_s = static_cast<double>(point_frames_max)
                            / static_cast<double>(format.sample_rate_hz);
  curves_.chroma_step_s =
    static_cast<double>(column_hops * stft::usual_hop_samples) / chroma_rate_hz;
}

void curve_meter::push(const pcm_block& block) {
  const auto rows = to_planar(block, rows_);
  loudness_.push(rows);
  mono_.assign(rows.frames, 0.0F);
  const float share = 1.0F / static_cast<float>(rows.channels);
  for (std::size_t c = 0; c < rows.channels; ++c) {
    const auto samples = rows.channel(c);
    for (std::size_t i = 0; i < rows.frames; ++i)
      mono_[i] += share * samples[i];
  }
  frames_ += static_cast<std::int64_t>(rows.frames);
  draw_envelope();
  resampled_.clear();
  resampler_.push(mono_, resampled_);
  stft_.push(resampled_);
  take_spectra();
}

void curve_meter::draw_envelope() {
  for (const float sample : mono_) {
    point_.low = std::min(point_.low, sample);
    point_.high = std::max(point_.high, sample);
    point_.mean_square += sample * sample;
    if (++point_frames_ < point_frames_max)
      continue;
    point_.mean_square /= static_cast<float>(point_frames_max);
    curves_.envelope.push_back(std::exchange(point_, {}));
    point_frames_ = 0;
  }
}

void curve_meter::take_spectra() {
  while (const auto frames = stft_.next(power_)) {
    for (std::size_t lane = 0; lane < frames; ++lane) {
      for (std::size_t bin = 0; bin < layout_.bins(); ++bin) {
        const float* weights = chroma_bank_.data() + bin * chroma_classes;
        const auto power = static_cast<double>(power_[bin].v[lane]);
        for (std::size_t c = 0; c < chroma_classes; ++c)
          column_[c] += power * static_cast<double>(weights[c]);
      }
      if (++column_frames_ == column_hops)
        close_column();
    }
  }
}

void curve_meter::close_column() {
  const double most = *std::max_element(column_.begin(), column_.end());
  std::array<float, 12> column{};
  if (most > silent_power * static_cast<double>(column_frames_))
    for (std::size_t c = 0; c < chroma_classes; ++c)
      column[c] = static_cast<float>(column_[c] / most);
  curves_.chroma.push_back(column);
  column_ = {};
  column_frames_ = 0;
}

track_curves curve_meter::finish() {
  resampled_.clear();
  resampler_.finish(resampled_);
  stft_.push(resampled_);
  stft_.finish();
  take_spectra();
  if (column_frames_ > 0)
    close_column();
  if (point_frames_ > 0) {
    point_.mean_square /= static_cast<float>(point_frames_);
    curves_.envelope.push_back(point_);
  }
  curves_.duration_s =
    static_cast<double>(frames_) / static_cast<double>(format_.sample_rate_hz);
  curves_.momentary_lufs = loudness_curve(loudness_.energies(), 4);
  curves_.shortterm_lufs = loudness_curve(loudness_.energies(), 30);
  return std::move(curves_);
}

} // namespace troupe::audio
