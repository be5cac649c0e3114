#pragma once

#include "domain/audio/audio_record.hpp"
#include "domain/audio/planar.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::audio {

/// Above this absolute sample value a programme is not silent: -60 dBFS.
inline constexpr float silence_level = 0.001F;

/// Most slices of a finished waveform picture.
inline constexpr std::size_t waveform_slices_max = 1800;

/// Finds silence at both ends and draws the level over time.
///
/// The length is not known beforehand: slices start one frame long, and
/// whenever 14,400 are full, neighbours merge. Memory is 58 kB for any length.
/// Thread affinity: one thread at a time.
class structure_meter {
public:
  /// @pre `sample_rate_hz >= 1`
  explicit structure_meter(int sample_rate_hz);

  /// Takes the next frames. Allocates only for the largest block so far.
  void push(const planar_block& block);

  /// The figures of all frames so far.
  [[nodiscard]] structure_figures figures() const;

private:
  void find_silence(std::size_t frames);
  void draw(std::size_t frames);

  int sample_rate_hz_ = 1;
  std::int64_t frames_ = 0;
  /// First and last frame above `silence_level`; -1 when there is none.
  std::int64_t first_loud_ = -1;
  std::int64_t last_loud_ = -1;
  /// Largest absolute value of each frame of the present block.
  std::vector<float> frame_peaks_;
  std::vector<float> slices_;
  std::size_t slice_frames_ = 1;
  std::size_t slice_filled_ = 0;
  float slice_peak_ = 0.0F;
};

} // namespace troupe::audio
