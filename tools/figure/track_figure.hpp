#pragma once

#include "domain/audio/curves/curve_meter.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// What the picture of a track shows; absent or empty parts leave no panel.
struct track_facts {
  std::string name;
  /// A line under the name: length, tempo, key, loudness.
  std::string summary;
  audio::track_curves curves;
  std::vector<double> beats_s;
  std::optional<double> tempo_bpm;
  std::optional<double> integrated_lufs;
  /// "F# minor (11A)".
  std::string key;
  /// Pitch class of the tonic, 0 = C.
  std::optional<int> tonic;
};

/// Waveform with beats, loudness, chroma and tempo over one time axis, and a
/// few seconds of the waveform from close by: an SVG of at most 300 kB.
[[nodiscard]] std::string track_figure(const track_facts& facts);

} // namespace troupe
