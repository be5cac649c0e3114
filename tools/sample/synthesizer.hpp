#pragma once

#include "tools/sample/score.hpp"

#include <span>
#include <vector>

namespace troupe::sample {

/// Sound in memory: `[frames][channels]`, each sample in [-1, 1].
struct sound {
  std::vector<float> samples;
  int sample_rate_hz = 44'100;
  int channels = 2;
};

/// How a score is played.
struct rendering {
  /// Length of the result in seconds; what still sounds then is faded out.
  double length_s = 20.0;

  /// Time between echoes of plucks and melody, in seconds, > 0.
  double echo_s = 0.3;

  /// [8000, 192000]
  int sample_rate_hz = 44'100;

  /// 1 or 2.
  int channels = 2;

  /// Chooses the noise of the drums and the plucks.
  std::uint64_t seed = 1;
};

/// Plays notes by subtractive synthesis, plucked strings and noise; the result
/// peaks at 0.8. O(notes x their length). Same input, same samples.
[[nodiscard]] sound synthesize(std::span<const note> notes,
                               const rendering& how);

} // namespace troupe::sample
