#pragma once

#include "domain/audio/audio_record.hpp"
#include "domain/audio/lanes.hpp"
#include "domain/audio/mel.hpp"
#include "domain/audio/tonal/key.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace troupe::audio {

/// Finds tuning and key from the spectra of the timbre's STFT.
///
/// Every fourth frame (2,048 samples at 22,050 Hz) gives at most sixty
/// spectral peaks between 25 and 3,500 Hz, measured against the spectrum
/// around them. Each counts for its pitch and, falling, for the three
/// sub-harmonics it may be an overtone of (HPCP: Gómez 2006). Pitches are
/// kept to ten cents, so that the scale's own tuning can be taken off before
/// they become twelve classes.
/// Memory: 480 bytes for every 12 s. Thread affinity: one thread at a time.
class tonal_meter {
public:
  static constexpr spectrum_layout layout{22050, 2048};

  tonal_meter();

  /// Takes the next spectra as `stft::next` gives them.
  /// @pre `power.size() == layout.bins()`, `frames` in [1, 8]
  void push_spectra(std::span<const lanes> power, std::size_t frames);

  /// The figures of all frames so far; nothing when nothing had a pitch.
  [[nodiscard]] std::optional<tonal_figures> figures() const;

  /// Pitch classes of the whole, C first, tuning taken off; all 0 when
  /// nothing had a pitch. Not normalised.
  [[nodiscard]] pitch_profile profile() const;

private:
  /// Ten cents each, from C on.
  static constexpr std::size_t steps = 120;
  using fine_profile = std::array<float, steps>;

  /// One frame's peak.
  struct peak {
    /// Semitones above C, any octave.
    double semitones = 0.0;
    float weight = 0.0F;
  };

  void add_frame(const lanes* power, std::size_t lane);
  void draw_envelope();
  void find_peaks();
  void add_peaks();
  [[nodiscard]] double tuning_semitones() const;
  [[nodiscard]] pitch_profile classes(std::size_t first_chunk,
                                      std::size_t last_chunk) const;

  /// Where a point of the envelope looks, and how closely.
  struct envelope_window {
    std::size_t first_bin = 0;
    std::vector<float> weights;
  };

  std::vector<envelope_window> windows_;
  std::vector<float> magnitude_;
  /// Level of the strongest around each point, mean energy weighed by energy.
  std::vector<double> envelope_;
  std::vector<peak> peaks_;
  /// Direction of the mean deviation from A = 440 Hz on the semitone's circle.
  double tuning_cos_ = 0.0;
  double tuning_sin_ = 0.0;
  std::size_t chunk_frames_ = 0;
  std::vector<fine_profile> chunks_;
};

} // namespace troupe::audio
