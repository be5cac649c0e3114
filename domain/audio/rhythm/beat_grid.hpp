#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace troupe::audio {

/// A metronome laid over beats, and how well they agree.
struct beat_grid {
  /// Time of one line of the grid, in seconds.
  double origin_s = 0.0;
  double period_s = 0.0;
  /// Beats of the longest stretch that keeps to the grid.
  std::size_t stretch_beats = 0;
  /// Standard deviation of that stretch about the grid, in seconds.
  double residual_s = 0.0;
  /// Share of all beats that lie within 35 ms of a line, in [0, 1].
  double share = 0.0;
  /// Likewise of a line or the middle between two: a passage may be tracked
  /// on its off-beats without leaving the tempo.
  double half_share = 0.0;
};

/// Fits a grid of constant tempo to the longest stretch that has one, by
/// least squares, growing from the steadiest sixteen beats.
/// @param beats_s ascending
/// @returns nothing under eight beats, or when no eight are steady
[[nodiscard]] std::optional<beat_grid>
fit_beat_grid(std::span<const double> beats_s);

/// The lines of a grid in `[from_s, to_s]`, ascending.
[[nodiscard]] std::vector<double> grid_lines(const beat_grid& grid,
                                             double from_s, double to_s);

} // namespace troupe::audio
