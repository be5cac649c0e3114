#pragma once

#include "domain/audio/planar.hpp"

#include <array>
#include <cstddef>
#include <vector>

namespace troupe::audio {

/// Finds the true peak of a programme: the largest absolute value of the
/// signal between the samples, by oversampling (BS.1770-4, annex 2).
///
/// Four-fold below 96 kHz, two-fold below 192 kHz, plain samples above. The
/// interpolator is a Hann-windowed sinc of 48 taps; its first phase is the
/// sample itself. Short runs whose loudest sample times the filter's largest
/// gain stays under the peak found so far cannot raise it and are skipped, so
/// the figure is that of filtering everything.
/// Thread affinity: one thread at a time.
class true_peak_meter {
public:
  /// @pre `sample_rate_hz >= 1`, `channels >= 1`
  true_peak_meter(int sample_rate_hz, std::size_t channels);

  /// Takes the next frames. Does not allocate after the largest block so far.
  /// @pre every block but the last holds a multiple of 8 frames
  void push(const planar_block& block);

  /// Takes 24 zeros: what follows the programme. Call once, at its end.
  void finish();

  /// Largest absolute value so far, linear; 0 for silence.
  [[nodiscard]] float peak() const noexcept {
    return peak_;
  }

private:
  /// Longest filter of one phase: 48 taps at two-fold oversampling.
  static constexpr std::size_t history_frames = 24;

  void scan(const float* padded, std::size_t frames);

  int factor_ = 1;
  /// Taps of the one or three phases between the samples.
  std::array<std::array<float, 24>, 3> phases_{};
  std::size_t taps_ = 0;
  /// Largest sum of |taps| over the phases, a little enlarged.
  float gain_max_ = 1.0F;
  float peak_ = 0.0F;
  /// The last `history_frames` samples of each channel.
  std::vector<std::array<float, history_frames>> history_;
  std::vector<float> padded_;
};

} // namespace troupe::audio
