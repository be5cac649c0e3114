#include "domain/audio/likeness/rhythm_profile.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace troupe::audio {

namespace {

constexpr double slowest_bpm = 40.0;
constexpr double fastest_bpm = 240.0;

/// Centres of the four ranges of modulation.
constexpr std::array<double, rhythm_profile::modulations> modulation_hz{
  1.0, 2.0, 4.0, 8.0};

/// First bands of the six groups, and the end of the last.
constexpr std::array<std::size_t, rhythm_profile::groups + 1> group_bounds{
  0, 3, 7, 12, 18, 25, 32};

/// Rise of one band that counts in full: more is a start out of silence.
constexpr float rise_max = 4.0F;

/// Time constant of the slow average of onset strength.
constexpr double slow_s = 1.5;

} // namespace

double rhythm_profile::tempo_bpm(std::size_t index) {
  assert(index < tempi);
  return slowest_bpm
         * std::pow(fastest_bpm / slowest_bpm,
                    static_cast<double>(index) / (tempi - 1));
}

rhythm_profile::rhythm_profile(double frame_rate_hz)
  : frame_rate_hz_(frame_rate_hz) {
  // Two periods of the slowest tempo, and one frame to interpolate with.
  const auto lags =
    static_cast<std::size_t>(2.0 * 60.0 * frame_rate_hz / slowest_bpm) + 3;
  recent_.assign(lags, 0.0);
  products_.assign(lags, 0.0);
  for (std::size_t m = 0; m < modulations; ++m) {
    const double w = 2.0 * std::numbers::pi * modulation_hz[m] / frame_rate_hz;
    const double alpha = std::sin(w) / 2.0;
    filters_[m] = {alpha / (1.0 + alpha), -2.0 * std::cos(w) / (1.0 + alpha),
                   (1.0 - alpha) / (1.0 + alpha)};
  }
}

void rhythm_profile::push(std::span<const float> logs) {
  assert(logs.size() == bands);
  double onset = 0.0;
  if (frames_ > 0) {
    float rise = 0.0F;
    for (std::size_t b = 0; b < bands; ++b)
      rise += std::clamp(logs[b] - before_[b], 0.0F, rise_max);
    onset = static_cast<double>(rise) / static_cast<double>(bands);
  }
  onset_sum_ += onset;
  onset_square_sum_ += onset * onset;
  correlate(onset);
  modulate(logs);
  std::copy(logs.begin(), logs.end(), before_.begin());
  ++frames_;
}

void rhythm_profile::correlate(double onset) {
  slow_ += (onset - slow_) / (slow_s * frame_rate_hz_);
  newest_ = newest_ == 0 ? recent_.size() - 1 : newest_ - 1;
  const double now = onset - slow_;
  recent_[newest_] = now;
  const std::size_t until_end = recent_.size() - newest_;
  for (std::size_t lag = 0; lag < until_end; ++lag)
    products_[lag] += now * recent_[newest_ + lag];
  for (std::size_t lag = until_end; lag < recent_.size(); ++lag)
    products_[lag] += now * recent_[lag - until_end];
}

void rhythm_profile::modulate(std::span<const float> logs) {
  for (std::size_t g = 0; g < groups; ++g) {
    double level = 0.0;
    for (std::size_t b = group_bounds[g]; b < group_bounds[g + 1]; ++b)
      level += static_cast<double>(logs[b]);
    level /= static_cast<double>(group_bounds[g + 1] - group_bounds[g]);
    for (std::size_t m = 0; m < modulations; ++m) {
      const auto& filter = filters_[m];
      auto& state = states_[g][m];
      // A filter at rest at the first level: the start is no modulation.
      if (frames_ == 0) {
        state.s1 = -filter.b0 * level;
        state.s2 = -filter.b0 * level;
      }
      const double out = filter.b0 * level + state.s1;
      state.s1 = state.s2 - filter.a1 * out;
      state.s2 = -filter.b0 * level - filter.a2 * out;
      state.energy += out * out;
    }
  }
}

double rhythm_profile::correlation_at(double lag) const {
  const auto low = static_cast<std::size_t>(lag);
  const double part = lag - static_cast<double>(low);
  const auto at = [&](std::size_t l) {
    const auto pairs = frames_ - static_cast<std::int64_t>(l);
    return pairs > 0 ? products_[l] / static_cast<double>(pairs) : 0.0;
  };
  const double energy = at(0);
  if (energy <= 1e-12)
    return 0.0;
  return ((1.0 - part) * at(low) + part * at(low + 1)) / energy;
}

std::array<double, rhythm_profile::numbers> rhythm_profile::figures() const {
  std::array<double, numbers> out{};
  if (frames_ == 0)
    return out;
  for (std::size_t i = 0; i < tempi; ++i) {
    const double lag = 60.0 * frame_rate_hz_ / tempo_bpm(i);
    out[i] = 0.5 * (correlation_at(lag) + correlation_at(2.0 * lag));
  }
  const auto count = static_cast<double>(frames_);
  for (std::size_t g = 0; g < groups; ++g)
    for (std::size_t m = 0; m < modulations; ++m)
      out[tempi + g * modulations + m] =
        std::log10(1e-3 + states_[g][m].energy / count);
  return out;
}

double rhythm_profile::onset_mean() const {
  return frames_ > 0 ? onset_sum_ / static_cast<double>(frames_) : 0.0;
}

double rhythm_profile::onset_deviation() const {
  if (frames_ == 0)
    return 0.0;
  const double mean = onset_mean();
  const double square = onset_square_sum_ / static_cast<double>(frames_);
  return std::sqrt(std::max(0.0, square - mean * mean));
}

double rhythm_profile::strongest_tempo_bpm() const {
  const auto all = figures();
  const auto* most = std::max_element(all.begin(), all.begin() + tempi);
  return tempo_bpm(static_cast<std::size_t>(most - all.begin()));
}

} // namespace troupe::audio
