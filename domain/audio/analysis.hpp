#pragma once

#include "domain/audio/audio_record.hpp"
#include "domain/audio/descriptors/danceability.hpp"
#include "domain/audio/integrity/cutoff_finder.hpp"
#include "domain/audio/integrity/sample_checks.hpp"
#include "domain/audio/likeness/likeness_meter.hpp"
#include "domain/audio/loudness.hpp"
#include "domain/audio/pcm.hpp"
#include "domain/audio/planar.hpp"
#include "domain/audio/resampler.hpp"
#include "domain/audio/rhythm/rhythm_meter.hpp"
#include "domain/audio/stft.hpp"
#include "domain/audio/structure.hpp"
#include "domain/audio/timbre.hpp"
#include "domain/audio/tonal/tonal_meter.hpp"
#include "domain/audio/true_peak.hpp"
#include "domain/ports/fourier.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace troupe::audio {

/// Computes an `audio_record` of a programme that arrives block by block.
///
/// Blocks are gathered into chunks of 4,096 frames before any figure is
/// computed, so the record is the same, bit for bit, however the programme is
/// cut. Memory does not grow with the length, but for 80 kB per hour of
/// loudness steps. Filters and plans are made once, here.
/// Thread affinity: one thread at a time, which may change between calls.
class analysis {
public:
  /// @param transforms used here only
  /// @param format rate and channels count; the claimed length only tells
  /// afterwards whether all of it came
  /// @pre `format.sample_rate_hz` in [1, 768000], `format.channels` in [1, 64]
  analysis(const fourier_source& transforms, const pcm_format& format);

  /// Takes the next frames.
  /// @pre `block.channels` is that of the format; no NaN, no infinity
  void push(const pcm_block& block);

  /// Ends the programme. Fills everything but tags and `invalid_samples`,
  /// which the decoder knows. Call once.
  [[nodiscard]] audio_record finish();

  /// What the embedding was made of, for fitting its scale; nothing when there
  /// is none. @pre `finish` was called
  [[nodiscard]] std::optional<raw_likeness> likeness() const;

private:
  void process_chunk();
  /// Takes samples at 22,050 Hz: one STFT feeds timbre and likeness.
  void describe(std::span<const float> samples);
  void take_spectra();
  void add_descriptors(audio_record& out) const;
  [[nodiscard]] integrity_figures integrity() const;
  [[nodiscard]] planar_block chunk() const noexcept;

  pcm_format format_;
  std::size_t channels_ = 1;
  /// `[channel][chunk_frames]`, the first `filled_` of each are taken.
  std::vector<float> planar_;
  std::size_t filled_ = 0;
  std::int64_t frames_ = 0;
  double square_sum_ = 0.0;
  std::vector<float> mono_;
  std::vector<float> resampled_;
  loudness_meter loudness_;
  true_peak_meter true_peak_;
  structure_meter structure_;
  resampler resampler_;
  stft spectra_;
  std::vector<lanes> power_;
  timbre_meter timbre_;
  tonal_meter tonal_;
  rhythm_meter rhythm_;
  danceability_meter dance_;
  sample_checks checks_;
  cutoff_finder cutoff_;
};

} // namespace troupe::audio
