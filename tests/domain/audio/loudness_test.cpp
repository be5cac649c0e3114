// Signals and figures of EBU Tech 3341 and 3342, and libebur128 as an oracle.

#include "domain/audio/planar.hpp"
#include "tests/domain/audio/synthesis.hpp"

#include <ebur128.h>
#include <gtest/gtest.h>

#include <string>

namespace troupe::audio {
namespace {

struct part {
  double level_dbfs;
  double seconds;
};

programme tones(const std::vector<part>& parts) {
  programme p;
  for (const auto& [level, seconds] : parts)
    add_sine(p, 1000.0, seconds, {level, level});
  return p;
}

TEST(k_weighting_test, equals_the_table_of_the_standard_at_48_khz) {
  // ITU-R BS.1770-4, tables 1 and 2.
  const auto filter = k_weighting_for(48000.0);
  EXPECT_NEAR(filter.shelf.b0, 1.53512485958697, 1e-10);
  EXPECT_NEAR(filter.shelf.b1, -2.69169618940638, 1e-10);
  EXPECT_NEAR(filter.shelf.b2, 1.19839281085285, 1e-10);
  EXPECT_NEAR(filter.shelf.a1, -1.69065929318241, 1e-10);
  EXPECT_NEAR(filter.shelf.a2, 0.73248077421585, 1e-10);
  EXPECT_NEAR(filter.high_pass.a1, -1.99004745483398, 1e-10);
  EXPECT_NEAR(filter.high_pass.a2, 0.99007225036621, 1e-10);
}

TEST(loudness_test, meets_the_integrated_cases_of_tech_3341) {
  const std::vector<std::pair<std::vector<part>, double>> cases{
    {{{-23, 20}}, -23.0},
    {{{-33, 20}}, -33.0},
    {{{-36, 10}, {-23, 60}, {-36, 10}}, -23.0},
    {{{-72, 10}, {-36, 10}, {-23, 60}, {-36, 10}, {-72, 10}}, -23.0},
    {{{-26, 20}, {-20, 20.1}, {-26, 20}}, -23.0},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE("case " + std::to_string(i + 1));
    const auto figures = analyse(tones(cases[i].first)).loudness;
    ASSERT_TRUE(figures.integrated_lufs);
    EXPECT_NEAR(*figures.integrated_lufs, cases[i].second, 0.1);
    EXPECT_DOUBLE_EQ(*figures.replaygain_track_db,
                     -18.0 - *figures.integrated_lufs);
  }
}

TEST(loudness_test, holds_momentary_and_short_term_of_a_steady_tone) {
  const auto figures = analyse(tones({{-23, 20}})).loudness;
  EXPECT_NEAR(figures.momentary_max_lufs.value(), -23.0, 0.1);
  EXPECT_NEAR(figures.shortterm_max_lufs.value(), -23.0, 0.1);
  EXPECT_NEAR(figures.range_lu.value(), 0.0, 0.01);
}

TEST(loudness_test, weighs_the_surrounds_of_five_channels_as_case_6) {
  programme p{48000, 5, {}};
  add_sine(p, 1000.0, 20.0, {-28, -28, -24, -30, -30});
  EXPECT_NEAR(analyse(p).loudness.integrated_lufs.value(), -23.0, 0.1);
}

TEST(loudness_test, ignores_the_lfe_of_six_channels) {
  programme p{48000, 6, {}};
  add_sine(p, 1000.0, 20.0, {-28, -28, -24, -3, -30, -30});
  EXPECT_NEAR(analyse(p).loudness.integrated_lufs.value(), -23.0, 0.1);
}

TEST(loudness_test, sees_the_short_term_maximum_of_case_9) {
  programme p;
  for (int i = 0; i < 5; ++i) {
    add_sine(p, 1000.0, 1.34, {-20, -20});
    add_sine(p, 1000.0, 1.66, {-30, -30});
  }
  EXPECT_NEAR(analyse(p).loudness.shortterm_max_lufs.value(), -23.0, 0.1);
}

TEST(loudness_test, sees_the_momentary_maximum_of_case_12) {
  programme p;
  for (int i = 0; i < 25; ++i) {
    add_sine(p, 1000.0, 0.18, {-20, -20});
    add_sine(p, 1000.0, 0.22, {-30, -30});
  }
  EXPECT_NEAR(analyse(p).loudness.momentary_max_lufs.value(), -23.0, 0.1);
}

/// Feeds a stereo meter alone: these cases are many and long.
void push_into(loudness_meter& meter, const programme& p) {
  const std::size_t frames = p.samples.size() / 2;
  std::vector<float> rows(2 * frames);
  for (std::size_t i = 0; i < frames; ++i)
    for (std::size_t c = 0; c < 2; ++c)
      rows[c * frames + i] = p.samples[2 * i + c];
  meter.push({rows.data(), frames, frames, 2});
}

/// Silence, a tone, and a second of silence.
programme late_tone(double silence_s, double tone_s, double level_dbfs) {
  programme p;
  add_sine(p, 1000.0, silence_s, {-200, -200});
  add_sine(p, 1000.0, tone_s, {level_dbfs, level_dbfs});
  add_sine(p, 1000.0, 1.0, {-200, -200});
  return p;
}

TEST(loudness_test, sees_maxima_wherever_they_lie_as_cases_10_and_13) {
  for (int i = 0; i < 20; ++i) {
    SCOPED_TRACE(i);
    loudness_meter shortterm{48000, 2};
    push_into(shortterm, late_tone(0.15 * i, 3.0, -23));
    EXPECT_NEAR(shortterm.figures().shortterm_max_lufs.value(), -23.0, 0.1);
    loudness_meter momentary{48000, 2};
    push_into(momentary, late_tone(0.02 * i, 0.4, -23));
    EXPECT_NEAR(momentary.figures().momentary_max_lufs.value(), -23.0, 0.1);
  }
}

TEST(loudness_test, maxima_rise_with_the_tones_of_cases_11_and_14) {
  loudness_meter shortterm{48000, 2};
  loudness_meter momentary{48000, 2};
  for (int i = 0; i < 20; ++i) {
    const double level = -38.0 + i;
    push_into(shortterm, late_tone(0.15 * i, 3.0, level));
    EXPECT_NEAR(shortterm.figures().shortterm_max_lufs.value(), level, 0.1);
    push_into(momentary, late_tone(0.02 * i, 0.4, level));
    EXPECT_NEAR(momentary.figures().momentary_max_lufs.value(), level, 0.1);
  }
}

TEST(loudness_test, meets_the_range_cases_of_tech_3342) {
  const std::vector<std::pair<std::vector<part>, double>> cases{
    {{{-20, 20}, {-30, 20}}, 10.0},
    {{{-20, 20}, {-15, 20}}, 5.0},
    {{{-40, 20}, {-20, 20}}, 20.0},
    {{{-50, 20}, {-35, 20}, {-20, 20}, {-35, 20}, {-50, 20}}, 15.0},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE("case " + std::to_string(i + 1));
    const auto figures = analyse(tones(cases[i].first)).loudness;
    ASSERT_TRUE(figures.range_lu);
    // The standard allows 1 LU; libebur128 gives within 0.006 of these.
    EXPECT_NEAR(*figures.range_lu, cases[i].second, 0.1);
  }
}

TEST(loudness_test, has_no_figures_for_silence_or_a_tenth_of_a_second) {
  programme silence{44100, 1, std::vector<float>(44100UL * 4, 0.0F)};
  EXPECT_EQ(analyse(silence).loudness.integrated_lufs, std::nullopt);
  EXPECT_EQ(analyse(silence).loudness.momentary_max_lufs, std::nullopt);
  EXPECT_EQ(analyse(silence).loudness.true_peak_dbtp, std::nullopt);
  EXPECT_EQ(analyse(silence).loudness.replaygain_track_db, std::nullopt);
  programme brief;
  add_sine(brief, 1000.0, 0.1, {-6, -6});
  EXPECT_EQ(analyse(brief).loudness.integrated_lufs, std::nullopt);
  EXPECT_NEAR(analyse(brief).loudness.true_peak_dbtp.value(), -6.0, 0.1);
}

// -- true peak ----------------------------------------------------------------

TEST(true_peak_test, finds_peaks_between_the_samples_as_cases_15_to_19) {
  struct tone {
    double divisor;
    double amplitude;
    double phase_degrees;
    double expected_dbtp;
  };

  const std::vector<tone> cases{
    {4, 0.5, 0, -6.0},    {4, 0.5, 45, -6.0}, {6, 0.5, 60, -6.0},
    {8, 0.5, 67.5, -6.0}, {4, 1.41, 45, 3.0},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.divisor);
    programme p;
    const double level = 20.0 * std::log10(one.amplitude);
    // Faded in, for a tone that starts at once is not band-limited.
    add_sine(p, 48000.0 / one.divisor, 1.0, {level, level},
             one.phase_degrees * std::numbers::pi / 180.0);
    for (std::size_t i = 0; i < 4800; ++i)
      for (std::size_t c = 0; c < 2; ++c) {
        const double x = static_cast<double>(i) / 4800.0;
        p.samples[2 * i + c] *= static_cast<float>(x);
        p.samples[p.samples.size() - 1 - 2 * i - c] *= static_cast<float>(x);
      }
    const double peak = analyse(p).loudness.true_peak_dbtp.value();
    EXPECT_LE(peak, one.expected_dbtp + 0.2);
    EXPECT_GE(peak, one.expected_dbtp - 0.4);
  }
}

/// One band-limited pulse of height 1 whose top lies `quarters` of a quarter
/// sample after a sample.
TEST(true_peak_test, finds_single_peaks_between_samples_as_cases_20_to_23) {
  for (int quarters = 0; quarters < 4; ++quarters) {
    SCOPED_TRACE(quarters);
    programme p;
    constexpr int frames = 4800;
    for (int i = 0; i < frames; ++i) {
      const double t = i - frames / 2.0 - quarters / 4.0;
      // Up to a fifth of the sample rate, faded over 100 samples.
      const double x = std::numbers::pi * 0.4 * t;
      const double window =
        std::abs(t) < 100.0 ? 0.5 + 0.5 * std::cos(std::numbers::pi * t / 100.0)
                            : 0.0;
      const double pulse = window * (t == 0.0 ? 1.0 : std::sin(x) / x);
      p.samples.insert(p.samples.end(), 2, static_cast<float>(pulse));
    }
    const double peak = analyse(p).loudness.true_peak_dbtp.value();
    EXPECT_LE(peak, 0.2);
    EXPECT_GE(peak, -0.4);
  }
}

// -- oracle -------------------------------------------------------------------

/// Bursts of filtered noise at random levels, seeded.
programme random_programme(std::uint32_t seed, int rate_hz, int channels) {
  programme p{rate_hz, channels, {}};
  noise_source noise{seed};
  const int pieces = seed <= 12 ? 8 : 4;
  double low = 0.0;
  for (int piece = 0; piece < pieces; ++piece) {
    const double gain = amplitude_of(-20.0 + 20.0 * noise.next());
    const double smooth = 0.5 + 0.49 * noise.next();
    for (int i = 0; i < rate_hz; ++i)
      for (int c = 0; c < channels; ++c) {
        low += (1.0 - smooth) * (noise.next() - low);
        p.samples.push_back(static_cast<float>(gain * low));
      }
  }
  return p;
}

/// What libebur128 says, asked every 100 ms, for the momentary maximum every
/// 10 ms.
struct oracle_figures {
  double integrated_lufs = 0.0;
  double true_peak = 0.0;
  double momentary_max_lufs = -1000.0;
  std::vector<double> shortterm_lufs;
};

oracle_figures ask_libebur128(const programme& p) {
  oracle_figures out;
  const auto channels = static_cast<std::size_t>(p.channels);
  const auto step = static_cast<std::size_t>((p.rate_hz + 5) / 10);
  ebur128_state* state = ebur128_init(
    static_cast<unsigned>(p.channels), static_cast<unsigned long>(p.rate_hz),
    EBUR128_MODE_I | EBUR128_MODE_S | EBUR128_MODE_TRUE_PEAK);
  for (std::size_t i = 0; (i + 1) * step * channels <= p.samples.size(); ++i) {
    double one = 0.0;
    for (std::size_t part = 0; part < 10; ++part) {
      const std::size_t first = i * step + part * step / 10;
      const std::size_t last = i * step + (part + 1) * step / 10;
      ebur128_add_frames_float(state, p.samples.data() + first * channels,
                               last - first);
      ebur128_loudness_momentary(state, &one);
      if (last >= 4 * step)
        out.momentary_max_lufs = std::max(out.momentary_max_lufs, one);
    }
    ebur128_loudness_shortterm(state, &one);
    if (i >= 29)
      out.shortterm_lufs.push_back(one);
  }
  ebur128_loudness_global(state, &out.integrated_lufs);
  for (unsigned c = 0; c < channels; ++c) {
    double one = 0.0;
    ebur128_true_peak(state, c, &one);
    out.true_peak = std::max(out.true_peak, one);
  }
  ebur128_destroy(&state);
  return out;
}

/// EBU Tech 3342 on a list of short-term figures. libebur128's own range
/// steps by 1 s, which is too coarse to compare on a dozen seconds.
double range_of(std::vector<double> levels) {
  std::erase_if(levels, [](double level) { return level < -70.0; });
  double power = 0.0;
  for (const double level : levels)
    power += std::pow(10.0, level / 10.0);
  const double gate =
    10.0 * std::log10(power / static_cast<double>(levels.size())) - 20.0;
  std::erase_if(levels, [gate](double level) { return level < gate; });
  std::sort(levels.begin(), levels.end());
  const auto last = static_cast<double>(levels.size() - 1);
  return levels[static_cast<std::size_t>(std::lround(last * 0.95))]
         - levels[static_cast<std::size_t>(std::lround(last * 0.10))];
}

void compare_with_libebur128(const programme& p) {
  const auto oracle = ask_libebur128(p);
  const auto figures = analyse(p).loudness;
  EXPECT_NEAR(figures.integrated_lufs.value(), oracle.integrated_lufs, 0.01);
  EXPECT_NEAR(figures.range_lu.value(), range_of(oracle.shortterm_lufs), 0.01);
  EXPECT_NEAR(figures.momentary_max_lufs.value(), oracle.momentary_max_lufs,
              0.01);
  EXPECT_NEAR(figures.shortterm_max_lufs.value(),
              *std::max_element(oracle.shortterm_lufs.begin(),
                                oracle.shortterm_lufs.end()),
              0.01);
  EXPECT_NEAR(figures.true_peak_dbtp.value(),
              20.0 * std::log10(oracle.true_peak), 0.01);
}

TEST(loudness_test, agrees_with_libebur128_on_seeded_programmes) {
  const std::vector<int> rates{44100, 48000, 96000, 32000, 22050, 8000};
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const int channels = seed % 4 == 0 ? 6 : seed % 3 == 0 ? 1 : 2;
    compare_with_libebur128(
      random_programme(seed, rates[seed % rates.size()], channels));
  }
}

TEST(loudness_test, pools_the_blocks_of_an_album_as_libebur128) {
  std::vector<std::vector<double>> energies;
  std::vector<ebur128_state*> states;
  // The relative gate of the whole silences most of the third track.
  for (const double level : {-20.0, -14.0, -33.0}) {
    const auto p = tones({{level, 7.0}, {level - 3.0, 5.0}});
    loudness_meter meter{p.rate_hz, 2};
    std::vector<float> rows;
    meter.push(to_planar({p.samples, 2}, rows));
    energies.push_back(meter.energies());
    states.push_back(
      ebur128_init(2, static_cast<unsigned long>(p.rate_hz), EBUR128_MODE_I));
    ebur128_add_frames_float(states.back(), p.samples.data(),
                             p.samples.size() / 2);
  }
  double oracle = 0.0;
  ebur128_loudness_global_multiple(states.data(), states.size(), &oracle);
  for (auto& state : states)
    ebur128_destroy(&state);
  EXPECT_NEAR(album_loudness_lufs(energies).value(), oracle, 0.01);
  EXPECT_FALSE(album_loudness_lufs({}));
}

} // namespace
} // namespace troupe::audio
