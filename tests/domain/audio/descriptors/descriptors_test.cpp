#include "domain/audio/descriptors/danceability.hpp"
#include "domain/audio/descriptors/dynamic_complexity.hpp"
#include "domain/audio/descriptors/value_spread.hpp"
#include "tests/domain/audio/synthesis.hpp"

#include <gtest/gtest.h>

namespace troupe::audio {
namespace {

TEST(value_spread_test, knows_the_percentiles_of_a_ramp) {
  value_spread spread{0.0, 100.0, 1000};
  for (int i = 0; i < 10'000; ++i)
    spread.push(i / 100.0);
  EXPECT_NEAR(spread.percentile(0.1), 10.0, 0.1);
  EXPECT_NEAR(spread.percentile(0.5), 50.0, 0.1);
  EXPECT_NEAR(spread.percentile(0.9), 90.0, 0.1);
  EXPECT_NEAR(spread.mean(), 49.995, 1e-9);
  // Uniform on [0, 100): 100 / sqrt 12.
  EXPECT_NEAR(spread.deviation(), 28.8675, 1e-3);
}

TEST(value_spread_test, counts_what_lies_outside_as_the_ends) {
  value_spread spread{0.0, 1.0, 10};
  spread.push(-5.0);
  spread.push(7.0);
  EXPECT_GE(spread.percentile(0.0), 0.0);
  EXPECT_LE(spread.percentile(1.0), 1.0);
  EXPECT_EQ(value_spread(0.0, 1.0, 4).percentile(0.5), 0.0);
}

/// 220 samples of one level are one window of the meter.
void push_level(danceability_meter& meter, double level) {
  meter.push(std::vector<float>(220, static_cast<float>(level)));
}

TEST(danceability_test, is_two_for_independent_levels) {
  // Their running sum is a random walk, whose exponent is 1/2.
  danceability_meter meter;
  noise_source noise{7};
  for (int i = 0; i < 60'000; ++i)
    push_level(meter, 0.5 + 0.2 * noise.next());
  ASSERT_TRUE(meter.danceability());
  EXPECT_NEAR(*meter.danceability(), 2.0, 0.15);
}

TEST(danceability_test, is_low_when_the_level_wanders) {
  // A random walk's running sum has the exponent 3/2.
  danceability_meter meter;
  noise_source noise{7};
  double level = 0.5;
  for (int i = 0; i < 60'000; ++i) {
    level = std::clamp(level + 0.004 * noise.next(), 0.05, 0.95);
    push_level(meter, level);
  }
  ASSERT_TRUE(meter.danceability());
  EXPECT_NEAR(*meter.danceability(), 1.0 / 1.5, 0.1);
}

TEST(danceability_test, is_higher_with_a_steady_beat_than_without) {
  danceability_meter beat;
  danceability_meter none;
  noise_source noise{3};
  double level = 0.3;
  for (int i = 0; i < 12'000; ++i) {
    level = std::clamp(level + 0.01 * noise.next(), 0.05, 0.95);
    push_level(none, level);
    push_level(beat, i % 50 < 5 ? 0.8 : 0.2);
  }
  ASSERT_TRUE(beat.danceability() && none.danceability());
  EXPECT_GT(*beat.danceability(), 1.5 * *none.danceability());
}

TEST(danceability_test, is_absent_for_a_constant_level_and_a_short_one) {
  danceability_meter constant;
  for (int i = 0; i < 12'000; ++i)
    push_level(constant, 0.25);
  EXPECT_FALSE(constant.danceability());
  // A tone of 440 Hz, whose windows do not hold whole periods.
  danceability_meter tone;
  programme sine{22'050, 1, {}};
  add_sine(sine, 440.0, 60.0, {-10});
  tone.push(sine.samples);
  EXPECT_FALSE(tone.danceability());
  danceability_meter brief;
  for (int i = 0; i < 60; ++i)
    push_level(brief, i % 2);
  EXPECT_FALSE(brief.danceability());
}

TEST(dynamic_complexity_test, is_the_mean_distance_from_the_mean) {
  // Half the blocks at -10 dB, half at -20: the mean is -15, the distance 5.
  std::vector<double> energies;
  for (int i = 0; i < 40; ++i)
    energies.push_back(i < 20 ? 0.1 : 0.01);
  ASSERT_TRUE(dynamic_complexity_db(energies));
  EXPECT_NEAR(*dynamic_complexity_db(energies), 5.0, 1e-9);
  EXPECT_NEAR(*dynamic_complexity_db(std::vector<double>(40, 0.3)), 0.0, 1e-9);
  EXPECT_FALSE(dynamic_complexity_db(std::vector<double>(9, 0.3)));
}

TEST(descriptors_test, brightness_is_the_share_of_power_over_1500_hz) {
  // Equal tones at 500 and 4,000 Hz: half of the power.
  programme p{44100, 1, {}};
  for (int i = 0; i < 3 * 44100; ++i) {
    const double t = 2.0 * std::numbers::pi * i / 44100.0;
    p.samples.push_back(static_cast<float>(0.2 * std::sin(500.0 * t)
                                           + 0.2 * std::sin(4000.0 * t)));
  }
  const auto record = analyse(p);
  ASSERT_TRUE(record.timbre && record.timbre->brightness);
  EXPECT_NEAR(*record.timbre->brightness, 0.5, 0.05);
  ASSERT_TRUE(record.loudness.level_percentiles_dbfs);
  // RMS of both: 0.2 x sqrt(2 / 2) = -14 dBFS, in every frame.
  EXPECT_NEAR((*record.loudness.level_percentiles_dbfs)[1], -13.98, 0.3);
  ASSERT_TRUE(record.timbre->centroid_percentiles_hz);
  const auto& centroids = *record.timbre->centroid_percentiles_hz;
  EXPECT_LE(centroids[0], centroids[1]);
  EXPECT_LE(centroids[1], centroids[2]);
  EXPECT_NEAR(centroids[1], record.timbre->centroid_hz, 60.0);
}

} // namespace
} // namespace troupe::audio
