#pragma once

#include "domain/audio/tonal/musical_key.hpp"
#include "domain/library/media_tags.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::audio {

/// EBU R128 figures of one programme (ITU-R BS.1770-4, EBU Tech 3341/3342).
/// A figure is absent when the programme is too short or silent for it.
struct loudness_figures {
  std::optional<double> integrated_lufs;
  std::optional<double> range_lu;
  std::optional<double> true_peak_dbtp;
  std::optional<double> momentary_max_lufs;
  std::optional<double> shortterm_max_lufs;
  /// ReplayGain 2.0 track gain: -18 LUFS minus the integrated loudness.
  std::optional<double> replaygain_track_db;
  /// See `dynamic_complexity_db`.
  std::optional<double> dynamic_complexity_db;
  /// The levels, as RMS in dBFS, that 10, 50 and 90 % of the STFT frames with
  /// sound stay under.
  std::optional<std::array<double, 3>> level_percentiles_dbfs;
};

/// Tempo and beats. Absent as a whole where nothing repeats or sounds.
struct rhythm_figures {
  /// Beats per minute, in [30, 300].
  double tempo_bpm = 0.0;
  /// How far to trust the tempo (octave apart), in [0, 1].
  double tempo_confidence = 0.0;
  /// At most two other tempi that fit, the better first: half, double, 3/2, …
  std::vector<double> tempo_alternatives_bpm;
  /// Beat times in seconds, ascending.
  std::vector<double> beats_s;
  /// Note onsets per second.
  double onset_rate_hz = 0.0;
  /// Standard deviation of the beats about the best grid of constant tempo,
  /// in seconds; absent under eight beats.
  std::optional<double> grid_residual_s;
  /// One tempo from beginning to end: the grid fits within 15 ms.
  bool is_constant = false;
};

/// A key and how well its profile fits.
struct key_estimate {
  musical_key key;
  /// Pearson correlation of pitch classes and key profile, in [-1, 1].
  double strength = 0.0;
};

/// Key and tuning. Absent where nothing has a pitch.
struct tonal_figures {
  key_estimate best;
  /// The next best of the 24 keys.
  key_estimate second;
  /// How clearly the best key beats its rivals, in [0, 1].
  double confidence = 0.0;
  /// The pitch of A in the scale used, in Hz: 440 within half a semitone.
  double tuning_hz = 440.0;
  /// First, middle and last third do not share one clear key.
  bool modulates = false;
};

/// Timbre statistics over one STFT at 22.05 kHz.
struct timbre_figures {
  std::array<double, 20> mfcc_mean{};
  std::array<double, 20> mfcc_std{};
  double centroid_hz = 0.0;
  /// Frequency below which 85 % of the spectral magnitude lies (librosa's).
  double rolloff_hz = 0.0;
  /// Geometric over arithmetic mean of the power spectrum, in [0, 1].
  double flatness = 0.0;
  /// Sign changes per sample, in [0, 1].
  double zero_crossing_rate = 0.0;
  /// Root mean square of the mono mix: sqrt(mean x²), linear, in [0, 1] for
  /// what does not clip.
  double energy = 0.0;
  /// See `danceability_meter`.
  std::optional<double> danceability;
  /// Share of the power up to 11 kHz that lies above 1,500 Hz, mean over the
  /// frames with sound: sum over f >= 1500 of |X(f)|² / sum of |X(f)|².
  std::optional<double> brightness;
  /// The centroids that 10, 50 and 90 % of the frames stay under.
  std::optional<std::array<double, 3>> centroid_percentiles_hz;
};

/// What is wrong with a recording, apart from the music.
struct integrity_figures {
  /// The file ended before the length that its header claims.
  bool is_truncated = false;
  /// Flat tops at the peak of a channel; see `sample_checks`.
  std::int64_t clipped_runs = 0;
  /// Largest mean of a channel, in absolute value; full scale = 1.
  double dc_offset = 0.0;
  /// Power of the side signal over that of side and middle, in [0, 1].
  double stereo_width = 0.0;
  /// Two channels or more, of which the first two are the same.
  bool is_mono_as_stereo = false;
  /// Where the spectrum ends as if cut off; see `cutoff_finder`.
  std::optional<double> cutoff_hz;
  /// A lossless codec with a cutoff: made from a lossy file, or upsampled.
  bool looks_lossy = false;
};

/// Silence at both ends and a picture of the level over time.
struct structure_figures {
  /// Seconds before the level first, and after it last, exceeds -60 dBFS.
  double leading_silence_s = 0.0;
  double trailing_silence_s = 0.0;
  /// At most 1800 absolute peaks of equal time slices, linear, in [0, 255].
  std::vector<std::uint8_t> waveform_peaks;
};

/// Everything that the analysis of one audio file gives. A block that could
/// not be computed is absent, never zero.
struct audio_record {
  double duration_s = 0.0;
  int sample_rate_hz = 0;
  int channels = 0;
  std::string codec;
  /// Samples that were NaN or infinite and counted as zero.
  std::int64_t invalid_samples = 0;
  media_tags tags;
  loudness_figures loudness;
  std::optional<rhythm_figures> rhythm;
  std::optional<tonal_figures> tonal;
  std::optional<timbre_figures> timbre;
  /// Mean chroma, C first, largest element 1; absent for silence.
  std::optional<std::array<double, 12>> chroma;
  std::optional<structure_figures> structure;
  std::optional<integrity_figures> integrity;
  /// What tracks are compared by, of length 1, in `audio::embedding_space`;
  /// empty when there is under a second of sound.
  std::vector<float> embedding;
};

/// Names what computed an `audio_record`: results of another version are
/// recomputed. Raise it whenever a figure changes.
inline constexpr const char* audio_record_version = "audio-4";

} // namespace troupe::audio
