#include "domain/audio/mel.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace troupe::audio {

namespace {

// Slaney, Auditory Toolbox (1998): 200/3 Hz per mel up to 1 kHz = 15 mel,
// then 27 mel for every factor of 6.4.
constexpr double linear_hz_per_mel = 200.0 / 3.0;
constexpr double break_mel = 15.0;
constexpr double break_hz = 1000.0;
const double log_step = std::log(6.4) / 27.0;

double mel_of(double hz) {
  return hz < break_hz ? hz / linear_hz_per_mel
                       : break_mel + std::log(hz / break_hz) / log_step;
}

double hz_of(double mel) {
  return mel < break_mel ? mel * linear_hz_per_mel
                         : break_hz * std::exp(log_step * (mel - break_mel));
}

} // namespace

std::vector<mel_filter> mel_filterbank(const spectrum_layout& layout,
                                       std::size_t filters) {
  assert(filters >= 1);
  const double nyquist_hz = layout.sample_rate_hz / 2.0;
  std::vector<double> edges_hz;
  for (std::size_t i = 0; i < filters + 2; ++i)
    edges_hz.push_back(hz_of(mel_of(nyquist_hz) * static_cast<double>(i)
                             / static_cast<double>(filters + 1)));
  std::vector<mel_filter> out(filters);
  for (std::size_t m = 0; m < filters; ++m) {
    const double low = edges_hz[m];
    const double middle = edges_hz[m + 1];
    const double high = edges_hz[m + 2];
    for (std::size_t bin = 0; bin < layout.bins(); ++bin) {
      const double hz = static_cast<double>(bin) * layout.sample_rate_hz
                        / static_cast<double>(layout.fft_length);
      const double weight =
        std::min((hz - low) / (middle - low), (high - hz) / (high - middle));
      if (weight <= 0.0)
        continue;
      if (out[m].weights.empty())
        out[m].first_bin = bin;
      out[m].weights.push_back(static_cast<float>(weight * 2.0 / (high - low)));
    }
  }
  return out;
}

std::vector<float> cosine_basis(std::size_t rows, std::size_t columns) {
  assert(columns >= 1 && rows <= columns);
  std::vector<float> out;
  out.reserve(rows * columns);
  const auto length = static_cast<double>(columns);
  for (std::size_t row = 0; row < rows; ++row) {
    const double scale = std::sqrt((row == 0 ? 1.0 : 2.0) / length);
    for (std::size_t column = 0; column < columns; ++column) {
      const double angle = std::numbers::pi * static_cast<double>(row)
                           * (static_cast<double>(column) + 0.5) / length;
      out.push_back(static_cast<float>(scale * std::cos(angle)));
    }
  }
  return out;
}

} // namespace troupe::audio
