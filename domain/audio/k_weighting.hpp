#pragma once

namespace troupe::audio {

/// A second-order section: y = b0 x + b1 x' + b2 x'' - a1 y' - a2 y''.
struct biquad {
  double b0 = 1.0;
  double b1 = 0.0;
  double b2 = 0.0;
  double a1 = 0.0;
  double a2 = 0.0;
};

/// The two sections of the K-weighting of ITU-R BS.1770-4, annex 1: a high
/// shelf for the head, then a high-pass.
struct k_weighting {
  biquad shelf;
  biquad high_pass;
};

/// Lowest sample rate for which the shelf (1682 Hz) is well below Nyquist.
inline constexpr int k_weighting_rate_min_hz = 4000;

/// Derives the K-weighting for any rate by the bilinear transform of the
/// analogue prototype; at 48 kHz it gives the table of the standard.
/// @pre `sample_rate_hz >= k_weighting_rate_min_hz`
[[nodiscard]] k_weighting k_weighting_for(double sample_rate_hz);

} // namespace troupe::audio
