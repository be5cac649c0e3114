#include "domain/audio/rhythm/tempo_level.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::audio {

namespace {

constexpr std::size_t window_frames = 1024;
constexpr double rate_hz = band_onset_meter::rate_hz;

constexpr double slowest_bpm = 50.0;
constexpr double fastest_bpm = 215.0;
/// Median and spread (in octaves) of annotated tempi over the published
/// sets: means from 95 (GTZAN) to 137 BPM (GiantSteps).
constexpr double prior_bpm = 110.0;
constexpr double prior_octaves = 0.54;
constexpr double density_usual = 2.4;
constexpr double density_octaves = 1.0;

constexpr double weight_votes = 0.55;
constexpr double weight_full = 0.95;
constexpr double weight_low = 0.65;
constexpr double weight_cross = 0.4;
constexpr double weight_half = 0.5;
constexpr double weight_density = 0.45;

/// A beat may be a simple ratio of the period voted for. Windows are seldom
/// wrong by anything but octaves: other ratios need better reasons.
struct level_ratio {
  double ratio = 1.0;
  double cost = 0.0;
};

constexpr std::array<level_ratio, 9> ratios{{{1.0, 0.0},
                                             {0.5, 0.0},
                                             {2.0, 0.0},
                                             {0.25, 0.45},
                                             {4.0, 0.45},
                                             {2.0 / 3.0, 1.05},
                                             {1.5, 1.05},
                                             {0.75, 1.8},
                                             {4.0 / 3.0, 1.8}}};

/// The largest value within 2 % of a lag, between the frames as well.
double near_lag(const std::array<double, onset_periodicity::lags>& values,
                double lag) {
  double most = -1.0;
  for (const double share : {0.98, 0.99, 1.0, 1.01, 1.02}) {
    const double at = lag * share;
    const auto whole = static_cast<std::size_t>(at);
    if (whole + 1 >= values.size())
      continue;
    const double part = at - static_cast<double>(whole);
    most =
      std::max(most, values[whole] * (1.0 - part) + values[whole + 1] * part);
  }
  return most < -0.99 ? 0.0 : most;
}

/// sum over t of a[t] b[t + lag]
double product(const float* a, const float* b, std::size_t count) {
  std::array<float, 8> sums{};
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8)
    for (std::size_t k = 0; k < 8; ++k)
      sums[k] += a[i + k] * b[i + k];
  float total = 0.0F;
  for (; i < count; ++i)
    total += a[i] * b[i];
  for (const float sum : sums)
    total += sum;
  return static_cast<double>(total);
}

/// A window of an envelope, its mean taken off, zeros beyond the end.
void cut(const envelope& from, std::size_t first, std::vector<float>& window) {
  double sum = 0.0;
  const auto count = std::min(window_frames, from.size() - first);
  for (std::size_t i = 0; i < count; ++i) {
    window[i] = from[first + i];
    sum += static_cast<double>(window[i]);
  }
  const auto mean = static_cast<float>(sum / static_cast<double>(count));
  for (std::size_t i = 0; i < count; ++i)
    window[i] -= mean;
  std::fill(window.begin() + static_cast<std::ptrdiff_t>(count), window.end(),
            0.0F);
}

void divide(std::array<double, onset_periodicity::lags>& values, double by) {
  for (double& value : values)
    value = by > 0.0 ? value / by : 0.0;
}

} // namespace

onset_periodicity measure_periodicity(const onset_envelopes& envelopes) {
  onset_periodicity out;
  std::vector<float> full(window_frames);
  std::vector<float> low(window_frames);
  std::vector<float> high(window_frames);
  double high_power = 0.0;
  const std::size_t frames = envelopes.full.size();
  for (std::size_t first = 0; first + window_frames / 2 <= frames;
       first += window_frames / 2) {
    cut(envelopes.full, first, full);
    cut(envelopes.low, first, low);
    cut(envelopes.high, first, high);
    high_power += product(high.data(), high.data(), window_frames);
    for (std::size_t lag = 0; lag < onset_periodicity::lags; ++lag) {
      const std::size_t count = window_frames - lag;
      // As many products for every lag, as it were.
      const double scale =
        static_cast<double>(window_frames) / static_cast<double>(count);
      out.full[lag] += scale * product(full.data(), full.data() + lag, count);
      out.low[lag] += scale * product(low.data(), low.data() + lag, count);
      out.cross[lag] += 0.5 * scale
                        * (product(low.data(), high.data() + lag, count)
                           + product(high.data(), low.data() + lag, count));
    }
  }
  divide(out.cross, std::sqrt(out.low[0] * high_power));
  divide(out.full, out.full[0]);
  divide(out.low, out.low[0]);
  return out;
}

std::vector<tempo_level>
rank_tempo_levels(std::span<const tempo_votes::candidate> voted,
                  const onset_periodicity& periodicity, double onset_rate_hz) {
  std::vector<tempo_level> all;
  for (const auto& base : voted)
    for (const auto& [ratio, cost] : ratios) {
      tempo_level one;
      one.bpm = base.bpm * ratio;
      if (one.bpm < slowest_bpm || one.bpm > fastest_bpm)
        continue;
      const double lag = 60.0 * rate_hz / one.bpm;
      const double octaves = std::log2(one.bpm / prior_bpm) / prior_octaves;
      one.prior = -0.5 * octaves * octaves;
      one.votes = std::log(std::max(base.share, 0.01));
      one.half = near_lag(periodicity.full, lag / 2.0);
      one.full = near_lag(periodicity.full, lag);
      one.low =
        near_lag(periodicity.low, lag) - near_lag(periodicity.low, lag / 2.0);
      one.cross = near_lag(periodicity.cross, lag)
                  - near_lag(periodicity.cross, lag / 2.0);
      const double density =
        std::log2(std::max(onset_rate_hz, 0.1) * 60.0 / one.bpm / density_usual)
        / density_octaves;
      one.density = -0.5 * density * density;
      one.score = one.prior - cost + weight_votes * one.votes
                  + weight_full * one.full + weight_low * one.low
                  + weight_cross * one.cross + weight_half * one.half
                  + weight_density * one.density;
      all.push_back(one);
    }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.score > b.score;
  });
  std::vector<tempo_level> out;
  for (const auto& one : all)
    if (std::none_of(out.begin(), out.end(), [&](const auto& better) {
          return std::abs(one.bpm / better.bpm - 1.0) < 0.04;
        }))
      out.push_back(one);
  return out;
}

} // namespace troupe::audio
