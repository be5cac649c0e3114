#include "domain/audio/tonal/tonal_meter.hpp"

#include "domain/audio/lane_kernels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace troupe::audio {

namespace {

/// Batches of eight spectra: 32 of them, 11.9 s.
constexpr std::size_t chunk_batches = 4;
/// Bass drums and bells are out of tune with everything: the middle of the
/// keyboard counts most.
constexpr double middle_pitch = 60.0;
constexpr double middle_width = 18.0;

double weight_of(std::size_t note) {
  const double away =
    (pitch_spectrum::lowest_pitch + static_cast<double>(note) - middle_pitch)
    / middle_width;
  return std::exp(-0.5 * away * away);
}

} // namespace

tonal_meter::tonal_meter(const fourier_source& transforms)
  : stft_(transforms, pitch_spectrum::layout, hop_samples),
    power_(pitch_spectrum::layout.bins()) {}

// -- streaming ----------------------------------------------------------------

void tonal_meter::push(std::span<const float> samples) {
  stft_.push(samples);
  take_batches();
}

void tonal_meter::finish() {
  stft_.finish();
  take_batches();
  end_chunk();
}

void tonal_meter::take_batches() {
  while (stft_.next(power_) > 0) {
    auto& batch = waiting_.emplace_back(pitch_spectrum::bins);
    pitches_.measure(power_, batch);
    hear_tuning(batch);
    if (waiting_.size() == chunk_batches)
      end_chunk();
  }
}

void tonal_meter::hear_tuning(const spectra& batch) {
  std::array<double, pitch_spectrum::bins_a_semitone> sums{};
  for (std::size_t bin = 0; bin < batch.size(); ++bin)
    sums.at(bin % sums.size()) +=
      static_cast<double>(sum_of_lanes(batch[bin].v));
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const double turn = 2.0 * std::numbers::pi * static_cast<double>(i)
                        / static_cast<double>(sums.size());
    tuning_cos_ += sums.at(i) * std::cos(turn);
    tuning_sin_ += sums.at(i) * std::sin(turn);
  }
}

void tonal_meter::end_chunk() {
  if (waiting_.empty())
    return;
  auto& out = chunks_.emplace_back();
  for (const auto& batch : waiting_) {
    const auto found = notes_.find(batch, tuning_semitones());
    for (std::size_t note = 0; note < found.size(); ++note)
      out.at((note + pitch_spectrum::lowest_pitch) % out.size()) +=
        weight_of(note) * static_cast<double>(sum_of_lanes(found[note].v));
  }
  waiting_.clear();
}

// -- results ------------------------------------------------------------------

double tonal_meter::tuning_semitones() const {
  if (tuning_cos_ == 0.0 && tuning_sin_ == 0.0)
    return 0.0;
  return std::atan2(tuning_sin_, tuning_cos_) / (2.0 * std::numbers::pi);
}

pitch_profile tonal_meter::classes(std::size_t first_chunk,
                                   std::size_t last_chunk) const {
  pitch_profile out{};
  for (auto chunk = first_chunk; chunk < last_chunk; ++chunk)
    for (std::size_t i = 0; i < out.size(); ++i)
      out.at(i) += chunks_[chunk].at(i);
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
