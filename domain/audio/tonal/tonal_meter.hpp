#pragma once

#include "domain/audio/audio_record.hpp"
#include "domain/audio/stft.hpp"
#include "domain/audio/tonal/key.hpp"
#include "domain/audio/tonal/note_finder.hpp"
#include "domain/audio/tonal/pitch_spectrum.hpp"
#include "domain/ports/fourier.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace troupe::audio {

/// Finds tuning and key of one channel at 22,050 Hz.
///
/// A spectrum every 0.37 s is explained by notes; their strengths, the middle
/// of the keyboard counting most, add up to the twelve pitch classes. The
/// tuning is the mean deviation from A = 440 Hz of all that was heard up to
/// there, the first 12 s waiting for it.
/// Memory: 96 bytes for every 12 s. Thread affinity: one thread at a time.
class tonal_meter {
public:
  static constexpr std::size_t hop_samples = 8192;

  /// @param transforms used here only
  explicit tonal_meter(const fourier_source& transforms);

  /// Takes the next samples.
  void push(std::span<const float> samples);

  /// Ends the stream. Call once, before the results are read.
  void finish();

  /// The figures of the whole; nothing when nothing had a pitch.
  [[nodiscard]] std::optional<tonal_figures> figures() const;

  /// Pitch classes of the whole, C first, tuning taken off; all 0 when
  /// nothing had a pitch. Not normalised.
  [[nodiscard]] pitch_profile profile() const;

private:
  using spectra = std::vector<lanes>;

  void take_batches();
  void hear_tuning(const spectra& batch);
  void end_chunk();
  [[nodiscard]] double tuning_semitones() const;
  [[nodiscard]] pitch_profile classes(std::size_t first_chunk,
                                      std::size_t last_chunk) const;

  stft stft_;
  pitch_spectrum pitches_;
  note_finder notes_;
  std::vector<lanes> power_;
  /// Spectra of the chunk that waits for its tuning.
  std::vector<spectra> waiting_;
  /// Direction of the mean deviation from A = 440 Hz on the semitone's circle.
  double tuning_cos_ = 0.0;
  double tuning_sin_ = 0.0;
  std::vector<pitch_profile> chunks_;
};

} // namespace troupe::audio
