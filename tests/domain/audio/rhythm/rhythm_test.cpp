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

// -- following ----------------------------------------------------------------

TEST(rhythm_test, a_stretched_rhythm_has_a_stretched_tempo) {
  // Loud, soft, soft, soft: accents as music has them.
  const auto pattern = [](double bpm) {
    std::vector<float> out(static_cast<std::size_t>(20 * rate_hz), 0.0F);
    for (int beat = 0; beat * 60.0 / bpm < 20.0; ++beat)
      add_click(out, beat * 60.0 / bpm, beat % 4 == 0 ? 0.9 : 0.4);
    return out;
  };
  const double before = measure(pattern(110.0))->tempo_bpm;
  for (const double factor : {0.9, 0.95, 1.05, 1.1})
    EXPECT_NEAR(measure(pattern(110.0 * factor))->tempo_bpm, before * factor,
                0.05);
}

TEST(rhythm_test, beats_follow_a_tempo_that_wanders) {
  // 100 BPM, 6 % up and down within 24 s.
  const auto period_s = [](double at_s) {
    return 0.6 * (1.0 + 0.06 * std::sin(2.0 * std::numbers::pi * at_s / 24.0));
  };
  const auto figures = measure(clicks(60.0, 0.3, period_s));
  ASSERT_TRUE(figures);
  EXPECT_FALSE(figures->is_constant);
  EXPECT_NEAR(figures->tempo_bpm, 100.0, 4.0);
  std::size_t missed = 0;
  std::size_t count = 0;
  for (double at_s = 0.3; at_s < 59.0; at_s += period_s(at_s)) {
    ++count;
    if (std::none_of(
          figures->beats_s.begin(), figures->beats_s.end(),
          [=](double beat_s) { return std::abs(beat_s - at_s) < 0.03; }))
      ++missed;
  }
  EXPECT_LE(missed, count / 20);
}

TEST(rhythm_test, a_loop_of_two_seconds_is_repeated) {
  const auto figures = measure(metronome(120.0, 2.0, 0.0));
  ASSERT_TRUE(figures);
  EXPECT_NEAR(figures->tempo_bpm * octave_of(120.0, figures->tempo_bpm), 120.0,
              0.2);
  // The repetitions' beats are not the loop's.
  EXPECT_LE(figures->beats_s.back(), 2.0);
}

// -- what has no rhythm -------------------------------------------------------

TEST(rhythm_test, silence_a_click_a_tone_and_a_moment_have_no_rhythm) {
  EXPECT_FALSE(measure({}));
  EXPECT_FALSE(measure(std::vector<float>(20UL * rate_hz, 0.0F)));
  EXPECT_FALSE(measure(metronome(1.0, 20.0)));
  EXPECT_FALSE(measure(metronome(120.0, 1.4)));
  programme tone{rate_hz, 1, {}};
  add_sine(tone, 1000.0, 20.0, {-20});
  EXPECT_FALSE(measure(tone.samples));
}

TEST(rhythm_test, silence_does_not_vote) {
  auto samples = metronome(97.0, 30.0);
  const auto alone = measure(samples);
  samples.insert(samples.begin(), 45UL * rate_hz, 0.0F);
  samples.insert(samples.end(), 45UL * rate_hz, 0.0F);
  const auto within = measure(samples);
  ASSERT_TRUE(alone && within);
  EXPECT_NEAR(within->tempo_bpm, alone->tempo_bpm, 0.05);
  EXPECT_NEAR(within->tempo_confidence, alone->tempo_confidence, 0.1);
  EXPECT_GT(within->beats_s.front(), 44.9);
  EXPECT_LT(within->beats_s.back(), 75.1);
}

TEST(rhythm_test, block_sizes_do_not_matter) {
  auto samples = metronome(133.0, 15.0);
  noise_source noise{11};
  for (float& sample : samples)
    sample += static_cast<float>(0.05 * noise.next());
  const auto whole = measure(samples, samples.size());
  for (const std::size_t block : {1U, 333U, 65536U}) {
    const auto parts = measure(samples, block);
    ASSERT_TRUE(whole && parts);
    EXPECT_EQ(whole->tempo_bpm, parts->tempo_bpm);
    EXPECT_EQ(whole->tempo_confidence, parts->tempo_confidence);
    EXPECT_EQ(whole->beats_s, parts->beats_s);
    EXPECT_EQ(whole->onset_rate_hz, parts->onset_rate_hz);
  }
}

} // namespace
} // namespace troupe::audio
