#pragma once

#include "domain/audio/lanes.hpp"
#include "domain/audio/stft.hpp"
#include "domain/ports/fourier.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace troupe::audio {

/// Onset strength at 344.5 Hz, fine enough in time to tell tempi apart:
/// half-wave rectified differences of log magnitudes, summed over frequency,
/// low-passed at 6 Hz (Percival & Tzanetakis 2014, section II-B, at half
/// their sample rate: frames of 128 samples, 64 apart, at 22,050 Hz).
/// Thread affinity: one thread at a time.
class fine_onset_meter {
public:
  static constexpr std::size_t hop_samples = 64;
  static constexpr double rate_hz = 22050.0 / hop_samples;

  /// @param transforms used here only
  explicit fine_onset_meter(const fourier_source& transforms);

  /// Takes the next samples and appends the onset strength they complete.
  void push(std::span<const float> samples, std::vector<float>& out);

private:
  static constexpr spectrum_layout layout{22050, 128};
  static constexpr std::size_t taps = 15;

  void add_frames(std::size_t frames, std::vector<float>& out);

  stft stft_;
  std::vector<lanes> power_;
  /// Log magnitude of each bin in the frame before.
  std::vector<float> before_;
  std::array<float, taps> low_pass_{};
  /// The last flux values, the newest last.
  std::array<float, taps> past_{};
};

} // namespace troupe::audio
