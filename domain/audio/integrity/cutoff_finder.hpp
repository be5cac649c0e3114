#pragma once

#include "domain/ports/fourier.hpp"

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace troupe::audio {

/// Finds the frequency at which a spectrum ends as if cut off.
///
/// Lossy encoders drop everything above a frequency that depends on their bit
/// rate (MP3: 16 kHz at 128 kbit/s, 19 to 20 kHz at 256), as does a change of
/// the sample rate; music by itself gets quieter gradually. Of one chunk of
/// 4,096 samples in four the power spectrum (Hann) is averaged. A cutoff is
/// the place where the mean level, in dB, of the kilohertz above is at least
/// 20 dB under that of the kilohertz below, 250 Hz left out on each side, and
/// where nothing further up comes back; the steepest such place from 8 kHz to
/// 0.94 of half the rate. Thread affinity: one thread at a time.
class cutoff_finder {
public:
  static constexpr std::size_t length = 4096;

  /// Finds nothing under 32 kHz. @param transforms used here only
  cutoff_finder(const fourier_source& transforms, int sample_rate_hz);

  /// Takes a chunk of one channel; only full ones count.
  /// @pre `chunk.size() <= length`
  void push(std::span<const float> chunk);

  /// The cutoff in Hz; nothing without one, or without enough sound.
  [[nodiscard]] std::optional<double> cutoff_hz() const;

private:
  struct alignas(64) real_line {
    std::array<float, 16> v;
  };

  struct alignas(64) complex_line {
    std::array<std::complex<float>, 8> v;
  };

  [[nodiscard]] std::vector<double> levels_db() const;

  int sample_rate_hz_;
  /// Null when the rate is too low.
  std::shared_ptr<const real_fourier> plan_;
  std::vector<float> window_;
  std::vector<real_line> windowed_;
  std::vector<complex_line> spectrum_;
  std::vector<double> power_;
  std::int64_t chunks_ = 0;
  std::int64_t spectra_ = 0;
};

} // namespace troupe::audio
