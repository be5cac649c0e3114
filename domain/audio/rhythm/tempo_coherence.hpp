#pragma once

#include "domain/audio/rhythm/band_onset.hpp"
#include "domain/audio/rhythm/beat_tracker.hpp"

namespace troupe::audio {

/// A tempo near a given one, and whether the whole track keeps to it.
struct coherent_tempo {
  double bpm = 0.0;
  /// 1 when the onsets of every 4 s stand in the same phase of the beat, its
  /// half and its quarter; near 0 when phases are as good as random.
  double coherence = 0.0;
};

/// Looks within 1.2 % of a tempo for the one whose beat, half-beat and
/// quarter-beat keep their phases best from beginning to end: the Fourier
/// transform of the onset strength at three frequencies, in pieces of 4 s
/// whose phases are then compared.
/// @pre `bpm` in [30, 300]; `range` within the envelopes
/// O(frames + seconds² / 4): meant for up to a quarter of an hour.
[[nodiscard]] coherent_tempo
find_coherent_tempo(const onset_envelopes& envelopes, double bpm,
                    const frame_range& range);

/// The time of one beat, in seconds: where in the period onsets are strongest
/// (`strength_at`) over the whole range.
[[nodiscard]] double find_beat_phase(const onset_envelopes& envelopes,
                                     double bpm, const frame_range& range);

} // namespace troupe::audio
