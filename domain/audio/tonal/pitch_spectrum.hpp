#pragma once

#include "domain/audio/lanes.hpp"
#include "domain/audio/mel.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace troupe::audio {

/// Spectra over pitch instead of frequency, three bins a semitone, each bin by
/// how far it stands out of the 18 semitones around it, so that neither the
/// recording's balance nor drums decide what is heard (after Mauch & Dixon,
/// "Approximate note transcription", ISMIR 2010).
/// Thread affinity: none once made; `measure` needs its own `out`.
class pitch_spectrum {
public:
  /// Bins of 2.7 Hz: a semitone at 45 Hz.
  static constexpr spectrum_layout layout{22050, 8192};

  /// MIDI numbers: C1, 33 Hz, to E7, 2,637 Hz.
  static constexpr int lowest_pitch = 24;
  static constexpr int highest_pitch = 100;
  static constexpr std::size_t bins_a_semitone = 3;
  static constexpr std::size_t bins =
    static_cast<std::size_t>(highest_pitch - lowest_pitch) * bins_a_semitone
    + 1;

  pitch_spectrum();

  /// @param power `[layout.bins()][lane]` as `stft::next` gives it
  /// @param out `[bins][lane]`, ≥ 0; all 0 in lanes under about -100 dBFS
  void measure(std::span<const lanes> power, std::span<lanes> out);

private:
  struct triangle {
    std::size_t first_bin = 0;
    std::vector<float> weights;
  };

  std::vector<triangle> triangles_;
  std::vector<float> surroundings_;
  std::vector<lanes> magnitude_;
  std::vector<lanes> raw_;
};

} // namespace troupe::audio
