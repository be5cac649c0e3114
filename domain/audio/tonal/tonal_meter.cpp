#include "domain/audio/tonal/tonal_meter.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace troupe::audio {

namespace {

constexpr double lowest_hz = 25.0;
constexpr double highest_hz = 3500.0;
constexpr double bin_hz = 22050.0 / 2048.0;
constexpr auto first_bin = static_cast<std::size_t>(lowest_hz / bin_hz) + 1;
constexpr auto last_bin = static_cast<std::size_t>(highest_hz / bin_hz);
/// The spectral envelope is known every 100 Hz and joined by lines.
constexpr double envelope_step_hz = 100.0;
constexpr std::size_t envelope_points = 37;
/// It looks from 0.66 to 1.58 of a frequency, at least 50 Hz to either side.
constexpr double envelope_below = 0.34;
constexpr double envelope_above = 0.58;
constexpr double envelope_reach_hz = 50.0;
constexpr std::size_t peaks_max = 60;
/// A sine of amplitude A has |X| = A N / 4 in a Hann window: -80 dBFS.
constexpr float weakest = 1e-4F * 2048.0F / 4.0F;
constexpr int harmonics = 4;
/// How much less each further sub-harmonic counts.
constexpr double harmonic_share = 0.6;
/// Bins under this are too coarse to tell a tuning.
constexpr double tuning_from_hz = 200.0;
/// 128 frames of 2,048 samples: 11.9 s.
constexpr std::size_t chunk_length = 128;
/// MIDI counts semitones from C; A = 440 Hz is 69.
constexpr double midi_a = 69.0;

} // namespace

tonal_meter::tonal_meter()
  : magnitude_(last_bin * 2), envelope_(envelope_points) {
  for (std::size_t point = 0; point < envelope_points; ++point) {
    const double hz = static_cast<double>(point) * envelope_step_hz;
    const double from =
      (hz - std::max(envelope_reach_hz, hz * envelope_below)) / bin_hz;
    const double to =
      (hz + std::max(envelope_reach_hz, hz * envelope_above)) / bin_hz;
    auto& window = windows_.emplace_back();
    window.first_bin = static_cast<std::size_t>(std::max(0.0, from + 0.5));
    const auto last =
      std::min(static_cast<std::size_t>(to + 0.5), magnitude_.size());
    const double centre =
      (static_cast<double>(window.first_bin) + static_cast<double>(last)) / 2.0;
    for (auto bin = window.first_bin; bin < last; ++bin) {
      const double away = std::abs(static_cast<double>(bin) - centre)
                          / (static_cast<double>(last) - centre);
      window.weights.push_back(static_cast<float>((1.0 - away) * (1.0 - away)));
    }
  }
}

// -- streaming ----------------------------------------------------------------

void tonal_meter::push_spectra(std::span<const lanes> power,
                               std::size_t frames) {
  assert(power.size() == layout.bins() && frames >= 1 && frames <= lane_count);
  for (std::size_t lane = 0; lane < frames; lane += 4)
    add_frame(power.data(), lane);
}

void tonal_meter::add_frame(const lanes* power, std::size_t lane) {
  if (chunk_frames_ % chunk_length == 0)
    chunks_.emplace_back();
  ++chunk_frames_;
  for (std::size_t bin = 0; bin < magnitude_.size(); ++bin)
    magnitude_[bin] = std::sqrt(power[bin].v[lane]);
  draw_envelope();
  find_peaks();
  add_peaks();
}

void tonal_meter::draw_envelope() {
  for (std::size_t point = 0; point < envelope_points; ++point) {
    const auto& window = windows_[point];
    float energy = 1e-20F;
    float square = 0.0F;
    for (std::size_t i = 0; i < window.weights.size(); ++i) {
      const float m = magnitude_[window.first_bin + i];
      const float weighted = window.weights[i] * m * m;
      energy += weighted;
      square += weighted * m * m;
    }
    envelope_[point] = std::sqrt(static_cast<double>(square / energy)) + 1e-9;
  }
}

