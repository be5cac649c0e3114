#include "domain/audio/rhythm/tempo_votes.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace troupe::audio {

namespace {

constexpr double rate_hz = fine_onset_meter::rate_hz;
/// Votes are for 40 to 180 BPM.
const auto lag_min = static_cast<std::size_t>(rate_hz * 60.0 / 180.0);
const auto lag_max = static_cast<std::size_t>(rate_hz * 60.0 / 40.0);
constexpr std::size_t peaks_max = 10;
/// Standard deviation of a vote's smear, in lags.
constexpr double smear = 10.0;
/// A window whose mean square is under this (-60 dBFS) does not vote.
constexpr double silent_power = 1e-6;

/// Largest value and variance over the phases of one lag.
struct pulse_sums {
  double most = 0.0;
  double variance = 0.0;
};

/// Four pulses at each of the spacings P (weight 1), 2 P and 1.5 P (0.5),
/// backwards from every phase of the last period.
pulse_sums pulses(std::span<const float> onset, std::size_t lag) {
  double sum = 0.0;
  double square_sum = 0.0;
  double most = 0.0;
  const std::size_t last = onset.size() - 1;
  for (std::size_t phase = last - lag; phase < last; ++phase) {
    double value = 0.0;
    for (std::size_t pulse = 0; pulse < 4; ++pulse) {
      if (const auto back = pulse * lag; back <= phase)
        value += static_cast<double>(onset[phase - back]);
      if (const auto back = pulse * lag * 2; back <= phase)
        value += 0.5 * static_cast<double>(onset[phase - back]);
      if (const auto back = pulse * lag * 3 / 2; back <= phase)
        value += 0.5 * static_cast<double>(onset[phase - back]);
    }
    sum += value;
    square_sum += value * value;
    most = std::max(most, value);
  }
  const auto count = static_cast<double>(lag);
  return {most, square_sum / count - (sum / count) * (sum / count)};
}

} // namespace

tempo_votes::tempo_votes(const fourier_source& transforms)
  : plan_(transforms.plan(2 * window_values)), padded_(2 * window_values),
    spectrum_(window_values + 1), correlation_(2 * window_values),
    tally_(lag_max + 64, 0.0) {}

void tempo_votes::push(std::span<const float> onset,
                       std::span<const float> power) {
  assert(onset.size() == power.size());
  while (!onset.empty()) {
    const auto now = std::min(onset.size(), window_values - onset_.size());
    onset_.insert(onset_.end(), onset.begin(), onset.begin() + now);
    power_.insert(power_.end(), power.begin(), power.begin() + now);
    onset = onset.subspan(now);
    power = power.subspan(now);
    if (onset_.size() < window_values)
      return;
    vote();
    onset_.erase(onset_.begin(), onset_.begin() + hop_values);
    power_.erase(power_.begin(), power_.begin() + hop_values);
  }
}

void tempo_votes::autocorrelate() {
  std::fill(padded_.begin(), padded_.end(), 0.0F);
  std::copy(onset_.begin(), onset_.end(), padded_.begin());
  plan_->forward(padded_, spectrum_);
  for (auto& bin : spectrum_)
    bin = std::sqrt(std::sqrt(std::norm(bin)));
  plan_->inverse(spectrum_, correlation_);
  // Lags whose double and fourfold are peaks too are more likely beats.
  for (std::size_t lag = 1; lag < window_values / 4; ++lag)
    correlation_[lag] += correlation_[2 * lag] + correlation_[4 * lag];
}

void tempo_votes::score(std::span<const std::size_t> lags,
                        std::span<double> scores) const {
  std::array<pulse_sums, peaks_max> sums;
  double most_sum = 1e-30;
  double variance_sum = 1e-30;
  for (std::size_t i = 0; i < lags.size(); ++i) {
    sums[i] = pulses(onset_, lags[i]);
    most_sum += sums[i].most;
    variance_sum += sums[i].variance;
  }
  for (std::size_t i = 0; i < lags.size(); ++i)
    scores[i] = sums[i].most / most_sum + sums[i].variance / variance_sum;
}

void tempo_votes::vote() {
  auto& cast = votes_.emplace_back();
  double power = 0.0;
  for (const float value : power_)
    power += static_cast<double>(value);
  if (power / window_values < silent_power)
    return;
  autocorrelate();
  std::vector<std::size_t> peaks;
  for (std::size_t lag = lag_min; lag <= lag_max; ++lag)
    if (correlation_[lag] > correlation_[lag - 1]
        && correlation_[lag] > correlation_[lag + 1])
      peaks.push_back(lag);
  if (peaks.empty())
    return;
  const auto kept = std::min(peaks.size(), peaks_max);
  std::partial_sort(peaks.begin(), peaks.begin() + kept, peaks.end(),
                    [this](std::size_t a, std::size_t b) {
                      return correlation_[a] != correlation_[b]
                               ? correlation_[a] > correlation_[b]
                               : a < b;
                    });
  peaks.resize(kept);
  std::array<double, peaks_max> scores{};
  score(peaks, scores);
  const auto best = peaks[static_cast<std::size_t>(
    std::max_element(scores.begin(), scores.begin() + kept) - scores.begin())];
  const double left = correlation_[best - 1];
  const double middle = correlation_[best];
  const double right = correlation_[best + 1];
  const double bend = left - 2.0 * middle + right;
  const double shift = bend < 0.0 ? 0.5 * (left - right) / bend : 0.0;
  const double lag = static_cast<double>(best) + shift;
  cast.bpm = static_cast<float>(60.0 * rate_hz / lag);
  for (std::size_t i = best > 40 ? best - 40 : 0;
       i < std::min(best + 41, tally_.size()); ++i) {
    const double away = (static_cast<double>(i) - lag) / smear;
    tally_[i] += std::exp(-0.5 * away * away);
  }
}

std::vector<tempo_votes::candidate> tempo_votes::best(std::size_t count) const {
  auto left = tally_;
  double most = 0.0;
  std::vector<candidate> out;
  while (out.size() < count) {
    const auto top = std::max_element(left.begin(), left.end());
    if (*top <= 0.0)
      break;
    most = std::max(most, *top);
    const double share = *top / most;
    const auto lag = static_cast<double>(top - left.begin());
    // The mean of the votes near the top is finer than the tally's lags.
    double sum = 0.0;
    double votes = 0.0;
    for (const auto& vote : votes_)
      if (vote.bpm > 0.0F) {
        const double voted = 60.0 * rate_hz / static_cast<double>(vote.bpm);
        if (std::abs(voted / lag - 1.0) < 0.03) {
          sum += voted;
          votes += 1.0;
        }
      }
    const double period = votes > 0.0 ? sum / votes : lag;
    out.push_back({60.0 * rate_hz / period, share});
    for (std::size_t i = 0; i < left.size(); ++i)
      if (std::abs(static_cast<double>(i) / lag - 1.0) < 0.1)
        left[i] = 0.0;
  }
  return out;
}

} // namespace troupe::audio
