#pragma once

#include "domain/search/playlist_step.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace troupe::search {

/// How the energy moves from the first track to the last.
enum class energy_curve : std::uint8_t {
  /// Rises for 70 % of the list, then calms down.
  arc,
  rise,
  fall,
  /// Stays where the first seed is.
  level,
};

/// Most seeds of a playlist.
inline constexpr std::size_t seeds_max = 3;

struct playlist_options {
  /// Tracks of the list, the seeds included.
  std::size_t count = 20;
  /// Only tracks whose tempo is within this many percent of a seed's, half and
  /// double being the same; a track or seed without tempo then fits nothing.
  std::optional<double> bpm_jitter_pct = std::nullopt;
  /// Consecutive keys are Camelot neighbours wherever the tracks allow it.
  bool harmonic = false;
  energy_curve curve = energy_curve::arc;
};

/// Plans a playlist: indices into `tracks`, in playing order.
///
/// Every seed opens an equal part of the list with tracks like it, which lead
/// over to the next seed. Tracks are chosen one by one for the least
/// `step_cost`, distance from the seeds and from the energy curve; swaps and
/// replacements then improve the whole until none helps. No index and no
/// content comes twice; with too few tracks the list is shorter. The same
/// input gives the same list.
/// @param seeds indices into `tracks`, their contents all different
/// @pre `1 <= seeds.size() <= seeds_max`, `options.count >= seeds.size()`
/// O(tracks * dim) for the choice of 400 (or 4 * count) candidates, then
/// O(count * candidates * dim) for each of at most 30 rounds.
[[nodiscard]] std::vector<std::size_t>
plan_playlist(std::span<const playlist_track> tracks,
              std::span<const std::size_t> seeds,
              const playlist_options& options);

/// How lively each track is among all, in [0, 1]: the mean of its ranks by
/// loudness and by onset rate; what is not known counts as the middle.
[[nodiscard]] std::vector<double>
energy_ranks(std::span<const playlist_track> tracks);

/// Where the curve wants the energy, in [0, 1].
/// @param place in [0, 1]: 0 for the first track, 1 for the last
/// @param seed_energy of the first seed, for `energy_curve::level`
[[nodiscard]] double energy_target(energy_curve curve, double place,
                                   double seed_energy) noexcept;

} // namespace troupe::search
