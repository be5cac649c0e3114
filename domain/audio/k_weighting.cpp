#include "domain/audio/k_weighting.hpp"

#include <cassert>
#include <cmath>
#include <numbers>

namespace troupe::audio {

k_weighting k_weighting_for(double sample_rate_hz) {
  assert(sample_rate_hz >= k_weighting_rate_min_hz);
  k_weighting out;
  {
    // The prototype whose bilinear transform at 48 kHz is BS.1770-4, table 1.
    const double k =
      std::tan(std::numbers::pi * 1681.974450955533 / sample_rate_hz);
    const double q = 0.7071752369554196;
    const double high = std::pow(10.0, 3.999843853973347 / 20.0);
    const double band = std::pow(high, 0.4996667741545416);
    const double a0 = 1.0 + k / q + k * k;
    out.shelf.b0 = (high + band * k / q + k * k) / a0;
    out.shelf.b1 = 2.0 * (k * k - high) / a0;
    out.shelf.b2 = (high - band * k / q + k * k) / a0;
    out.shelf.a1 = 2.0 * (k * k - 1.0) / a0;
    out.shelf.a2 = (1.0 - k / q + k * k) / a0;
  }
  {
    // Likewise table 2; the standard leaves the numerator at 1, -2, 1.
    const double k =
      std::tan(std::numbers::pi * 38.13547087602444 / sample_rate_hz);
    const double q = 0.5003270373238773;
    const double a0 = 1.0 + k / q + k * k;
    out.high_pass = {1.0, -2.0, 1.0, 2.0 * (k * k - 1.0) / a0,
                     (1.0 - k / q + k * k) / a0};
  }
  return out;
}

} // namespace troupe::audio
