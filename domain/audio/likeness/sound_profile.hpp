#pragma once

#include "domain/audio/descriptors/value_spread.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace troupe::audio {

/// Overall traits of a track's spectrum and level: 26 numbers that do not
/// depend on its gain.
/// Thread affinity: one thread at a time.
class sound_profile {
public:
  static constexpr std::size_t bands = 32;
  static constexpr std::size_t groups = 6;
  static constexpr std::size_t numbers = 14 + 2 * groups;

  /// One frame with sound in it.
  struct frame {
    /// Level in dB, any reference.
    double level_db = 0.0;
    double centroid_hz = 0.0;
    double rolloff_hz = 0.0;
    /// In [0, 1].
    double flatness = 0.0;
    /// Share of power above 1,500 Hz, in [0, 1].
    double brightness = 0.0;
    /// Natural logarithms of the power of 32 bands.
    std::span<const float> logs;
  };

  void push(const frame& now);

  [[nodiscard]] std::int64_t frames() const noexcept {
    return frames_;
  }

  /// In this order: level p10, p50, p90 over the power mean, and its sd, in dB;
  /// log2 centroid mean, sd, p10, p90; log2 rolloff mean, sd; ln flatness
  /// mean, sd; brightness mean, sd; contrast (highest minus lowest band, in
  /// nats) of six groups of bands; their mean level over that of all bands.
  [[nodiscard]] std::array<double, numbers> figures() const;

  /// What the descriptors of the record need.
  [[nodiscard]] const value_spread& levels_db() const noexcept {
    return level_;
  }

  [[nodiscard]] const value_spread& centroids_octaves() const noexcept {
    return centroid_;
  }

  [[nodiscard]] const value_spread& brightness() const noexcept {
    return brightness_;
  }

private:
  std::int64_t frames_ = 0;
  double power_sum_ = 0.0;
  value_spread level_{-60.0, 80.0, 700};
  /// log2 of Hz: 16 Hz to 16 kHz.
  value_spread centroid_{4.0, 14.0, 1000};
  value_spread rolloff_{4.0, 14.0, 100};
  value_spread flatness_{-25.0, 1.0, 100};
  value_spread brightness_{0.0, 1.0, 500};
  std::array<double, groups> contrast_sum_{};
  std::array<double, groups> group_sum_{};
  double all_sum_ = 0.0;
};

} // namespace troupe::audio
