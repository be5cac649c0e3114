#pragma once

#include "domain/audio/lanes.hpp"
#include "domain/audio/tonal/pitch_spectrum.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace troupe::audio {

/// Explains pitch spectra by notes with twenty overtones each, every overtone
/// 0.7 of the one before: non-negative least squares by coordinate descent
/// (Mauch & Dixon, ISMIR 2010), so that the overtones of one note do not count
/// as others. Thread affinity: one thread at a time.
class note_finder {
public:
  /// C1 to G6.
  static constexpr std::size_t notes = 68;

  note_finder();

  /// @param spectrum `[pitch_spectrum::bins][lane]`
  /// @param tuning how much higher than A = 440 Hz all is, in semitones
  /// @returns strength of each note, lane by lane, from
  /// `pitch_spectrum::lowest_pitch` up; valid until the next call
  [[nodiscard]] std::span<const lanes> find(std::span<const lanes> spectrum,
                                            double tuning);

private:
  /// Bins of one note, first to last.
  struct shape {
    std::size_t first_bin = 0;
    std::vector<float> weights;
  };

  std::vector<shape> shapes_;
  /// Products of all pairs of shapes, `[note][note]`.
  std::array<std::array<float, notes>, notes> products_{};
  std::vector<lanes> tuned_;
  std::array<lanes, notes> left_{};
  std::array<lanes, notes> found_{};
  std::array<std::size_t, notes> order_{};
};

} // namespace troupe::audio
