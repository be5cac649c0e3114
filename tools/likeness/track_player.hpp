#pragma once

#include "tools/likeness/track_style.hpp"
#include "tools/sample/synthesizer.hpp"

#include <cstddef>
#include <cstdint>

namespace troupe::sample {

/// Which track to render.
struct track_request {
  /// @pre `style < styles_count`
  std::size_t style = 0;
  /// Chooses key, tempo, instruments, patterns, harmonies and melody.
  std::uint64_t seed = 1;
  double length_s = 48.0;
  /// [8000, 192000]
  int sample_rate_hz = 22'050;
};

/// Composes and plays a track of a style, stereo. Tracks of one style differ in
/// key, tempo, the waves, filters and envelopes of every instrument, the tuning
/// of the drums and some steps of the patterns. Sections of four bars change
/// harmonies, drop the drums or bring the melody, so that no two parts of a
/// track are alike. Same request, same samples.
[[nodiscard]] sound render_track(const track_request& request);

} // namespace troupe::sample
