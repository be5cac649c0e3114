#include "tests/domain/audio/synthesis.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace troupe::audio {
namespace {

programme noise_programme(int rate_hz, int channels, double seconds,
                          std::uint32_t seed = 3) {
  programme p{rate_hz, channels, {}};
  noise_source noise{seed};
  const auto count = static_cast<std::size_t>(seconds * rate_hz)
                     * static_cast<std::size_t>(channels);
  for (std::size_t i = 0; i < count; ++i)
    p.samples.push_back(static_cast<float>(0.3 * noise.next()));
  return p;
}

/// Bit equality of every figure.
void expect_equal(const audio_record& a, const audio_record& b) {
  EXPECT_EQ(a.duration_s, b.duration_s);
  EXPECT_EQ(a.loudness.integrated_lufs, b.loudness.integrated_lufs);
  EXPECT_EQ(a.loudness.range_lu, b.loudness.range_lu);
  EXPECT_EQ(a.loudness.true_peak_dbtp, b.loudness.true_peak_dbtp);
  EXPECT_EQ(a.loudness.momentary_max_lufs, b.loudness.momentary_max_lufs);
  EXPECT_EQ(a.loudness.shortterm_max_lufs, b.loudness.shortterm_max_lufs);
  EXPECT_EQ(a.chroma, b.chroma);
  ASSERT_EQ(a.timbre.has_value(), b.timbre.has_value());
  if (a.timbre) {
    EXPECT_EQ(a.timbre->mfcc_mean, b.timbre->mfcc_mean);
    EXPECT_EQ(a.timbre->mfcc_std, b.timbre->mfcc_std);
    EXPECT_EQ(a.timbre->centroid_hz, b.timbre->centroid_hz);
    EXPECT_EQ(a.timbre->rolloff_hz, b.timbre->rolloff_hz);
    EXPECT_EQ(a.timbre->flatness, b.timbre->flatness);
    EXPECT_EQ(a.timbre->zero_crossing_rate, b.timbre->zero_crossing_rate);
    EXPECT_EQ(a.timbre->energy, b.timbre->energy);
  }
  ASSERT_TRUE(a.structure && b.structure);
  EXPECT_EQ(a.structure->waveform_peaks, b.structure->waveform_peaks);
  EXPECT_EQ(a.structure->leading_silence_s, b.structure->leading_silence_s);
  EXPECT_EQ(a.structure->trailing_silence_s, b.structure->trailing_silence_s);
}

TEST(analysis_test, a_record_does_not_depend_on_the_block_size) {
  for (const int rate_hz : {44100, 48000, 96000}) {
    SCOPED_TRACE(rate_hz);
    const auto p = noise_programme(rate_hz, 2, 3.7);
    const auto whole = analyse(p, 65536);
    ASSERT_TRUE(whole.timbre && whole.loudness.range_lu);
    for (const std::size_t block_frames : {1, 7, 1000}) {
      SCOPED_TRACE(block_frames);
      expect_equal(whole, analyse(p, block_frames));
    }
  }
}

TEST(analysis_test, two_runs_give_the_same_bits) {
  const auto p = noise_programme(44100, 2, 2.0);
  expect_equal(analyse(p), analyse(p));
}

TEST(analysis_test, an_empty_programme_has_no_figures) {
  const auto record = analyse({44100, 2, {}});
  EXPECT_EQ(record.duration_s, 0.0);
  EXPECT_FALSE(record.timbre || record.chroma || record.structure);
  EXPECT_FALSE(record.loudness.integrated_lufs
               || record.loudness.true_peak_dbtp);
}

TEST(analysis_test, silence_has_a_structure_but_no_timbre_and_no_chroma) {
  const auto record =
    analyse({44100, 2, std::vector<float>(2UL * 44100 * 2, 0.0F)});
  EXPECT_FALSE(record.timbre || record.chroma);
  ASSERT_TRUE(record.structure);
  EXPECT_DOUBLE_EQ(record.structure->leading_silence_s, 2.0);
  EXPECT_DOUBLE_EQ(record.structure->trailing_silence_s, 2.0);
  for (const auto peak : record.structure->waveform_peaks)
    EXPECT_EQ(peak, 0);
}

TEST(analysis_test, one_sample_is_enough) {
  for (const int rate_hz : {8000, 44100, 48000, 192000}) {
    SCOPED_TRACE(rate_hz);
    const auto record = analyse({rate_hz, 1, {0.5F}});
    EXPECT_DOUBLE_EQ(record.duration_s, 1.0 / rate_hz);
    EXPECT_NEAR(record.loudness.true_peak_dbtp.value(), -6.02, 0.01);
    ASSERT_TRUE(record.structure);
    EXPECT_EQ(record.structure->waveform_peaks,
              std::vector<std::uint8_t>{128}); // round(0.5 * 255)
  }
}

TEST(analysis_test, rates_and_channels_of_every_size_work) {
  struct shape {
    int rate_hz;
    int channels;
  };

  for (const auto& [rate_hz, channels] :
       {shape{1, 1}, shape{3999, 1}, shape{8000, 1}, shape{11025, 3},
        shape{192000, 6}, shape{768000, 2}, shape{44100, 64}}) {
    SCOPED_TRACE(rate_hz);
    const auto record =
      analyse(noise_programme(rate_hz, channels, rate_hz == 1 ? 5.0 : 0.7));
    EXPECT_EQ(record.channels, channels);
    EXPECT_TRUE(record.structure);
    EXPECT_TRUE(record.loudness.true_peak_dbtp);
    EXPECT_EQ(record.timbre.has_value(), rate_hz >= 1000);
    EXPECT_EQ(record.loudness.integrated_lufs.has_value(), rate_hz >= 4000);
  }
}

TEST(analysis_test, a_constant_has_no_loudness_and_its_own_energy) {
  programme p{48000, 1, std::vector<float>(48000UL * 5, 0.5F)};
  const auto record = analyse(p);
  // The high-pass leaves the step at the start and then nothing.
  EXPECT_LT(record.loudness.integrated_lufs.value_or(-100.0), -18.0);
  ASSERT_TRUE(record.timbre);
  EXPECT_NEAR(record.timbre->energy, 0.5, 1e-6);
  EXPECT_EQ(record.timbre->zero_crossing_rate, 0.0);
}

TEST(analysis_test, silence_at_both_ends_is_exact_to_a_sample) {
  programme p{44100, 2, std::vector<float>(2UL * 44100 * 4, 0.0009F)};
  // 0.0011 is over, 0.0009 under the level of -60 dBFS = 0.001.
  const std::size_t first = 44100 + 17;
  const std::size_t last = 3 * 44100 - 5;
  p.samples[2 * first + 1] = 0.0011F;
  p.samples[2 * last] = -0.0011F;
  const auto structure = analyse(p).structure.value();
  EXPECT_DOUBLE_EQ(structure.leading_silence_s, first / 44100.0);
  EXPECT_DOUBLE_EQ(structure.trailing_silence_s,
                   (4 * 44100 - 1 - last) / 44100.0);
}

TEST(analysis_test, a_click_stands_at_its_place_in_the_waveform) {
  for (const std::size_t frames : {500U, 14400U, 100000U, 1000003U}) {
    SCOPED_TRACE(frames);
    programme p{44100, 1, std::vector<float>(frames, 0.0F)};
    const std::size_t place = frames * 2 / 3;
    p.samples[place] = -1.0F;
    const auto peaks = analyse(p).structure->waveform_peaks;
    ASSERT_LE(peaks.size(), 1800U);
    ASSERT_GE(peaks.size(), std::min<std::size_t>(frames, 1400U));
    const auto loud = std::find(peaks.begin(), peaks.end(), 255);
    ASSERT_NE(loud, peaks.end());
    // Equal slices: the click's share of the slices is that of the time.
    EXPECT_NEAR(static_cast<double>(loud - peaks.begin())
                  / static_cast<double>(peaks.size()),
                2.0 / 3.0, 2.0 / static_cast<double>(peaks.size()));
    EXPECT_EQ(std::count(peaks.begin(), peaks.end(), 0),
              static_cast<std::ptrdiff_t>(peaks.size()) - 1);
  }
}

TEST(analysis_test, gain_moves_loudness_and_peak_by_its_decibels) {
  auto p = noise_programme(44100, 2, 4.0);
  const auto before = analyse(p).loudness;
  for (float& x : p.samples)
    x *= 0.5F;
  const auto after = analyse(p).loudness;
  const double step = 20.0 * std::log10(0.5);
  EXPECT_NEAR(*after.integrated_lufs - *before.integrated_lufs, step, 1e-6);
  EXPECT_NEAR(*after.true_peak_dbtp - *before.true_peak_dbtp, step, 1e-6);
  EXPECT_NEAR(*after.range_lu, *before.range_lu, 1e-6);
}

} // namespace
} // namespace troupe::audio
