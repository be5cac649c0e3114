// Key and tuning of made-up music, whose truth is known by construction.

#include "domain/audio/tonal/key.hpp"
#include "tests/domain/audio/synthesis.hpp"

#include <gtest/gtest.h>

#include <array>

namespace troupe::audio {
namespace {

constexpr int rate_hz = 22050;

/// Adds six falling harmonics of a note, 69 = `a_hz`.
void add_note(programme& p, std::size_t first, double seconds, int midi,
              double a_hz) {
  const double hz = a_hz * std::exp2((midi - 69) / 12.0);
  const auto frames = static_cast<std::size_t>(seconds * rate_hz);
  for (std::size_t i = 0; i < frames && first + i < p.samples.size(); ++i) {
    const double t = static_cast<double>(i) / rate_hz;
    double sum = 0.0;
    for (int harmonic = 1; harmonic <= 6; ++harmonic)
      sum += std::sin(2.0 * std::numbers::pi * hz * harmonic * t)
             / (harmonic * harmonic);
    p.samples[first + i] += static_cast<float>(0.08 * sum * std::exp(-1.5 * t));
  }
}

/// I IV V I in a key, triads over the root an octave lower, one a second.
programme cadences(const musical_key& key, double seconds,
                   double a_hz = 440.0) {
  programme p{rate_hz, 1,
              std::vector<float>(static_cast<std::size_t>(seconds * rate_hz))};
  constexpr std::array<int, 4> roots{0, 5, 7, 0};
  const bool minor = key.mode == key_mode::minor;
  for (std::size_t chord = 0; static_cast<double>(chord) < seconds; ++chord) {
    const int root = 48 + key.tonic + roots.at(chord % 4);
    // The dominant of a minor key has its major third all the same.
    const int third = minor && chord % 4 != 2 ? 3 : 4;
    for (const int step : {-12, 0, third, 7})
      add_note(p, chord * rate_hz, 1.0, root + step, a_hz);
  }
  return p;
}

TEST(key_test, a_profile_of_a_key_is_that_key_in_every_transposition) {
  // The scale, its tonic triad stressed.
  const pitch_profile major{3, 0, 1, 0, 2, 1, 0, 2.5, 0, 1, 0, 1};
  const pitch_profile minor{3, 0, 1, 2, 0, 1, 0, 2.5, 1, 0, 1, 0};
  for (int tonic = 0; tonic < 12; ++tonic)
    for (const auto mode : {key_mode::major, key_mode::minor}) {
      pitch_profile moved{};
      for (std::size_t i = 0; i < 12; ++i)
        moved[(i + static_cast<std::size_t>(tonic)) % 12] =
          (mode == key_mode::major ? major : minor)[i];
      const auto keys = best_keys(moved);
      EXPECT_EQ(keys[0].key, (musical_key{tonic, mode}));
      EXPECT_GT(keys[0].strength, 0.9);
      EXPECT_LT(keys[1].strength, keys[0].strength);
    }
}

TEST(key_test, a_flat_profile_fits_no_key) {
  pitch_profile flat{};
  flat.fill(1.0);
  EXPECT_EQ(key_strength(flat, {0, key_mode::major}), 0.0);
}

TEST(tonal_test, cadences_in_all_keys_have_their_key) {
  for (int tonic = 0; tonic < 12; ++tonic)
    for (const auto mode : {key_mode::major, key_mode::minor}) {
      const musical_key key{tonic, mode};
      SCOPED_TRACE(key_name(key));
      const auto tonal = analyse(cadences(key, 12.0)).tonal;
      ASSERT_TRUE(tonal);
      EXPECT_EQ(key_name(tonal->best.key), key_name(key));
      EXPECT_NEAR(tonal->tuning_hz, 440.0, 1.0);
      EXPECT_FALSE(tonal->modulates);
    }
}

TEST(tonal_test, the_tuning_is_found_and_does_not_move_the_key) {
  for (const double a_hz : {432.0, 436.0, 444.0, 449.0}) {
    SCOPED_TRACE(a_hz);
    const auto tonal =
      analyse(cadences({7, key_mode::minor}, 12.0, a_hz)).tonal;
    ASSERT_TRUE(tonal);
    EXPECT_EQ(key_name(tonal->best.key), "G minor");
    EXPECT_NEAR(tonal->tuning_hz, a_hz, 1.0);
  }
}

TEST(tonal_test, a_change_of_key_is_noticed) {
  auto p = cadences({0, key_mode::major}, 40.0);
  const auto second = cadences({6, key_mode::major}, 40.0);
  EXPECT_FALSE(analyse(p).tonal->modulates);
  p.samples.insert(p.samples.end(), second.samples.begin(),
                   second.samples.end());
  EXPECT_TRUE(analyse(p).tonal->modulates);
}

TEST(tonal_test, silence_has_no_key_and_noise_no_clear_one) {
  EXPECT_FALSE(
    analyse({rate_hz, 1, std::vector<float>(5UL * rate_hz, 0.0F)}).tonal);
  programme noise{rate_hz, 1, {}};
  noise_source source{3};
  for (int i = 0; i < 10 * rate_hz; ++i)
    noise.samples.push_back(static_cast<float>(0.3 * source.next()));
  const auto tonal = analyse(noise).tonal;
  const auto clear = analyse(cadences({0, key_mode::major}, 10.0)).tonal;
  ASSERT_TRUE(tonal && clear);
  EXPECT_LT(tonal->confidence, 0.5 * clear->confidence);
}

} // namespace
} // namespace troupe::audio
