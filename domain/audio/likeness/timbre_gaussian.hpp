#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace troupe::audio {

/// The distribution of a track's cepstra, as a point of a flat space.
///
/// The Gaussian N(mu, S) of D coefficients becomes the symmetric positive
/// matrix [[S + mu mu', mu], [mu', 1]] of size D + 1, and that its logarithm:
/// Euclidean distances between logarithms are then distances between
/// distributions (log-Euclidean metric: Arsigny et al., SIAM J. Matrix Anal.
/// 29(1), 2007; for music: Mandel and Ellis, ISMIR 2005, compare Gaussians of
/// MFCC). Thread affinity: one thread at a time.
class timbre_gaussian {
public:
  static constexpr std::size_t coefficients = 16;
  static constexpr std::size_t size = coefficients + 1;
  /// Entries on and above the diagonal, without the last one.
  static constexpr std::size_t numbers = size * (size + 1) / 2 - 1;

  /// Takes one frame's coefficients.
  void push(const std::array<double, coefficients>& cepstrum) noexcept;

  /// The upper triangle of the logarithm, row by row, off-diagonal entries
  /// times the root of 2, so that the dot product is the matrices' one; the
  /// last entry is left out. O(size³). @pre at least one frame was pushed
  [[nodiscard]] std::array<double, numbers> logarithm() const;

private:
  std::int64_t frames_ = 0;
  std::array<double, coefficients> sum_{};
  /// Upper triangle, row by row.
  std::array<double, coefficients*(coefficients + 1) / 2> products_{};
};

} // namespace troupe::audio
