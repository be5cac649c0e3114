#include "domain/audio/integrity/sample_checks.hpp"
#include "tests/domain/audio/synthesis.hpp"

#include <gtest/gtest.h>

namespace troupe::audio {
namespace {

/// A sine of 60 Hz, which is flat at its top for a while, cut at `ceiling`.
programme cut_sine(float ceiling, double hz = 60.0) {
  programme p{44100, 1, {}};
  add_sine(p, hz, 1.0, {0.0});
  for (auto& sample : p.samples)
    sample = std::clamp(sample, -ceiling, ceiling);
  return p;
}

TEST(integrity_test, counts_every_clipped_top) {
  // 60 periods of two tops; the first one sets the peak.
  const auto clipped = analyse(cut_sine(0.8F)).integrity;
  ASSERT_TRUE(clipped);
  EXPECT_GE(clipped->clipped_runs, 118);
  EXPECT_LE(clipped->clipped_runs, 120);
}

TEST(integrity_test, holds_no_pure_tone_for_clipped) {
  for (const double hz : {20.0, 60.0, 440.0, 11025.0}) {
    SCOPED_TRACE(hz);
    EXPECT_EQ(analyse(cut_sine(2.0F, hz)).integrity->clipped_runs, 0);
  }
}

TEST(integrity_test, does_not_count_flat_tops_below_the_peak) {
  auto p = cut_sine(0.8F);
  p.samples.push_back(0.99F);
  EXPECT_EQ(analyse(p).integrity->clipped_runs, 0);
}

TEST(integrity_test, clipped_runs_do_not_depend_on_the_block_size) {
  const auto p = cut_sine(0.7F, 997.0);
  const auto whole = analyse(p).integrity->clipped_runs;
  EXPECT_GT(whole, 1'900);
  EXPECT_EQ(analyse(p, 1).integrity->clipped_runs, whole);
}

TEST(integrity_test, measures_the_offset_of_the_worse_channel) {
  programme p{48000, 2, {}};
  add_sine(p, 1000.0, 2.0, {-20.0, -20.0});
  for (std::size_t i = 1; i < p.samples.size(); i += 2)
    p.samples[i] += 0.02F;
  EXPECT_NEAR(analyse(p).integrity->dc_offset, 0.02, 1e-5);
}

TEST(integrity_test, tells_mono_from_stereo) {
  programme mono{44100, 2, {}};
  programme stereo{44100, 2, {}};
  noise_source noise{5};
  for (int i = 0; i < 44100; ++i) {
    const auto left = static_cast<float>(0.3 * noise.next());
    const auto right = static_cast<float>(0.3 * noise.next());
    mono.samples.insert(mono.samples.end(), {left, left});
    stereo.samples.insert(stereo.samples.end(), {left, right});
  }
  const auto one = analyse(mono).integrity;
  EXPECT_TRUE(one->is_mono_as_stereo);
  EXPECT_EQ(one->stereo_width, 0.0);
  const auto two = analyse(stereo).integrity;
  EXPECT_FALSE(two->is_mono_as_stereo);
  EXPECT_NEAR(two->stereo_width, 0.5, 0.02);
  mono.channels = 1;
  EXPECT_FALSE(analyse(mono).integrity->is_mono_as_stereo)
    << "one channel is what it says it is";
}

/// Analyses as if it came from a file of that codec with that claim.
audio_record analyse_as(const programme& p, const std::string& codec,
                        std::int64_t claimed_frames = 0) {
  static const auto transforms = io::open_fftw_fourier();
  analysis meter{*transforms, {p.rate_hz, p.channels, claimed_frames, codec}};
  meter.push({p.samples, p.channels});
  return meter.finish();
}

/// White noise, sampled up from a lower rate: nothing lies above half of it.
programme band_limited(int from_hz, int to_hz) {
  noise_source noise{11};
  std::vector<float> low;
  for (int i = 0; i < 6 * from_hz; ++i)
    low.push_back(static_cast<float>(0.3 * noise.next()));
  programme p{to_hz, 1, {}};
  if (from_hz == to_hz) {
    p.samples = low;
    return p;
  }
  resampler up{from_hz, to_hz};
  up.push(low, p.samples);
  up.finish(p.samples);
  return p;
}

TEST(integrity_test, finds_where_a_spectrum_was_cut_off) {
  const auto cut = analyse_as(band_limited(32000, 44100), "flac").integrity;
  ASSERT_TRUE(cut->cutoff_hz);
  EXPECT_NEAR(*cut->cutoff_hz, 16000.0, 700.0);
  EXPECT_TRUE(cut->looks_lossy);
  EXPECT_FALSE(
    analyse_as(band_limited(32000, 44100), "mp3").integrity->looks_lossy)
    << "an MP3 does not pretend";
}

TEST(integrity_test, finds_no_cutoff_in_full_band_noise_and_gentle_slopes) {
  const auto full = band_limited(44100, 44100);
  EXPECT_FALSE(analyse_as(full, "flac").integrity->cutoff_hz);
  auto gentle = full;
  // Two one-pole lowpasses at 5 kHz: 12 dB per octave.
  float low = 0.0F;
  float lower = 0.0F;
  for (auto& sample : gentle.samples) {
    low += 0.51F * (sample - low);
    lower += 0.51F * (low - lower);
    sample = lower;
  }
  EXPECT_FALSE(analyse_as(gentle, "flac").integrity->cutoff_hz);
}

TEST(integrity_test, tells_a_file_that_ends_before_its_claim) {
  const auto p = band_limited(44100, 44100);
  const auto frames = static_cast<std::int64_t>(p.samples.size());
  EXPECT_FALSE(analyse_as(p, "mp3", frames).integrity->is_truncated);
  EXPECT_FALSE(analyse_as(p, "mp3", frames + 1152).integrity->is_truncated);
  EXPECT_TRUE(analyse_as(p, "mp3", 2 * frames).integrity->is_truncated);
  EXPECT_FALSE(analyse_as(p, "mp3", 0).integrity->is_truncated);
}

} // namespace
} // namespace troupe::audio
