#include "domain/audio/likeness/likeness_meter.hpp"

#include "domain/audio/lane_kernels.hpp"

#include <cassert>
#include <cmath>
#include <numbers>

namespace troupe::audio {

namespace {

constexpr std::size_t bands = likeness_meter::bands;
constexpr std::size_t mel_bands = 128;
constexpr std::size_t coefficients = timbre_gaussian::coefficients;

/// Frames with sound that make a likeness: about a second.
constexpr std::int64_t active_frames_min = 43;

/// A band counts at least this share of its frame's power: lossy codecs leave
/// out what is weaker, and a logarithm of nothing would tell them apart.
constexpr float floor_share = 1e-4F;
/// And at least this power, -85 dBFS or so in one band.
constexpr float floor_power = 1e-5F;

constexpr double bright_hz = 1500.0;

struct batch_sound {
  /// Natural logarithms of the pooled bands.
  std::array<lanes, bands> logs;
  /// Cepstra without the 0th.
  std::array<lanes, coefficients> cepstra;
  lanes power;
  lanes bright_power;
};

/// Eight frames: 128 mel bands are pooled by fours into 32, floored, and their
/// logarithms transformed.
TROUPE_CLONES
void pool(const lanes* mel, const float* weights, std::size_t first_bright,
          const float* cosine, batch_sound* out) {
  constexpr std::size_t group = mel_bands / bands;
  lane_floats total{};
  lane_floats power{};
  lane_floats bright{};
  for (std::size_t b = 0; b < bands; ++b) {
    lane_floats sum{};
    for (std::size_t m = b * group; m < (b + 1) * group; ++m) {
      sum += mel[m].v;
      const lane_floats part = mel[m].v * weights[m];
      power += part;
      if (m >= first_bright)
        bright += part;
    }
    out->logs[b].v = sum;
    total += sum;
  }
  const lane_floats floor =
    larger(total * floor_share, fill_lanes(floor_power));
  for (std::size_t b = 0; b < bands; ++b)
    out->logs[b].v = natural_log(out->logs[b].v + floor);
  for (std::size_t c = 0; c < coefficients; ++c) {
    // Row 0 is the level.
    const float* row = cosine + (c + 1) * bands;
    lane_floats sum{};
    for (std::size_t b = 0; b < bands; ++b)
      sum += out->logs[b].v * row[b];
    out->cepstra[c].v = sum;
  }
  out->power.v = power;
  out->bright_power.v = bright;
}

} // namespace

likeness_meter::likeness_meter(const spectrum_layout& layout,
                               const std::vector<mel_filter>& mel,
                               std::size_t hop_samples)
  : bin_hz_(layout.sample_rate_hz / static_cast<double>(layout.fft_length)),
    cosine_(cosine_basis(coefficients + 1, bands)),
    rhythm_(layout.sample_rate_hz / static_cast<double>(hop_samples)) {
  assert(mel.size() == mel_bands);
  for (const auto& filter : mel) {
    // A triangle over n bins reaches from one bin before to one after them.
    const auto bins = static_cast<double>(filter.weights.size());
    power_weights_.push_back(static_cast<float>(bin_hz_ * (bins + 1.0) / 2.0));
    const double centre_hz =
      (static_cast<double>(filter.first_bin) + (bins - 1.0) / 2.0) * bin_hz_;
    if (centre_hz < bright_hz)
      first_bright_ = power_weights_.size();
  }
}

void likeness_meter::push(const frame_batch& batch) {
  assert(batch.mel_bands == mel_bands);
  batch_sound now;
  pool(batch.mel_power, power_weights_.data(), first_bright_, cosine_.data(),
       &now);
  std::array<double, tonal_profile::classes> chroma{};
  for (std::size_t lane = 0; lane < batch.frames; ++lane) {
    std::array<float, bands> logs;
    for (std::size_t b = 0; b < bands; ++b)
      logs[b] = now.logs[b].v[lane];
    rhythm_.push(logs);
    if (!batch.is_active(lane))
      continue;
    std::array<double, coefficients> cepstrum;
    for (std::size_t c = 0; c < coefficients; ++c)
      cepstrum[c] = static_cast<double>(now.cepstra[c].v[lane]);
    timbre_.push(cepstrum);
    const auto power = static_cast<double>(batch.power_sum.v[lane]);
    const auto heard = static_cast<double>(now.power.v[lane]);
    sound_.push({10.0 * std::log10(power),
                 static_cast<double>(batch.centroid_bin.v[lane]) * bin_hz_,
                 static_cast<double>(batch.rolloff_bin.v[lane]) * bin_hz_,
                 static_cast<double>(batch.flatness.v[lane]),
                 heard > 0.0
                   ? static_cast<double>(now.bright_power.v[lane]) / heard
                   : 0.0,
                 logs});
    for (std::size_t c = 0; c < chroma.size(); ++c)
      chroma[c] += static_cast<double>(batch.chroma[c].v[lane]);
  }
  // Eight frames, a fifth of a second, are one moment of harmony.
  tonal_.push(chroma);
}

std::optional<raw_likeness> likeness_meter::figures(double stereo_width) const {
  if (sound_.frames() < active_frames_min)
    return std::nullopt;
  raw_likeness out{};
  auto* to = out.begin();
  for (const double value : timbre_.logarithm())
    *to++ = value;
  for (const double value : rhythm_.figures())
    *to++ = value;
  for (const double value : tonal_.figures())
    *to++ = value;
  for (const double value : sound_.figures())
    *to++ = value;
  // Octaves of tempo lie on a circle: half and double tempo are one place.
  const double octave =
    2.0 * std::numbers::pi * std::log2(rhythm_.strongest_tempo_bpm());
  *to++ = rhythm_.onset_mean();
  *to++ = rhythm_.onset_deviation();
  *to++ = std::cos(octave);
  *to++ = std::sin(octave);
  *to++ = tonal_.majorness();
  *to++ = stereo_width;
  assert(to == out.end());
  return out;
}

} // namespace troupe::audio
