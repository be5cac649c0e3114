#pragma once

#include "domain/audio/lanes.hpp"

#include <cstddef>

namespace troupe::audio {

/// Up to eight neighbouring STFT frames as the timbre meter has them. Borrowed
/// for the length of one call.
struct frame_batch {
  /// Mel bands of power, Slaney's, `[mel_bands]`; not in dB.
  const lanes* mel_power = nullptr;
  std::size_t mel_bands = 0;
  /// Pitch classes of power, C first, `[12]`.
  const lanes* chroma = nullptr;
  /// Sum of |X|² over all bins.
  lanes power_sum;
  /// In bins of the spectrum.
  lanes centroid_bin;
  lanes rolloff_bin;
  /// Geometric over arithmetic mean of power, in [0, 1].
  lanes flatness;
  /// Lanes from here on are no frames.
  std::size_t frames = 0;
  /// Frames whose level is over -80 dBFS, bit `lane`.
  unsigned active = 0;

  [[nodiscard]] bool is_active(std::size_t lane) const noexcept {
    return (active >> lane & 1U) != 0;
  }
};

} // namespace troupe::audio
