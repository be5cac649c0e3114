#include "domain/search/playlist_step.hpp"

#include "domain/search/distance.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace troupe::search {

namespace {

constexpr double tempo_reach_pct = 8.0;
constexpr double key_weight = 0.6;
constexpr double likeness_weight = 0.5;
constexpr double same_artist_cost = 10.0;
constexpr double clash_cost = 1000.0;
constexpr double unknown_share = 0.5;

double tempo_cost(const playlist_track& from, const playlist_track& to) {
  if (!from.tempo_bpm || !to.tempo_bpm)
    return unknown_share;
  return std::min(1.0, tempo_step_pct(*from.tempo_bpm, *to.tempo_bpm)
                         / tempo_reach_pct);
}

double key_cost(const playlist_track& from, const playlist_track& to) {
  if (!from.key || !to.key)
    return key_weight * unknown_share;
  switch (camelot_distance(*from.key, *to.key)) {
  case 0:
    return 0.0;
  case 1:
    return key_weight * 0.1;
  case 2:
    return key_weight * 0.6;
  default:
    return key_weight;
  }
}

} // namespace

double tempo_step_pct(double a_bpm, double b_bpm) noexcept {
  assert(a_bpm > 0.0 && b_bpm > 0.0);
  const double octaves = std::log2(a_bpm / b_bpm);
  const double folded = std::abs(octaves - std::round(octaves));
  return 100.0 * (std::exp2(folded) - 1.0);
}

bool keys_mix(const playlist_track& a, const playlist_track& b) {
  return a.key && b.key && are_neighbours(*a.key, *b.key);
}

bool same_artist(const playlist_track& a, const playlist_track& b) {
  return !a.artist.empty() && a.artist == b.artist;
}

double likeness(const playlist_track& a, const playlist_track& b) {
  if (a.vector.empty() || a.vector.size() != b.vector.size())
    return 0.0;
  return static_cast<double>(dot(a.vector, b.vector));
}

double step_cost(const playlist_track& from, const playlist_track& to,
                 bool harmonic) {
  return tempo_cost(from, to) + key_cost(from, to)
         + likeness_weight * (1.0 - likeness(from, to))
         + (same_artist(from, to) ? same_artist_cost : 0.0)
         + (harmonic && !keys_mix(from, to) ? clash_cost : 0.0);
}

} // namespace troupe::search
