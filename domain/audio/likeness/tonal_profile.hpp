#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace troupe::audio {

/// Which harmonies a track uses, whatever its key: 24 numbers.
///
/// - the mean chroma, turned so that its most likely diatonic scale begins at
///   C (major keys on their tonic, minor keys on that of their relative
///   major), each frame and the mean scaled to sum 1: 12 numbers;
/// - mean and standard deviation of the magnitudes of the six components of
///   each chroma's discrete Fourier transform, which no transposition changes;
///   components 3, 4 and 5 are the circles of major thirds, minor thirds and
///   fifths, the tonal centroid of Harte, Sandler, Gasser (AMCMM 2006): 12.
/// Thread affinity: one thread at a time.
class tonal_profile {
public:
  static constexpr std::size_t classes = 12;
  static constexpr std::size_t numbers = 24;

  /// Takes the pitch classes of a moment; all zero is ignored.
  void push(const std::array<double, classes>& chroma);

  /// The 24 numbers; zeros when nothing was pushed.
  [[nodiscard]] std::array<double, numbers> figures() const;

  /// How much better the best major key fits than the best minor key, as a
  /// difference of correlations, in [-2, 2].
  [[nodiscard]] double majorness() const;

private:
  static constexpr std::size_t components = 6;

  std::int64_t moments_ = 0;
  std::array<double, classes> sum_{};
  std::array<double, components> magnitude_sum_{};
  std::array<double, components> magnitude_square_sum_{};
};

} // namespace troupe::audio