void tonal_meter::find_peaks() {
  peaks_.clear();
  for (auto bin = first_bin; bin <= last_bin; ++bin) {
    const float middle = magnitude_[bin];
    const float left = magnitude_[bin - 1];
    const float right = magnitude_[bin + 1];
    if (middle <= weakest || middle <= left || middle < right)
      continue;
    // The parabola through the logarithms: within 2 % of a bin for Hann.
    const double a = std::log(std::max(left, 1e-12F));
    const double b = std::log(middle);
    const double c = std::log(std::max(right, 1e-12F));
    const double bend = a - 2.0 * b + c;
    const double shift = bend < 0.0 ? 0.5 * (a - c) / bend : 0.0;
    const double hz = (static_cast<double>(bin) + shift) * bin_hz;
    const double place = hz / envelope_step_hz;
    const auto below =
      std::min(static_cast<std::size_t>(place), envelope_.size() - 2);
    const double part = place - static_cast<double>(below);
    const double level =
      envelope_[below] * (1.0 - part) + envelope_[below + 1] * part;
    peaks_.push_back({12.0 * std::log2(hz / 440.0) + midi_a,
                      static_cast<float>(static_cast<double>(middle) / level)});
  }
  if (peaks_.size() <= peaks_max)
    return;
  std::nth_element(peaks_.begin(), peaks_.begin() + peaks_max, peaks_.end(),
                   [](const peak& x, const peak& y) {
                     return x.weight != y.weight ? x.weight > y.weight
                                                 : x.semitones < y.semitones;
                   });
  peaks_.resize(peaks_max);
}

void tonal_meter::add_peaks() {
  static const double tuning_from =
    12.0 * std::log2(tuning_from_hz / 440.0) + midi_a;
  auto& out = chunks_.back();
  for (const auto& one : peaks_) {
    const auto weight = static_cast<double>(one.weight * one.weight);
    if (one.semitones > tuning_from) {
      const double turn = 2.0 * std::numbers::pi * one.semitones;
      tuning_cos_ += weight * std::cos(turn);
      tuning_sin_ += weight * std::sin(turn);
    }
    double share = weight;
    for (int harmonic = 1; harmonic <= harmonics; ++harmonic) {
      static const std::array<double, harmonics> below{
        0.0, 12.0, 12.0 * std::log2(3.0), 24.0};
      const double at =
        one.semitones - below[static_cast<std::size_t>(harmonic - 1)];
      const auto step = static_cast<long>(std::lround(at * 10.0));
      out[static_cast<std::size_t>((step % 120 + 120) % 120)] +=
        static_cast<float>(share);
      share *= harmonic_share;
    }
  }
}

// -- results ------------------------------------------------------------------

double tonal_meter::tuning_semitones() const {
  if (tuning_cos_ == 0.0 && tuning_sin_ == 0.0)
    return 0.0;
  return std::atan2(tuning_sin_, tuning_cos_) / (2.0 * std::numbers::pi);
}

pitch_profile tonal_meter::classes(std::size_t first_chunk,
                                   std::size_t last_chunk) const {
  const double tuning = tuning_semitones();
  std::array<double, steps> fine{};
  for (auto chunk = first_chunk; chunk < last_chunk; ++chunk)
    for (std::size_t step = 0; step < steps; ++step)
      fine[step] += static_cast<double>(chunks_[chunk][step]);
  pitch_profile out{};
  for (std::size_t step = 0; step < steps; ++step) {
    const double at = static_cast<double>(step) / 10.0 - tuning;
    const double near = std::round(at);
    const auto index = static_cast<int>(near);
    out[static_cast<std::size_t>((index % 12 + 12) % 12)] +=
      fine[step] * std::cos(std::numbers::pi * (at - near));
  }
  return out;
}

pitch_profile tonal_meter::profile() const {
  return classes(0, chunks_.size());
}

std::optional<tonal_figures> tonal_meter::figures() const {
  const auto whole = profile();
  if (*std::max_element(whole.begin(), whole.end()) <= 0.0)
    return std::nullopt;
  tonal_figures out;
  const auto keys = best_keys(whole);
  out.best = keys[0];
  out.second = keys[1];
  out.confidence = std::clamp(out.best.strength, 0.0, 1.0)
                   * std::min(1.0, 5.0 * (keys[0].strength - keys[1].strength));
  out.tuning_hz = 440.0 * std::exp2(tuning_semitones() / 12.0);
  const auto count = chunks_.size();
  if (count >= 3) {
    const std::array<pitch_profile, 3> thirds{
      classes(0, count / 3), classes(count / 3, count - count / 3),
      classes(count - count / 3, count)};
    out.modulates = is_modulating(thirds, out.best.key);
  }
  return out;
}

} // namespace troupe::audio
