#include "domain/audio/rhythm/beat_tracker.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <deque>

namespace troupe::audio {

namespace {

constexpr double rate_hz = band_onset_meter::rate_hz;
constexpr double tightness = 100.0;
/// How much the bass counts once more: beats are where the bass drum is.
constexpr double bass_weight = 0.4;
/// Likewise for snare, clap and cymbals.
constexpr double treble_weight = 0.8;

struct spread {
  double mean = 0.0;
  double deviation = 1.0;
};

spread spread_of(const envelope& values, const frame_range& range) {
  double sum = 0.0;
  double square_sum = 0.0;
  for (auto i = range.first; i < range.last; ++i) {
    const auto value = static_cast<double>(values[i]);
    sum += value;
    square_sum += value * value;
  }
  const auto count = static_cast<double>(range.last - range.first);
  const double mean = sum / count;
  return {mean, std::sqrt(std::max(square_sum / count - mean * mean, 1e-12))};
}

/// Onset strength of a frame in standard deviations.
class strength {
public:
  strength(const onset_envelopes& envelopes, const frame_range& range)
    : envelopes_(envelopes), full_(spread_of(envelopes.full, range)),
      low_(spread_of(envelopes.low, range)),
      high_(spread_of(envelopes.high, range)) {}

  double operator()(std::size_t frame) const {
    return static_cast<double>(envelopes_.full[frame]) / full_.deviation
           + bass_weight * static_cast<double>(envelopes_.low[frame])
               / std::max(low_.deviation, 0.1 * full_.deviation)
           + treble_weight * static_cast<double>(envelopes_.high[frame])
               / std::max(high_.deviation, 0.1 * full_.deviation);
  }

private:
  const onset_envelopes& envelopes_;
  spread full_;
  spread low_;
  spread high_;
};

/// Costs of the distances from half to twice a period, the shortest first.
struct distance_costs {
  std::size_t shortest = 1;
  std::vector<float> costs;
};

distance_costs costs_of(double period) {
  distance_costs out;
  out.shortest = static_cast<std::size_t>(std::max(1.0, period / 2.0));
  const auto longest = static_cast<std::size_t>(period * 2.0);
  for (auto distance = out.shortest; distance <= longest; ++distance) {
    const double away = std::log(static_cast<double>(distance) / period);
    out.costs.push_back(static_cast<float>(tightness * away * away));
  }
  return out;
}

/// The top of the parabola through a frame and its neighbours, as an offset
/// in [-0.5, 0.5]; 0 where the frame is no peak.
double peak_offset(const strength& onset, std::size_t frame,
                   const frame_range& range) {
  if (frame <= range.first || frame + 1 >= range.last)
    return 0.0;
  const double left = onset(frame - 1);
  const double middle = onset(frame);
  const double right = onset(frame + 1);
  const double bend = left - 2.0 * middle + right;
  if (bend >= 0.0)
    return 0.0;
  return std::clamp(0.5 * (left - right) / bend, -0.5, 0.5);
}

} // namespace

std::vector<double> track_beats(const onset_envelopes& envelopes,
                                std::span<const tempo_span> tempi,
                                const frame_range& range) {
  assert(!tempi.empty() && tempi.front().first_frame == 0);
  assert(range.first <= range.last && range.last <= envelopes.full.size());
  if (range.last - range.first < 2)
    return {};
  const strength onset{envelopes, range};
  // Scores of the last 4 s, a ring: no period needs more.
  constexpr std::size_t ring = 512;
  std::vector<float> scores(ring, 0.0F);
  std::deque<std::uint16_t> back;
  std::size_t span = 0;
  double period = 60.0 * rate_hz / tempi[0].bpm;
  auto costs = costs_of(period);
  std::size_t best_end = range.first;
  float best_score = -1e30F;
  for (auto frame = range.first; frame < range.last; ++frame) {
    if (span + 1 < tempi.size() && tempi[span + 1].first_frame <= frame) {
      period = 60.0 * rate_hz / tempi[++span].bpm;
      costs = costs_of(period);
    }
    // A first beat has nothing before it and costs nothing.
    float most = 0.0F;
    std::uint16_t step = 0;
    for (std::size_t i = 0; i < costs.costs.size(); ++i) {
      const auto distance = costs.shortest + i;
      if (distance > frame - range.first)
        break;
      const float score = scores[(frame - distance) % ring] - costs.costs[i];
      if (score > most) {
        most = score;
        step = static_cast<std::uint16_t>(distance);
      }
    }
    scores[frame % ring] = most + static_cast<float>(onset(frame));
    back.push_back(step);
    // The last beat is the best of the last period.
    if (static_cast<double>(range.last - frame) <= period
        && scores[frame % ring] > best_score) {
      best_score = scores[frame % ring];
      best_end = frame;
    }
  }
  std::vector<double> beats;
  for (auto frame = best_end;;) {
    const double at =
      static_cast<double>(frame) + peak_offset(onset, frame, range);
    beats.push_back(at / rate_hz - band_onset_meter::lag_s);
    const auto step = back[frame - range.first];
    if (step == 0)
      break;
    frame -= step;
  }
  std::reverse(beats.begin(), beats.end());
  return beats;
}

double strength_at(const onset_envelopes& envelopes,
                   std::span<const double> times_s, const frame_range& range) {
  if (range.last - range.first < 2)
    return 0.0;
  const strength onset{envelopes, range};
  double sum = 0.0;
  std::size_t count = 0;
  for (const double time_s : times_s) {
    const double at = (time_s + band_onset_meter::lag_s) * rate_hz;
    const auto frame = static_cast<std::size_t>(std::max(0.0, at + 0.5));
    if (frame <= range.first || frame + 1 >= range.last)
      continue;
    // A beat played a little off its line still counts.
    sum += std::max({onset(frame - 1), onset(frame), onset(frame + 1)});
    ++count;
  }
  return count == 0 ? 0.0 : sum / static_cast<double>(count);
}

double mean_offset(const onset_envelopes& envelopes,
                   std::span<const double> times_s, const frame_range& range) {
  constexpr std::size_t reach = 3;
  if (range.last - range.first < 2)
    return 0.0;
  const strength onset{envelopes, range};
  double sum = 0.0;
  double weights = 0.0;
  for (const double time_s : times_s) {
    const double at = (time_s + band_onset_meter::lag_s) * rate_hz;
    const auto frame = static_cast<std::size_t>(std::max(0.0, at + 0.5));
    if (frame < range.first + reach + 1 || frame + reach + 1 >= range.last)
      continue;
    auto top = frame - reach;
    for (auto near = top; near <= frame + reach; ++near)
      if (onset(near) > onset(top))
        top = near;
    const double weight = onset(top);
    sum +=
      weight * (static_cast<double>(top) + peak_offset(onset, top, range) - at);
    weights += weight;
  }
  return weights > 0.0 ? sum / weights / rate_hz : 0.0;
}

double onset_rate(const onset_envelopes& envelopes, const frame_range& range) {
  if (range.last - range.first < 2)
    return 0.0;
  const auto whole = spread_of(envelopes.full, range);
  const auto at = [&](std::size_t frame) {
    return static_cast<double>(envelopes.full[frame]);
  };
  // Three frames to either side for the maximum, ten for the mean.
  std::size_t count = 0;
  double sum = 0.0;
  for (auto i = range.first; i < std::min(range.first + 10, range.last); ++i)
    sum += at(i);
  for (auto i = range.first; i < range.last; ++i) {
    if (i + 10 < range.last)
      sum += at(i + 10);
    if (i >= range.first + 11)
      sum -= at(i - 11);
    const auto low = i >= range.first + 10 ? i - 10 : range.first;
    const auto high = std::min(i + 11, range.last);
    const double mean = sum / static_cast<double>(high - low);
    const double value = at(i);
    if (value < mean + 0.3 * whole.deviation)
      continue;
    bool top = true;
    for (auto k = i >= range.first + 3 ? i - 3 : range.first;
         k < std::min(i + 4, range.last); ++k)
      top = top && (k < i ? at(k) < value : at(k) <= value);
    count += top ? 1 : 0;
  }
  return static_cast<double>(count) * rate_hz
         / static_cast<double>(range.last - range.first);
}

} // namespace troupe::audio
