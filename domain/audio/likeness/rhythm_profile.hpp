#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace troupe::audio {

/// What repeats in a track, how fast and in which bands: 48 numbers that do
/// not depend on where a bar begins. Memory does not grow with the length.
///
/// - 24 values of the autocorrelation of the onset strength (the rise of all
///   log bands from frame to frame), over tempi from 40 to 240 BPM in equal
///   ratios, mean of one and of two periods, as a share of its energy;
/// - the fluctuation of six groups of bands in four ranges of modulation about
///   1, 2, 4 and 8 Hz (fluctuation patterns: Pampalk, Rauber, Merkl, ACM
///   Multimedia 2002), log10 of the mean square in nats.
/// Thread affinity: one thread at a time.
class rhythm_profile {
public:
  static constexpr std::size_t bands = 32;
  static constexpr std::size_t tempi = 24;
  static constexpr std::size_t groups = 6;
  static constexpr std::size_t modulations = 4;
  static constexpr std::size_t numbers = tempi + groups * modulations;

  /// @param frame_rate_hz frames per second of `push`
  explicit rhythm_profile(double frame_rate_hz);

  /// Takes one frame: natural logarithms of the bands' power.
  /// @pre `logs.size() == bands`
  void push(std::span<const float> logs);

  /// The 48 numbers; zeros without a frame.
  [[nodiscard]] std::array<double, numbers> figures() const;

  /// Mean and standard deviation of the onset strength, in nats per band.
  [[nodiscard]] double onset_mean() const;
  [[nodiscard]] double onset_deviation() const;

  /// The tempo, of the 24, with the largest autocorrelation.
  [[nodiscard]] double strongest_tempo_bpm() const;

  /// Tempo number `index`. @pre `index < tempi`
  [[nodiscard]] static double tempo_bpm(std::size_t index);

private:
  /// A second-order bandpass (R. Bristow-Johnson's cookbook, constant peak
  /// gain, Q = 1), transposed direct form II.
  struct resonance {
    double b0 = 0.0, a1 = 0.0, a2 = 0.0;
  };

  struct resonance_state {
    double s1 = 0.0, s2 = 0.0, energy = 0.0;
  };

  void correlate(double onset);
  void modulate(std::span<const float> logs);
  [[nodiscard]] double correlation_at(double lag) const;

  double frame_rate_hz_;
  std::array<resonance, modulations> filters_{};
  std::array<std::array<resonance_state, modulations>, groups> states_{};
  std::array<float, bands> before_{};
  std::int64_t frames_ = 0;
  double onset_sum_ = 0.0;
  double onset_square_sum_ = 0.0;
  /// Onset strength, slowly averaged: what the correlation leaves out.
  double slow_ = 0.0;
  /// The last onsets, newest at `newest_`; a ring.
  std::vector<double> recent_;
  std::size_t newest_ = 0;
  /// Sum of products at each lag.
  std::vector<double> products_;
};

} // namespace troupe::audio
