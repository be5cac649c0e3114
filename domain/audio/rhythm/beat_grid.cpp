#include "domain/audio/rhythm/beat_grid.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace troupe::audio {

namespace {

constexpr std::size_t seed_beats = 16;
constexpr std::size_t beats_min = 8;
/// Seeds tried, from the steadiest on.
constexpr std::size_t seeds_max = 6;
/// Beats further off a line than this do not belong to the grid.
constexpr double inlier_s = 0.035;
/// A stretch is steady when its beats spread less than this.
constexpr double steady_s = 0.015;
constexpr double steady_share = 0.75;

struct line_fit {
  double origin_s = 0.0;
  double period_s = 0.0;
  double residual_s = 0.0;
  std::size_t inliers = 0;
};

/// Least squares of time over line number, for beats near the lines of
/// `guess`; numbers count from the guess's origin.
line_fit refit(std::span<const double> beats_s, const line_fit& guess,
               double tolerance_s) {
  double count = 0.0;
  double sum_k = 0.0;
  double sum_t = 0.0;
  double sum_kk = 0.0;
  double sum_kt = 0.0;
  double sum_tt = 0.0;
  for (const double beat_s : beats_s) {
    const double away = beat_s - guess.origin_s;
    const double k = std::round(away / guess.period_s);
    const double t = away - k * guess.period_s;
    if (std::abs(t) > tolerance_s)
      continue;
    count += 1.0;
    sum_k += k;
    sum_t += t;
    sum_kk += k * k;
    sum_kt += k * t;
    sum_tt += t * t;
  }
  auto out = guess;
  out.inliers = static_cast<std::size_t>(count);
  const double spread = sum_kk - sum_k * sum_k / std::max(count, 1.0);
  if (count < 3.0 || spread <= 0.0) {
    out.residual_s = 1.0;
    return out;
  }
  const double slope = (sum_kt - sum_k * sum_t / count) / spread;
  out.period_s = guess.period_s + slope;
  out.origin_s = guess.origin_s + (sum_t - slope * sum_k) / count;
  const double left = sum_tt - sum_t * sum_t / count - slope * slope * spread;
  out.residual_s = std::sqrt(std::max(0.0, left / count));
  return out;
}

/// A fit of the beats `[first, first + count)`, numbered one by one.
line_fit fit_run(std::span<const double> run) {
  const auto n = static_cast<double>(run.size());
  double sum_kt = 0.0;
  double sum_t = 0.0;
  for (std::size_t i = 0; i < run.size(); ++i) {
    sum_t += run[i];
    sum_kt += run[i] * (static_cast<double>(i) - (n - 1.0) / 2.0);
  }
  line_fit out;
  out.period_s = sum_kt / (n * (n * n - 1.0) / 12.0);
  out.origin_s = sum_t / n - out.period_s * (n - 1.0) / 2.0;
  double square_sum = 0.0;
  for (std::size_t i = 0; i < run.size(); ++i) {
    const double off =
      run[i] - out.origin_s - out.period_s * static_cast<double>(i);
    square_sum += off * off;
  }
  out.residual_s = std::sqrt(square_sum / n);
  return out;
}

struct seed {
  std::size_t first = 0;
  line_fit fit;
};

std::vector<seed> seeds_of(std::span<const double> beats_s,
                           std::size_t length) {
  std::vector<seed> out;
  for (std::size_t first = 0; first + length <= beats_s.size();
       first += length / 2)
    out.push_back({first, fit_run(beats_s.subspan(first, length))});
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return a.fit.residual_s < b.fit.residual_s;
  });
  if (out.size() > seeds_max)
    out.resize(seeds_max);
  return out;
}

/// Doubles the stretch around a seed for as long as it stays steady.
beat_grid grow(std::span<const double> beats_s, const seed& from,
               std::size_t length) {
  auto fit = from.fit;
  std::size_t first = from.first;
  std::size_t last = from.first + length;
  beat_grid out;
  for (;;) {
    const auto part = beats_s.subspan(first, last - first);
    const double tolerance_s = std::min(inlier_s, fit.period_s / 5.0);
    auto next = refit(part, fit, tolerance_s);
    next = refit(part, next, tolerance_s);
    const double share =
      static_cast<double>(next.inliers) / static_cast<double>(part.size());
    if (next.residual_s > steady_s || share < steady_share)
      break;
    fit = next;
    out = {fit.origin_s, fit.period_s, next.inliers, fit.residual_s, 0.0, 0.0};
    if (part.size() == beats_s.size())
      break;
    const std::size_t more = (last - first + 1) / 2;
    first = first > more ? first - more : 0;
    last = std::min(beats_s.size(), last + more);
  }
  return out;
}

double share_near(std::span<const double> beats_s, double origin_s,
                  double period_s) {
  const double tolerance_s = std::min(inlier_s, period_s / 5.0);
  std::size_t near = 0;
  for (const double beat_s : beats_s) {
    const double lines = (beat_s - origin_s) / period_s;
    if (std::abs(lines - std::round(lines)) * period_s < tolerance_s)
      ++near;
  }
  return static_cast<double>(near) / static_cast<double>(beats_s.size());
}

} // namespace

std::optional<beat_grid> fit_beat_grid(std::span<const double> beats_s) {
  assert(std::is_sorted(beats_s.begin(), beats_s.end()));
  if (beats_s.size() < beats_min)
    return std::nullopt;
  const auto length = std::min(seed_beats, beats_s.size());
  beat_grid best;
  for (const auto& one : seeds_of(beats_s, length)) {
    const auto grid = grow(beats_s, one, length);
    if (grid.stretch_beats > best.stretch_beats)
      best = grid;
  }
  if (best.stretch_beats < beats_min)
    return std::nullopt;
  best.share = share_near(beats_s, best.origin_s, best.period_s);
  best.half_share = share_near(beats_s, best.origin_s, best.period_s / 2.0);
  return best;
}

std::vector<double> grid_lines(const beat_grid& grid, double from_s,
                               double to_s) {
  std::vector<double> out;
  auto line = std::ceil((from_s - grid.origin_s) / grid.period_s);
  for (double at = grid.origin_s + line * grid.period_s; at <= to_s;
       at = grid.origin_s + line * grid.period_s) {
    out.push_back(at);
    line += 1.0;
  }
  return out;
}

} // namespace troupe::audio
