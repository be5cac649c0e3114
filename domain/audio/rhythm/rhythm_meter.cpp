#include "domain/audio/rhythm/rhythm_meter.hpp"

#include "domain/audio/rhythm/tempo_coherence.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace troupe::audio {

namespace {

constexpr std::int64_t rate = rhythm_meter::sample_rate_hz;
constexpr std::int64_t loop_samples_max = 12 * rate;
constexpr std::int64_t loop_samples_min = rate * 3 / 2;
/// A loop is repeated to at least this: five windows of votes.
constexpr std::int64_t repeated_samples = 24 * rate;
/// Fewer onsets make no rhythm.
constexpr double onsets_min = 6.0;
/// Mean square at -60 dBFS.
constexpr double silent_power = 1e-6;
constexpr double rate_hz = band_onset_meter::rate_hz;

/// Longer than a quarter of an hour nothing keeps one phase.
constexpr std::size_t coherent_frames_max = 90000;
/// Drift of a tenth of a beat to either side comes to about this.
constexpr double coherence_min = 0.75;

/// How a window's period may relate to the beat without contradicting it.
constexpr std::array<double, 11> simple_ratios{
  1.0, 2.0, 0.5, 3.0, 1.0 / 3, 4.0, 0.25, 1.5, 2.0 / 3, 0.75, 4.0 / 3};

/// The vote as a tempo near `bpm`, by a simple ratio; 0 when none fits.
double folded(double vote_bpm, double bpm, double tolerance) {
  for (const double ratio : simple_ratios)
    if (std::abs(vote_bpm * ratio / bpm - 1.0) < tolerance)
      return vote_bpm * ratio;
  return 0.0;
}

/// A DAW's tempo is a whole number: takes it where it explains the beats as
/// well, that is, drifts less than 10 ms over the stretch.
double snapped(double bpm, std::size_t beats) {
  const double whole = std::round(bpm);
  const double drift_s =
    std::abs(60.0 / bpm - 60.0 / whole) * static_cast<double>(beats);
  return std::abs(bpm - whole) < 0.05 && drift_s < 0.01 ? whole : bpm;
}

/// Enough tracked beats lie on one grid to take it for all of them.
bool is_steady(const beat_grid& grid) {
  return grid.share >= 0.45 && grid.half_share >= 0.8;
}

double median(std::vector<double> values) {
  const auto middle =
    values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Median tempo over runs of eight beats.
double median_tempo(std::span<const double> beats_s, double otherwise_bpm) {
  constexpr std::size_t run = 8;
  if (beats_s.size() <= run)
    return otherwise_bpm;
  std::vector<double> tempi;
  for (std::size_t i = 0; i + run < beats_s.size(); ++i)
    tempi.push_back(60.0 * run / (beats_s[i + run] - beats_s[i]));
  return median(std::move(tempi));
}

} // namespace

rhythm_meter::rhythm_meter(const fourier_source& transforms)
  : fine_(transforms), votes_(transforms), bands_(transforms) {}

// -- streaming ----------------------------------------------------------------

void rhythm_meter::push(std::span<const float> samples) {
  measure_power(samples);
  samples_ += static_cast<std::int64_t>(samples.size());
  if (is_long_) {
    feed(samples);
    return;
  }
  start_.insert(start_.end(), samples.begin(), samples.end());
  if (samples_ <= loop_samples_max)
    return;
  is_long_ = true;
  feed(start_);
  start_.clear();
  start_.shrink_to_fit();
}

void rhythm_meter::measure_power(std::span<const float> samples) {
  for (const float sample : samples) {
    power_sum_ += static_cast<double>(sample) * static_cast<double>(sample);
    if (++power_filled_ < fine_onset_meter::hop_samples)
      continue;
    const double power =
      power_sum_ / static_cast<double>(fine_onset_meter::hop_samples);
    powers_.push_back(static_cast<float>(power));
    if (power > silent_power) {
      last_loud_ = powers_seen_;
      if (first_loud_ < 0)
        first_loud_ = powers_seen_;
    }
    ++powers_seen_;
    power_sum_ = 0.0;
    power_filled_ = 0;
  }
}

void rhythm_meter::feed(std::span<const float> samples) {
  fine_.push(samples, onsets_);
  bands_.push(samples);
  const auto pairs = std::min(onsets_.size(), powers_.size());
  votes_.push({onsets_.data(), pairs}, {powers_.data(), pairs});
  const auto count = static_cast<std::ptrdiff_t>(pairs);
  onsets_.erase(onsets_.begin(), onsets_.begin() + count);
  powers_.erase(powers_.begin(), powers_.begin() + count);
}

void rhythm_meter::repeat_loop() {
  const auto first = first_loud_;
  const auto last = last_loud_;
  const auto loop = start_;
  for (std::int64_t fed = 0; fed < repeated_samples;) {
    if (fed > 0)
      measure_power(loop);
    feed(loop);
    fed += static_cast<std::int64_t>(loop.size());
  }
  first_loud_ = first;
  last_loud_ = last;
}

void rhythm_meter::finish() {
  if (!is_long_ && samples_ >= loop_samples_min && first_loud_ >= 0)
    repeat_loop();
  bands_.finish();
}

// -- results ------------------------------------------------------------------

frame_range rhythm_meter::audible() const {
  if (first_loud_ < 0)
    return {};
  const auto frame_of = [](std::int64_t run) {
    return static_cast<std::size_t>(run) * fine_onset_meter::hop_samples
           / band_onset_meter::hop_samples;
  };
  const auto size = bands_.envelopes().full.size();
  return {std::min(frame_of(first_loud_), size),
          std::min(frame_of(last_loud_) + 2, size)};
}

std::vector<tempo_level> rhythm_meter::levels() const {
  const auto voted = votes_.best(2);
  if (voted.empty())
    return {};
  return rank_tempo_levels(voted, measure_periodicity(bands_.envelopes()),
                           onset_rate(bands_.envelopes(), audible()));
}

double rhythm_meter::agreement(double bpm) const {
  double cast = 0.0;
  double agree = 0.0;
  for (const auto& vote : votes_.votes())
    if (vote.bpm > 0.0F) {
      cast += 1.0;
      if (folded(static_cast<double>(vote.bpm), bpm, 0.04) > 0.0)
        agree += 1.0;
    }
  return cast > 0.0 ? agree / cast : 0.0;
}

std::vector<tempo_span> rhythm_meter::tempo_curve(double bpm) const {
  // Medians over 13 windows (4.5 s), a new span every four.
  constexpr std::size_t reach = 6;
  constexpr std::size_t step = 4;
  const auto& votes = votes_.votes();
  std::vector<tempo_span> out{{0, bpm}};
  for (std::size_t i = 0; i < votes.size(); i += step) {
    std::vector<double> near;
    for (auto k = i > reach ? i - reach : 0;
         k < std::min(i + reach + 1, votes.size()); ++k)
      if (const double local =
            folded(static_cast<double>(votes[k].bpm), bpm, 0.12);
          local > 0.0)
        near.push_back(local);
    const double local = near.size() < 4 ? bpm : median(std::move(near));
    if (std::abs(local / out.back().bpm - 1.0) < 0.005)
      continue;
    const double centre_s = static_cast<double>(i) * tempo_votes::window_hop_s
                            + tempo_votes::window_s / 2.0;
    out.push_back({static_cast<std::size_t>(centre_s * rate_hz), local});
  }
  return out;
}

/// Beats at a steady tempo, or along the tempo curve where none is steady.
std::optional<beat_grid>
rhythm_meter::follow(double bpm, std::vector<double>& beats_s) const {
  const auto range = audible();
  const std::array<tempo_span, 1> steady{{{0, bpm}}};
  beats_s = track_beats(envelopes(), steady, range);
  auto grid = fit_beat_grid(beats_s);
  if (grid && is_steady(*grid))
    return grid;
  auto moving = track_beats(envelopes(), tempo_curve(bpm), range);
  auto moving_grid = fit_beat_grid(moving);
  if (grid && moving_grid && moving_grid->stretch_beats < grid->stretch_beats)
    return grid;
  beats_s = std::move(moving);
  return moving_grid;
}

std::optional<beat_grid> rhythm_meter::whole_grid(double bpm) const {
  const auto range = audible();
  if (range.last - range.first > coherent_frames_max)
    return std::nullopt;
  const auto tempo = find_coherent_tempo(envelopes(), bpm, range);
  if (tempo.coherence < coherence_min)
    return std::nullopt;
  beat_grid out;
  const double beats =
    static_cast<double>(range.last - range.first) / rate_hz * tempo.bpm / 60.0;
  out.stretch_beats = static_cast<std::size_t>(beats);
  out.period_s = 60.0 / snapped(tempo.bpm, out.stretch_beats);
  out.origin_s = find_beat_phase(envelopes(), 60.0 / out.period_s, range);
  return out;
}

std::optional<rhythm_figures> rhythm_meter::figures() const {
  const auto range = audible();
  const auto frames = envelopes().full.size();
  // A steady tone has an onset where it begins, and perhaps where it ends.
  if (range.last - range.first < 2
      || onset_rate(envelopes(), {0, frames}) * static_cast<double>(frames)
           < onsets_min * rate_hz)
    return std::nullopt;
  const auto ranked = levels();
  if (ranked.empty())
    return std::nullopt;
  rhythm_figures out;
  out.onset_rate_hz = onset_rate(envelopes(), range);
  const double level_bpm = ranked.front().bpm;
  auto grid = whole_grid(level_bpm);
  const auto tracked =
    follow(grid ? 60.0 / grid->period_s : level_bpm, out.beats_s);
  if (!grid && tracked && is_steady(*tracked))
    grid = tracked;
  out.tempo_bpm = median_tempo(out.beats_s, level_bpm);
  out.is_constant = grid.has_value();
  double steadiness = tracked ? 0.5 + 0.5 * tracked->share : 0.5;
  if (tracked && 2 * tracked->stretch_beats >= out.beats_s.size())
    out.tempo_bpm = snapped(60.0 / tracked->period_s, tracked->stretch_beats);
  if (tracked)
    out.grid_residual_s = tracked->residual_s;
  if (grid) {
    out.tempo_bpm = snapped(60.0 / grid->period_s, grid->stretch_beats);
    out.beats_s = grid_lines(
      *grid, std::max(0.0, static_cast<double>(range.first) / rate_hz - 0.05),
      static_cast<double>(range.last) / rate_hz);
    steadiness = 1.0;
  }
  out.tempo_bpm = std::clamp(out.tempo_bpm, 30.0, 300.0);
  out.tempo_confidence = agreement(level_bpm) * steadiness;
  for (std::size_t i = 1; i < ranked.size() && i < 3; ++i)
    out.tempo_alternatives_bpm.push_back(ranked[i].bpm * out.tempo_bpm
                                         / level_bpm);
  return out;
}

} // namespace troupe::audio
