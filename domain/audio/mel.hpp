#pragma once

#include <cstddef>
#include <vector>

namespace troupe::audio {

/// Which spectrum a filterbank reads.
struct spectrum_layout {
  int sample_rate_hz = 22050;
  std::size_t fft_length = 2048;

  /// Bins from 0 Hz to the Nyquist frequency.
  [[nodiscard]] constexpr std::size_t bins() const noexcept {
    return fft_length / 2 + 1;
  }
};

/// One triangular filter: its weights from `first_bin` on, zeros elsewhere.
struct mel_filter {
  std::size_t first_bin = 0;
  std::vector<float> weights;
};

/// Triangular filters on Slaney's mel scale (linear below 1 kHz, logarithmic
/// above), from 0 Hz to Nyquist, each of area 1 over frequency in Hz: the
/// defaults of librosa's `filters.mel`.
/// @pre `filters >= 1`
[[nodiscard]] std::vector<mel_filter>
mel_filterbank(const spectrum_layout& layout, std::size_t filters);

/// The first `rows` rows of the orthonormal DCT-II of length `columns`,
/// `[row][column]`.
[[nodiscard]] std::vector<float> cosine_basis(std::size_t rows,
                                              std::size_t columns);

} // namespace troupe::audio
