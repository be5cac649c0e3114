#pragma once

#include "domain/audio/rhythm/band_onset.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace troupe::audio {

/// A tempo that holds from some time on.
struct tempo_span {
  /// First frame of the onset envelope; the span ends where the next begins.
  std::size_t first_frame = 0;
  double bpm = 0.0;
};

/// Frames that beats may lie in: `[first, last)`.
struct frame_range {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// Finds the beats whose onsets are strongest while their distances stay near
/// the tempo: dynamic programming (Ellis 2007, equations 2 to 5) over all
/// bands, bass and treble counted once more. The distance from beat to beat is
/// free between half and twice the period, at a cost of
/// 100 ln²(distance / period).
/// @returns beat times in seconds, ascending, not quantised to frames
/// @pre `tempi` begins at frame 0 and is not empty; every `bpm` in [30, 300]
/// Memory: two bytes a frame. O(frames x period).
[[nodiscard]] std::vector<double> track_beats(const onset_envelopes& envelopes,
                                              std::span<const tempo_span> tempi,
                                              const frame_range& range);

/// Mean onset strength, all bands, bass and treble counted once more, at
/// given times; times outside of `range` do not count.
[[nodiscard]] double strength_at(const onset_envelopes& envelopes,
                                 std::span<const double> times_s,
                                 const frame_range& range);

/// How much later than given times the onsets nearest to them are, in seconds:
/// the mean over the times, strong onsets counting more, within 30 ms.
[[nodiscard]] double mean_offset(const onset_envelopes& envelopes,
                                 std::span<const double> times_s,
                                 const frame_range& range);

/// Note onsets per second: local maxima of the onset strength that stand out
/// of their surroundings.
[[nodiscard]] double onset_rate(const onset_envelopes& envelopes,
                                const frame_range& range);

} // namespace troupe::audio
