#pragma once

#include <span>
#include <vector>

namespace troupe::audio {

/// The tempo about one beat.
struct tempo_point {
  double time_s = 0.0;
  double bpm = 0.0;
};

/// Tempo at each beat: of the middle one of the nine intervals about it, so
/// that one misplaced beat does not show. Nothing under three beats.
/// @pre `beats_s` ascend
[[nodiscard]] std::vector<tempo_point>
tempo_curve(std::span<const double> beats_s);

} // namespace troupe::audio
