#include "domain/search/playlist.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>
#include <set>

namespace troupe::search {

namespace {

/// Candidates beyond these are never looked at in detail.
constexpr std::size_t candidates_min = 400;
constexpr int rounds_max = 30;
constexpr double seed_weight = 1.0;
constexpr double energy_weight = 0.8;
/// Smaller gains are noise of the arithmetic.
constexpr double gain_min = 1e-9;

/// Ranks of one figure in [0, 1], equal values sharing the mean of their
/// ranks; absent ones 0.5.
template <class Figure>
void add_ranks(std::span<const playlist_track> tracks, Figure figure,
               std::vector<double>& sums) {
  std::vector<std::size_t> known;
  for (std::size_t i = 0; i < tracks.size(); ++i)
    if (figure(tracks[i]))
      known.push_back(i);
    else
      sums[i] += 0.5;
  std::sort(known.begin(), known.end(), [&](std::size_t a, std::size_t b) {
    return *figure(tracks[a]) < *figure(tracks[b]);
  });
  for (std::size_t first = 0; first < known.size();) {
    auto last = first;
    while (last < known.size()
           && *figure(tracks[known[last]]) == *figure(tracks[known[first]]))
      ++last;
    const auto middle = static_cast<double>(first + last) / 2.0;
    for (; first < last; ++first)
      sums[known[first]] += middle / static_cast<double>(known.size());
  }
}

/// One plan in the making.
///
/// Invariant: `used_` holds the contents of `order_`, each once.
class planner {
public:
  planner(std::span<const playlist_track> tracks,
          std::span<const std::size_t> seeds, const playlist_options& options)
    : tracks_(tracks), seeds_(seeds), options_(options),
      energy_(energy_ranks(tracks)) {}

  std::vector<std::size_t> plan() {
    choose_candidates();
    place_seeds();
    for (std::size_t place = 0; place < order_.size(); ++place)
      if (order_[place] == open_place)
        fill(place);
    for (int round = 0; round < rounds_max; ++round)
      if (!improve())
        break;
    return std::move(order_);
  }

private:
  static constexpr auto open_place = std::numeric_limits<std::size_t>::max();

  // -- before the first choice ------------------------------------------------

  [[nodiscard]] bool fits_tempo(const playlist_track& track) const {
    if (!options_.bpm_jitter_pct)
      return true;
    if (!track.tempo_bpm)
      return false;
    return std::any_of(seeds_.begin(), seeds_.end(), [&](std::size_t seed) {
      const auto& tempo = tracks_[seed].tempo_bpm;
      return tempo
             && tempo_step_pct(*tempo, *track.tempo_bpm)
                  <= *options_.bpm_jitter_pct;
    });
  }

  [[nodiscard]] double nearest_seed(std::size_t track) const {
    double best = -1.0;
    for (const auto seed : seeds_)
      best = std::max(best, likeness(tracks_[track], tracks_[seed]));
    return best;
  }

  /// The tracks most like a seed, no content twice, in ascending order.
  void choose_candidates() {
    std::set<std::size_t> contents;
    for (const auto seed : seeds_)
      contents.insert(tracks_[seed].content);
    used_ = contents;
    for (std::size_t i = 0; i < tracks_.size(); ++i)
      if (fits_tempo(tracks_[i]) && contents.insert(tracks_[i].content).second)
        candidates_.push_back(i);
    const auto wanted = std::max(candidates_min, 4 * options_.count);
    if (candidates_.size() <= wanted)
      return;
    std::vector<double> near(tracks_.size());
    for (const auto i : candidates_)
      near[i] = nearest_seed(i);
    std::stable_sort(
      candidates_.begin(), candidates_.end(),
      [&](std::size_t a, std::size_t b) { return near[a] > near[b]; });
    candidates_.resize(wanted);
    std::sort(candidates_.begin(), candidates_.end());
  }

  /// Each seed opens its part of the list.
  void place_seeds() {
    const auto count =
      std::min(options_.count, candidates_.size() + seeds_.size());
    order_.assign(count, open_place);
    for (std::size_t i = 0; i < seeds_.size(); ++i) {
      starts_.push_back(i * count / seeds_.size());
      order_[starts_.back()] = seeds_[i];
    }
  }

  // -- what a choice costs ----------------------------------------------------

  [[nodiscard]] bool is_seed(std::size_t place) const {
    return std::find(starts_.begin(), starts_.end(), place) != starts_.end();
  }

  /// Distance from the part's seed, which gives way to the next one.
  [[nodiscard]] double seed_cost(std::size_t place, std::size_t track) const {
    std::size_t part = starts_.size() - 1;
    while (starts_[part] > place)
      --part;
    const double own = 1.0 - likeness(tracks_[track], tracks_[seeds_[part]]);
    if (part + 1 == starts_.size())
      return seed_weight * own;
    const double way = static_cast<double>(place - starts_[part])
                       / static_cast<double>(starts_[part + 1] - starts_[part]);
    const double next =
      1.0 - likeness(tracks_[track], tracks_[seeds_[part + 1]]);
    return seed_weight * ((1.0 - way) * own + way * next);
  }

