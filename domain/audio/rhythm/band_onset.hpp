#pragma once

#include "domain/audio/lanes.hpp"
#include "domain/audio/rhythm/envelope.hpp"
#include "domain/audio/stft.hpp"
#include "domain/ports/fourier.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace troupe::audio {

/// Onset strength over time in three ranges of frequency. Value i belongs to
/// the time `i / rate_hz` seconds, give or take `band_onset_meter::lag_s`.
struct onset_envelopes {
  /// All forty bands, 30 Hz to 11 kHz.
  envelope full;
  /// Bass drum and bass: under 130 Hz.
  envelope low;
  /// Snare, clap and cymbals: from 1.2 kHz.
  envelope high;
};

/// Onset strength at 100 Hz for finding beats: log energies of forty bands in
/// equal steps of log frequency, half-wave rectified differences over two
/// frames, summed (Ellis 2007, section 3.1, with other bands).
///
/// Energies are compressed relative to the loudest band of the whole track,
/// which a stream does not know: the first 16,384 frames (2 min 43 s, 2.6 MB)
/// wait for it, later ones are relative to the loudest so far.
/// Thread affinity: one thread at a time.
class band_onset_meter {
public:
  static constexpr std::size_t hop_samples = 220;
  static constexpr double rate_hz = 22050.0 / hop_samples;
  static constexpr std::size_t bands = 40;
  /// How much later than the click itself a click's peak stands; measured.
  static constexpr double lag_s = -0.0045;

  /// @param transforms used here only
  explicit band_onset_meter(const fourier_source& transforms);

  /// Takes the next samples.
  void push(std::span<const float> samples);

  /// Ends the stream. Call once, before the envelopes are read.
  void finish();

  /// One value a frame: 1 + N / `hop_samples` for N samples.
  /// @pre `finish` was called
  [[nodiscard]] const onset_envelopes& envelopes() const noexcept {
    return out_;
  }

private:
  static constexpr spectrum_layout layout{22050, 1024};
  /// Frequency ranges: full, low, high.
  static constexpr std::size_t ranges = 3;

  struct band {
    std::size_t first_bin = 0;
    std::vector<float> weights;
  };

  void take_batches();
  void flush_waiting();
  void add_flux(const lanes* magnitudes, std::size_t frames);
  void add_value(const std::array<float, ranges>& flux);

  stft stft_;
  std::vector<band> bands_;
  std::vector<lanes> power_;
  /// Band magnitudes, `[batch][band]`, until the loudest is known.
  std::vector<lanes> waiting_;
  std::vector<std::uint8_t> frames_waiting_;
  bool flushed_ = false;
  float loudest_ = 1e-4F;
  /// Log magnitudes of the batch before.
  std::array<lanes, bands> before_{};
  std::array<lanes, bands> bass_before_{};
  /// The last five flux values, the newest last, and how many there were.
  std::array<std::array<float, ranges>, 5> past_{};
  std::size_t fluxes_ = 0;
  onset_envelopes out_;
};

} // namespace troupe::audio
