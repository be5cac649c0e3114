// Tempo and beats of made-up rhythms, whose truth is known by construction.

#include "domain/audio/rhythm/rhythm_meter.hpp"
#include "tests/domain/audio/synthesis.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace troupe::audio {
namespace {

constexpr int rate_hz = rhythm_meter::sample_rate_hz;

/// Adds a burst of 1 kHz that dies away within 10 ms.
void add_click(std::vector<float>& samples, double at_s, double level = 0.8) {
  const auto first = static_cast<std::size_t>(std::lround(at_s * rate_hz));
  for (std::size_t i = 0; i < 220 && first + i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / rate_hz;
    samples[first + i] +=
      static_cast<float>(level * std::exp(-t / 0.002)
                         * std::cos(2.0 * std::numbers::pi * 1000.0 * t));
  }
}

/// Clicks whose distance is `period_s` of the time.
std::vector<float> clicks(double seconds, double first_s,
                          const std::function<double(double)>& period_s) {
  std::vector<float> out(static_cast<std::size_t>(seconds * rate_hz), 0.0F);
  for (double at = first_s; at < seconds; at += period_s(at))
    add_click(out, at);
  return out;
}

std::vector<float> metronome(double bpm, double seconds,
                             double first_s = 0.25) {
  return clicks(seconds, first_s, [=](double) { return 60.0 / bpm; });
}

std::optional<rhythm_figures> measure(const std::vector<float>& samples,
                                      std::size_t block = 4096) {
  static const auto transforms = io::open_fftw_fourier();
  rhythm_meter meter{*transforms};
  for (std::size_t i = 0; i < samples.size(); i += block)
    meter.push({samples.data() + i, std::min(block, samples.size() - i)});
  meter.finish();
  return meter.figures();
}

/// Twice or half the tempo is a matter of taste for a bare metronome.
double octave_of(double bpm, double wanted_bpm) {
  return std::exp2(std::round(std::log2(bpm / wanted_bpm)));
}

TEST(rhythm_test, metronomes_from_60_to_200_have_their_tempo_and_beats) {
  for (int bpm = 60; bpm <= 200; ++bpm) {
    SCOPED_TRACE(bpm);
    const double first_s = 0.25 + 0.001 * bpm;
    const auto figures = measure(metronome(bpm, 16.0, first_s));
    ASSERT_TRUE(figures);
    const double octave = octave_of(figures->tempo_bpm, bpm);
    EXPECT_NEAR(figures->tempo_bpm, bpm * octave, 0.05);
    EXPECT_TRUE(figures->is_constant);
    EXPECT_GT(figures->tempo_confidence, 0.8);
    // The mean distance of each beat to the grid of half-beats.
    double bias_s = 0.0;
    for (const double beat_s : figures->beats_s) {
      const double step_s = 30.0 / bpm;
      const double steps = (beat_s - first_s) / step_s;
      bias_s += (steps - std::round(steps)) * step_s;
    }
    ASSERT_FALSE(figures->beats_s.empty());
    bias_s /= static_cast<double>(figures->beats_s.size());
    EXPECT_LT(std::abs(bias_s), 0.005);
  }
}

} // namespace
} // namespace troupe::audio