  [[nodiscard]] double place_cost(std::size_t place, std::size_t track) const {
    const double way =
      order_.size() < 2
        ? 0.0
        : static_cast<double>(place) / static_cast<double>(order_.size() - 1);
    const double wanted =
      energy_target(options_.curve, way, energy_[seeds_.front()]);
    return seed_cost(place, track)
           + energy_weight * std::abs(energy_[track] - wanted);
  }

  /// What `track` at `place` costs together with the steps to its neighbours,
  /// as far as those are chosen.
  [[nodiscard]] double cost_at(std::size_t place, std::size_t track) const {
    double cost = place_cost(place, track);
    if (place > 0 && order_[place - 1] != open_place)
      cost += step_cost(tracks_[order_[place - 1]], tracks_[track],
                        options_.harmonic);
    if (place + 1 < order_.size() && order_[place + 1] != open_place)
      cost += step_cost(tracks_[track], tracks_[order_[place + 1]],
                        options_.harmonic);
    return cost;
  }

  /// The unused candidate that is cheapest at `place`, and its cost.
  [[nodiscard]] std::pair<std::size_t, double>
  cheapest(std::size_t place) const {
    std::pair<std::size_t, double> best{open_place,
                                        std::numeric_limits<double>::max()};
    for (const auto track : candidates_) {
      if (used_.contains(tracks_[track].content))
        continue;
      const double cost = cost_at(place, track);
      if (cost < best.second)
        best = {track, cost};
    }
    return best;
  }

  // -- choosing ---------------------------------------------------------------

  void fill(std::size_t place) {
    const auto track = cheapest(place).first;
    assert(track != open_place);
    order_[place] = track;
    used_.insert(tracks_[track].content);
  }

  bool improve() {
    bool better = false;
    for (std::size_t place = 0; place < order_.size(); ++place) {
      if (is_seed(place))
        continue;
      better = replace(place) || better;
      for (std::size_t other = place + 1; other < order_.size(); ++other)
        if (!is_seed(other))
          better = swap(place, other) || better;
    }
    return better;
  }

  bool replace(std::size_t place) {
    const auto now = order_[place];
    const auto [track, cost] = cheapest(place);
    if (track == open_place || cost > cost_at(place, now) - gain_min)
      return false;
    used_.erase(tracks_[now].content);
    used_.insert(tracks_[track].content);
    order_[place] = track;
    return true;
  }

  /// Cost of two places and all steps at them, a shared step counted twice on
  /// both sides of a comparison.
  [[nodiscard]] double cost_of(std::size_t a, std::size_t b) const {
    double cost = cost_at(a, order_[a]) + cost_at(b, order_[b]);
    if (b == a + 1)
      cost -=
        step_cost(tracks_[order_[a]], tracks_[order_[b]], options_.harmonic);
    return cost;
  }

  bool swap(std::size_t a, std::size_t b) {
    const double before = cost_of(a, b);
    std::swap(order_[a], order_[b]);
    if (cost_of(a, b) < before - gain_min)
      return true;
    std::swap(order_[a], order_[b]);
    return false;
  }

  // -- members ----------------------------------------------------------------

  std::span<const playlist_track> tracks_;
  std::span<const std::size_t> seeds_;
  const playlist_options& options_;
  std::vector<double> energy_;
  std::vector<std::size_t> candidates_;
  /// Contents in the list.
  std::set<std::size_t> used_;
  /// Where each seed stands, ascending.
  std::vector<std::size_t> starts_;
  std::vector<std::size_t> order_;
};

} // namespace

std::vector<std::size_t> plan_playlist(std::span<const playlist_track> tracks,
                                       std::span<const std::size_t> seeds,
                                       const playlist_options& options) {
  assert(!seeds.empty() && seeds.size() <= seeds_max);
  assert(options.count >= seeds.size());
  return planner{tracks, seeds, options}.plan();
}

std::vector<double> energy_ranks(std::span<const playlist_track> tracks) {
  std::vector<double> ranks(tracks.size());
  add_ranks(
    tracks, [](const auto& track) { return track.loudness_lufs; }, ranks);
  add_ranks(
    tracks, [](const auto& track) { return track.onset_rate_hz; }, ranks);
  for (auto& rank : ranks)
    rank /= 2.0;
  return ranks;
}

double energy_target(energy_curve curve, double place,
                     double seed_energy) noexcept {
  constexpr double summit = 0.7;
  switch (curve) {
  case energy_curve::arc:
    return place <= summit ? 0.25 + 0.65 * place / summit
                           : 0.9 - 0.5 * (place - summit) / (1.0 - summit);
  case energy_curve::rise:
    return 0.1 + 0.85 * place;
  case energy_curve::fall:
    return 0.95 - 0.85 * place;
  case energy_curve::level:
    break;
  }
  return seed_energy;
}

} // namespace troupe::search
