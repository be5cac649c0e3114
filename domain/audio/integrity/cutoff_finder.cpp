#include "domain/audio/integrity/cutoff_finder.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace troupe::audio {

namespace {

constexpr int rate_min_hz = 32'000;
constexpr std::int64_t one_chunk_in = 4;

/// Spectra that make a mean: some three seconds of sound.
constexpr std::int64_t spectra_min = 8;

constexpr double lowest_hz = 8'000.0;
constexpr double highest_share = 0.94;
/// Half the transition of a filter; what is compared lies outside of it.
constexpr double gap_hz = 250.0;
constexpr double reach_hz = 1'000.0;
constexpr double drop_db_min = 20.0;

/// Mean square of a chunk under which it says nothing: -60 dBFS.
constexpr double sound_min = 1e-6;

/// Under this, in dB of a sine's power, lies the rounding noise of 16 bits;
/// what reaches down to it cannot be told from nothing.
constexpr double floor_db = -130.0;

/// Mean of levels between two frequencies, from running sums.
double mean_between(const std::vector<double>& sums, double bin_hz,
                    double from_hz, double to_hz) {
  const auto first = static_cast<std::size_t>(from_hz / bin_hz);
  const auto end =
    std::min(sums.size() - 1, static_cast<std::size_t>(to_hz / bin_hz) + 1);
  if (end <= first)
    return floor_db;
  return (sums[end] - sums[first]) / static_cast<double>(end - first);
}

} // namespace

cutoff_finder::cutoff_finder(const fourier_source& transforms,
                             int sample_rate_hz)
  : sample_rate_hz_(sample_rate_hz) {
  if (sample_rate_hz < rate_min_hz)
    return;
  plan_ = transforms.plan(length);
  constexpr double turn = 2.0 * std::numbers::pi / static_cast<double>(length);
  for (std::size_t i = 0; i < length; ++i)
    window_.push_back(
      static_cast<float>(0.5 - 0.5 * std::cos(turn * static_cast<double>(i))));
  windowed_.resize(length / 16);
  spectrum_.resize(length / 16 + 1);
  power_.resize(length / 2 + 1);
}

void cutoff_finder::push(std::span<const float> chunk) {
  assert(chunk.size() <= length);
  if (!plan_ || chunk.size() < length || chunks_++ % one_chunk_in != 0)
    return;
  double square = 0.0;
  float* in = windowed_.front().v.data();
  for (std::size_t i = 0; i < length; ++i) {
    square += static_cast<double>(chunk[i]) * static_cast<double>(chunk[i]);
    in[i] = chunk[i] * window_[i];
  }
  if (square < sound_min * static_cast<double>(length))
    return;
  auto* out = spectrum_.front().v.data();
  plan_->forward({in, length}, {out, length / 2 + 1});
  for (std::size_t k = 0; k < power_.size(); ++k)
    power_[k] += static_cast<double>(std::norm(out[k]));
  ++spectra_;
}

std::vector<double> cutoff_finder::levels_db() const {
  // A sine of full scale has |X| = length / 4 through Hann's window.
  const double full = static_cast<double>(length) / 4.0;
  std::vector<double> out;
  out.reserve(power_.size());
  for (const double power : power_)
    out.push_back(std::max(
      floor_db,
      10.0
        * std::log10(std::max(1e-30, power / static_cast<double>(spectra_)
                                       / (full * full)))));
  return out;
}

std::optional<double> cutoff_finder::cutoff_hz() const {
  if (spectra_ < spectra_min)
    return std::nullopt;
  // Decibels are averaged: one loud tone must not stand for a whole band.
  std::vector<double> sums{0.0};
  for (const double level : levels_db())
    sums.push_back(sums.back() + level);
  const double half_hz = sample_rate_hz_ / 2.0;
  const double bin_hz = sample_rate_hz_ / static_cast<double>(length);
  double steepest_db = drop_db_min;
  std::optional<double> found;
  for (double at = lowest_hz; at <= highest_share * half_hz; at += 2 * bin_hz) {
    const double below =
      mean_between(sums, bin_hz, at - gap_hz - reach_hz, at - gap_hz);
    const double above = mean_between(
      sums, bin_hz, at + gap_hz, std::min(at + gap_hz + reach_hz, half_hz));
    const double rest = mean_between(sums, bin_hz, at + gap_hz, half_hz);
    // Whatever comes back further up was never cut off.
    if (below - above < steepest_db || below - rest < drop_db_min)
      continue;
    steepest_db = below - above;
    found = at;
  }
  return found;
}

} // namespace troupe::audio
