#include "tests/domain/audio/synthesis.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace troupe::audio {
namespace {

/// What kind of programme, told by what each sample is.
enum class oddity { silence, one_click, constant, denormal_tail, noise };

programme odd_programme(oddity kind, int rate_hz, int channels,
                        std::size_t frames) {
  programme p{rate_hz, channels, {}};
  noise_source noise{9};
  for (std::size_t i = 0; i < frames; ++i)
    for (int c = 0; c < channels; ++c) {
      float sample = 0.0F;
      if (kind == oddity::one_click)
        sample = i == frames / 2 ? 1.0F : 0.0F;
      else if (kind == oddity::constant)
        sample = 0.25F;
      else if (kind == oddity::denormal_tail)
        sample = i < frames / 4 ? static_cast<float>(0.3 * noise.next())
                                : std::numeric_limits<float>::denorm_min();
      else if (kind == oddity::noise)
        sample = static_cast<float>(0.9 * noise.next());
      p.samples.push_back(sample);
    }
  return p;
}

void expect_finite(const audio_record& record) {
  for (const float value : record.embedding)
    ASSERT_TRUE(std::isfinite(value));
  const auto finite = [](const std::optional<double>& value) {
    return !value || std::isfinite(*value);
  };
  EXPECT_TRUE(finite(record.loudness.integrated_lufs));
  EXPECT_TRUE(finite(record.loudness.true_peak_dbtp));
  EXPECT_TRUE(finite(record.loudness.dynamic_complexity_db));
  ASSERT_TRUE(record.integrity || record.duration_s == 0.0);
  if (record.integrity) {
    EXPECT_TRUE(std::isfinite(record.integrity->dc_offset));
    EXPECT_TRUE(std::isfinite(record.integrity->stereo_width));
    EXPECT_TRUE(finite(record.integrity->cutoff_hz));
  }
  if (record.timbre) {
    EXPECT_TRUE(std::isfinite(record.timbre->energy));
    EXPECT_TRUE(finite(record.timbre->danceability));
    EXPECT_TRUE(finite(record.timbre->brightness));
    for (const double value : record.timbre->mfcc_mean)
      EXPECT_TRUE(std::isfinite(value));
  }
}

TEST(odd_input_test, every_rate_gives_finite_figures) {
  for (const int rate_hz : {8000, 11025, 22050, 44100, 96000, 192000})
    for (const auto kind :
         {oddity::silence, oddity::one_click, oddity::constant,
          oddity::denormal_tail, oddity::noise}) {
      SCOPED_TRACE(std::to_string(rate_hz) + " Hz, kind "
                   + std::to_string(static_cast<int>(kind)));
      expect_finite(analyse(odd_programme(
        kind, rate_hz, 2, static_cast<std::size_t>(rate_hz) * 3 / 2)));
    }
}

TEST(odd_input_test, one_to_eight_channels_give_finite_figures) {
  for (int channels = 1; channels <= 8; ++channels) {
    SCOPED_TRACE(channels);
    const auto record =
      analyse(odd_programme(oddity::noise, 44100, channels, 44100));
    expect_finite(record);
    EXPECT_EQ(record.channels, channels);
  }
}

TEST(odd_input_test, short_programmes_give_finite_figures) {
  // One sample, two, less than a window, 0.2 s.
  for (const std::size_t frames : {1U, 2U, 100U, 2047U, 4096U, 8820U})
    for (const auto kind : {oddity::silence, oddity::constant, oddity::noise}) {
      SCOPED_TRACE(frames);
      const auto record = analyse(odd_programme(kind, 44100, 2, frames));
      expect_finite(record);
      EXPECT_TRUE(record.embedding.empty());
    }
}

TEST(odd_input_test, a_constant_is_an_offset_and_no_music) {
  const auto record =
    analyse(odd_programme(oddity::constant, 44100, 2, 3 * 44100));
  ASSERT_TRUE(record.integrity);
  EXPECT_NEAR(record.integrity->dc_offset, 0.25, 1e-6);
  EXPECT_TRUE(record.integrity->is_mono_as_stereo);
}

} // namespace
} // namespace troupe::audio
