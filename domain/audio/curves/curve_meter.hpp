#pragma once

#include "domain/audio/loudness.hpp"
#include "domain/audio/mel.hpp"
#include "domain/audio/pcm.hpp"
#include "domain/audio/resampler.hpp"
#include "domain/audio/stft.hpp"
#include "domain/ports/fourier.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::audio {

/// Least and greatest sample, and the square mean, of a run of frames.
struct envelope_point {
  float low = 0.0F;
  float high = 0.0F;
  float mean_square = 0.0F;
};

/// A track over time.
struct track_curves {
  double duration_s = 0.0;
  /// Of the mean of all channels, one point for each `envelope_step_s`.
  double envelope_step_s = 0.0;
  std::vector<envelope_point> envelope;
  /// Each ends at its time: value i at (i + 4) * 0.1 s, and (i + 30) * 0.1 s.
  /// LUFS; silence is -infinity.
  std::vector<double> momentary_lufs;
  std::vector<double> shortterm_lufs;
  /// Pitch classes, C first, each column with its largest element 1, or all 0
  /// where nothing sounds; one column for each `chroma_step_s`.
  double chroma_step_s = 0.0;
  std::vector<std::array<float, 12>> chroma;
};

/// Draws the curves of a programme that arrives block by block.
/// Thread affinity: one thread at a time.
class curve_meter {
public:
  /// @param transforms used here only
  curve_meter(const fourier_source& transforms, const pcm_format& format);

  /// Takes the next frames. @pre `block.channels` is that of the format
  void push(const pcm_block& block);

  /// Ends the programme. Call once.
  [[nodiscard]] track_curves finish();

private:
  void draw_envelope();
  void take_spectra();
  void close_column();

  pcm_format format_;
  loudness_meter loudness_;
  resampler resampler_;
  spectrum_layout layout_;
  stft stft_;
  std::vector<float> chroma_bank_;
  std::vector<lanes> power_;
  std::vector<float> rows_;
  std::vector<float> mono_;
  std::vector<float> resampled_;
  std::int64_t frames_ = 0;
  envelope_point point_;
  std::size_t point_frames_ = 0;
  std::array<double, 12> column_{};
  std::size_t column_frames_ = 0;
  track_curves curves_;
};

} // namespace troupe::audio
