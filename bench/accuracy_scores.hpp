#pragma once

#include "domain/audio/tonal/musical_key.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace troupe {

/// Reads "A minor", "F# major", "Bb minor", "Cm", "C:maj", "Ebmin".
[[nodiscard]] std::optional<audio::musical_key>
parse_key(std::string_view text);

/// MIREX: 1 for the key itself, 0.5 for an estimate a fifth above, 0.3 for
/// the relative, 0.2 for the parallel key (as mir_eval.key counts).
[[nodiscard]] double key_score(const audio::musical_key& truth,
                               const audio::musical_key& estimate);

/// F-measure of beats within 70 ms; each beat counts once. Beats of the first
/// five seconds are left out, as is usual.
[[nodiscard]] double beat_score(std::span<const double> truth_s,
                                std::span<const double> estimate_s);

/// How an estimate of a tempo relates to the truth.
struct tempo_verdict {
  /// Within 4 %, and within 1 %, of the truth.
  bool right = false;
  bool right_within_1 = false;
  /// Likewise, of the truth times 1, 2, 3, 1/2 or 1/3.
  bool any_octave = false;
  bool any_octave_within_1 = false;
};

[[nodiscard]] tempo_verdict judge_tempo(double truth_bpm, double estimate_bpm);

} // namespace troupe
