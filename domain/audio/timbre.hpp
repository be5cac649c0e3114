#pragma once

#include "domain/audio/audio_record.hpp"
#include "domain/audio/lanes.hpp"
#include "domain/audio/likeness/likeness_meter.hpp"
#include "domain/audio/mel.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace troupe::audio {

/// Measures timbre and chroma of one channel at 22,050 Hz from its STFT.
///
/// Definitions are librosa's (2048/512, 128 Slaney mel bands, 20 MFCC in dB
/// with `top_db` 80, centroid and 0.85 rolloff on magnitudes, flatness on
/// power). Frames whose level is under -80 dBFS have no meaningful spectrum
/// and count for MFCC only.
///
/// `top_db` clamps to 80 dB under the loudest band of the whole track, which
/// a stream does not know. The mel bands of the first 16,384 frames (6 min
/// 20 s, 8 MB) wait for it, so tracks up to that length are exact; later
/// frames are clamped against the loudest so far. Memory stays flat.
/// Thread affinity: one thread at a time.
class timbre_meter {
public:
  static constexpr int sample_rate_hz = 22050;
  static constexpr std::size_t mel_bands = 128;
  static constexpr std::size_t coefficients = 20;

  /// The spectra that the meter reads; frames are 512 samples apart.
  static constexpr spectrum_layout layout{sample_rate_hz, 2048};

  timbre_meter();

  /// Takes the next samples, for what needs no spectrum.
  void push_samples(std::span<const float> samples);

  /// Takes the next spectra as `stft::next` gives them.
  /// @pre `power.size() == layout.bins()`, `frames` in [1, 8]
  void push_spectra(std::span<const lanes> power, std::size_t frames);

  /// Ends the stream. Call once, before the figures are read.
  void finish();

  /// All but `energy`, which belongs to the original sample rate; nothing for
  /// silence. @pre `finish` was called
  [[nodiscard]] std::optional<timbre_figures> figures() const;

  /// Mean of the frames' chroma, each with its largest element 1, again
  /// scaled to 1; nothing for silence. @pre `finish` was called
  [[nodiscard]] std::optional<std::array<double, 12>> chroma() const;

  /// What was gathered from the same spectra to compare tracks by.
  [[nodiscard]] const likeness_meter& likeness() const noexcept {
    return likeness_;
  }

private:
  [[nodiscard]] frame_batch describe(const lanes* power, std::size_t frames);
  void add_chroma(const lanes* power, const frame_batch& batch);
  void store_mel(const lanes* power, frame_batch& batch);
  void flush_mel();
  void add_mfcc(const lanes* decibels, std::size_t frames);

  std::vector<mel_filter> mel_;
  std::vector<float> cosine_;
  std::vector<float> chroma_bank_;
  likeness_meter likeness_;

  std::vector<lanes> magnitude_;
  std::array<lanes, 12> chroma_now_{};
  /// Mel bands in dB, not yet clamped, `[batch][band]`.
  std::vector<lanes> mel_waiting_;
  std::vector<std::uint8_t> frames_waiting_;
  bool mel_flushed_ = false;
  float mel_max_db_ = -100.0F;

  std::int64_t mfcc_frames_ = 0;
  std::array<double, coefficients> mfcc_sum_{};
  std::array<double, coefficients> mfcc_square_sum_{};
  std::int64_t active_frames_ = 0;
  double centroid_sum_ = 0.0;
  double rolloff_sum_ = 0.0;
  double flatness_sum_ = 0.0;
  std::array<double, 12> chroma_sum_{};
  std::int64_t samples_ = 0;
  std::int64_t crossings_ = 0;
  float last_sample_ = 0.0F;
};

} // namespace troupe::audio
