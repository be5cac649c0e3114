#include "domain/audio/chroma.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace troupe::audio {

namespace {

/// 440 Hz is four octaves above this.
constexpr double lowest_a_hz = 27.5;
constexpr double octave_centre = 5.0;
constexpr double octave_width = 2.0;

/// Pitch of a bin in semitones above `lowest_a_hz`. The bin at 0 Hz has none
/// and is put one and a half octaves under the first.
double semitones_of(const spectrum_layout& layout, std::size_t bin) {
  constexpr double classes = chroma_classes;
  if (bin == 0)
    return semitones_of(layout, 1) - 1.5 * classes;
  const double hz = static_cast<double>(bin) * layout.sample_rate_hz
                    / static_cast<double>(layout.fft_length);
  return classes * std::log2(hz / lowest_a_hz);
}

/// Distance to a pitch class, wrapped to [-6, 6).
double wrapped(double semitones) {
  const double shifted = semitones + 6.0;
  return shifted - 12.0 * std::floor(shifted / 12.0) - 6.0;
}

} // namespace

std::vector<float> chroma_filterbank(const spectrum_layout& layout) {
  std::vector<float> out;
  out.reserve(layout.bins() * chroma_classes);
  for (std::size_t bin = 0; bin < layout.bins(); ++bin) {
    const double pitch = semitones_of(layout, bin);
    // A bin is as wide as the step to the next, at least one semitone.
    const double width = std::max(semitones_of(layout, bin + 1) - pitch, 1.0);
    std::array<double, chroma_classes> column{};
    double square = 0.0;
    for (std::size_t c = 0; c < chroma_classes; ++c) {
      // Class 0 is C: nine semitones under the A that pitches count from.
      const double from_a = static_cast<double>(c) - 9.0;
      const double distance = 2.0 * wrapped(pitch - from_a) / width;
      column[c] = std::exp(-0.5 * distance * distance);
      square += column[c] * column[c];
    }
    const double octave = (pitch / 12.0 - octave_centre) / octave_width;
    const double scale = std::exp(-0.5 * octave * octave) / std::sqrt(square);
    for (const double weight : column)
      out.push_back(static_cast<float>(weight * scale));
  }
  return out;
}

} // namespace troupe::audio
