#pragma once

#include "domain/audio/analysis.hpp"
#include "io/fftw_fourier.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

namespace troupe::audio {

/// An interleaved programme made for a test.
struct programme {
  int rate_hz = 48000;
  int channels = 2;
  std::vector<float> samples;
};

inline double amplitude_of(double level_dbfs) {
  return std::pow(10.0, level_dbfs / 20.0);
}

/// Appends a sine in every channel; `levels_dbfs` has one level per channel.
inline void add_sine(programme& p, double hz, double seconds,
                     const std::vector<double>& levels_dbfs,
                     double phase = 0.0) {
  const auto frames =
    static_cast<std::size_t>(std::lround(seconds * p.rate_hz));
  for (std::size_t i = 0; i < frames; ++i) {
    const double wave = std::sin(
      2.0 * std::numbers::pi * hz * static_cast<double>(i) / p.rate_hz + phase);
    for (const double level : levels_dbfs)
      p.samples.push_back(static_cast<float>(wave * amplitude_of(level)));
  }
}

/// Numbers in [-1, 1): Numerical Recipes' congruential generator.
class noise_source {
public:
  explicit noise_source(std::uint32_t seed) : seed_(seed) {}

  double next() {
    seed_ = seed_ * 1664525U + 1013904223U;
    return static_cast<double>(static_cast<std::int32_t>(seed_)) / 2147483648.0;
  }

private:
  std::uint32_t seed_;
};

/// Analyses a programme in blocks of `block_frames`.
inline audio_record analyse(const programme& p,
                            std::size_t block_frames = 65536) {
  static const auto transforms = io::open_fftw_fourier();
  analysis meter{*transforms, {p.rate_hz, p.channels, 0, "test"}};
  const std::size_t step = block_frames * static_cast<std::size_t>(p.channels);
  for (std::size_t i = 0; i < p.samples.size(); i += step) {
    const auto now = std::min(step, p.samples.size() - i);
    meter.push({{p.samples.data() + i, now}, p.channels});
  }
  return meter.finish();
}

} // namespace troupe::audio
