#include "domain/audio/likeness/embedding.hpp"
#include "tests/domain/audio/synthesis.hpp"
#include "tools/likeness/nearest_halves.hpp"
#include "tools/likeness/track_player.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <numeric>
#include <string>

namespace troupe::audio {
namespace {

std::vector<float> embedding_of(std::span<const float> samples,
                                int rate_hz = 22'050) {
  return analyse({rate_hz, 2, {samples.begin(), samples.end()}}).embedding;
}

double cosine(const std::vector<float>& one, const std::vector<float>& other) {
  return std::inner_product(one.begin(), one.end(), other.begin(), 0.0);
}

// -- the parts ----------------------------------------------------------------

TEST(timbre_gaussian_test, is_the_logarithm_of_a_diagonal_matrix) {
  // ±1 in every coefficient, each sign pattern's mean zero and products zero:
  // S = I, mu = 0, so the matrix is diag(1.001, ..., 1.001, 1).
  timbre_gaussian meter;
  for (std::size_t i = 0; i < timbre_gaussian::coefficients; ++i)
    for (const double sign : {-4.0, 4.0}) {
      std::array<double, timbre_gaussian::coefficients> one{};
      one[i] = sign;
      meter.push(one);
    }
  // Each coefficient: 2 of 32 frames at ±4, mean square 1.
  const auto found = meter.logarithm();
  std::size_t at = 0;
  for (std::size_t i = 0; i < timbre_gaussian::coefficients; ++i)
    for (std::size_t j = i; j < timbre_gaussian::size; ++j)
      EXPECT_NEAR(found[at++], i == j ? std::log(1.001) : 0.0, 1e-9);
}

TEST(timbre_gaussian_test, is_the_logarithm_of_a_correlated_pair) {
  // Coefficients 0 and 1 always equal, ±1: [[1, 1], [1, 1]] + 1e-3 I has the
  // eigenvalues 2.001 (along (1, 1)) and 0.001: off-diagonal entry
  // (ln 2.001 - ln 0.001) / 2, here times the root of 2.
  timbre_gaussian meter;
  for (const double sign : {-1.0, 1.0}) {
    std::array<double, timbre_gaussian::coefficients> one{};
    one[0] = one[1] = sign;
    meter.push(one);
  }
  const auto found = meter.logarithm();
  EXPECT_NEAR(found[0], (std::log(2.001) + std::log(0.001)) / 2.0, 1e-9);
  EXPECT_NEAR(found[1],
              (std::log(2.001) - std::log(0.001)) / std::numbers::sqrt2, 1e-9);
}

TEST(rhythm_profile_test, finds_the_tempo_of_a_click_track) {
  constexpr double frame_rate_hz = 22050.0 / 512.0;
  rhythm_profile meter{frame_rate_hz};
  // 97 BPM lies between two of the 24 tempi.
  const double period = 60.0 * frame_rate_hz / 97.0;
  for (int i = 0; i < 3000; ++i) {
    const bool click = std::fmod(i, period) < 1.0;
    meter.push(std::vector<float>(rhythm_profile::bands, click ? 0.0F : -3.0F));
  }
  // Half and double tempo are one place of the embedding's circle.
  const double octaves = std::log2(meter.strongest_tempo_bpm() / 97.0);
  EXPECT_NEAR(octaves, std::round(octaves), 0.06);
  EXPECT_LT(std::abs(octaves), 1.5);
}

TEST(rhythm_profile_test, a_steady_sound_has_no_onsets_and_no_modulation) {
  rhythm_profile meter{43.0};
  for (int i = 0; i < 1000; ++i)
    meter.push(std::vector<float>(rhythm_profile::bands, -5.0F));
  EXPECT_EQ(meter.onset_mean(), 0.0);
  const auto found = meter.figures();
  for (std::size_t i = 0; i < rhythm_profile::tempi; ++i)
    EXPECT_EQ(found[i], 0.0);
  for (std::size_t i = rhythm_profile::tempi; i < found.size(); ++i)
    EXPECT_NEAR(found[i], -3.0, 1e-6);
}

TEST(rhythm_profile_test, modulation_shows_in_its_range) {
  constexpr double frame_rate_hz = 43.0;
  rhythm_profile meter{frame_rate_hz};
  for (int i = 0; i < 4000; ++i) {
    const double level =
      std::sin(2.0 * std::numbers::pi * 4.0 * i / frame_rate_hz);
    meter.push(
      std::vector<float>(rhythm_profile::bands, static_cast<float>(level)));
  }
  const auto found = meter.figures();
  for (std::size_t g = 0; g < rhythm_profile::groups; ++g) {
    const double* ranges = &found[rhythm_profile::tempi + 4 * g];
    // A sine has the mean square 1/2.
    EXPECT_NEAR(ranges[2], std::log10(0.501), 0.01);
    EXPECT_LT(ranges[0], ranges[2] - 0.5);
    EXPECT_LT(ranges[3], ranges[2] - 0.2);
  }
}

TEST(tonal_profile_test, does_not_change_with_the_key) {
  const std::array<double, 12> triad{1, 0, 0, 0, 0.8, 0, 0, 0.9, 0, 0, 0, 0.1};
  const auto figures_at = [&](std::size_t key) {
    tonal_profile meter;
    std::array<double, 12> turned{};
    for (std::size_t i = 0; i < 12; ++i)
      turned[(i + key) % 12] = triad[i];
    meter.push(turned);
    return meter.figures();
  };
  const auto in_c = figures_at(0);
  EXPECT_NEAR(in_c[0], 1.0 / 2.8, 1e-9);
  for (std::size_t key = 1; key < 12; ++key)
    for (std::size_t i = 0; i < in_c.size(); ++i)
      EXPECT_NEAR(figures_at(key)[i], in_c[i], 1e-9);
}

// -- the whole ----------------------------------------------------------------

TEST(embedding_test, has_length_one_and_no_odd_numbers) {
  const auto track = sample::render_track({4, 77, 8.0, 22'050});
  const auto vector = embedding_of(track.samples);
  ASSERT_EQ(vector.size(), embedding_numbers);
  EXPECT_NEAR(cosine(vector, vector), 1.0, 1e-6);
  for (const float value : vector)
    EXPECT_TRUE(std::isfinite(value));
}

TEST(embedding_test, is_absent_without_a_second_of_sound) {
  EXPECT_TRUE(embedding_of(std::vector<float>(2UL * 44100, 0.0F)).empty());
  EXPECT_TRUE(embedding_of({}).empty());
  EXPECT_TRUE(
    embedding_of(sample::render_track({0, 1, 0.8, 22'050}).samples).empty());
}

TEST(embedding_test, has_the_same_bits_for_any_block_size) {
  const auto track = sample::render_track({9, 78, 6.0, 44'100});
  const programme p{44'100, 2, track.samples};
  const auto whole = analyse(p).embedding;
  EXPECT_FALSE(whole.empty());
  EXPECT_EQ(analyse(p, 1).embedding, whole);
  EXPECT_EQ(analyse(p, 4097).embedding, whole);
}

TEST(embedding_test, hardly_changes_with_the_gain_or_the_rate) {
  const auto track = sample::render_track({5, 79, 12.0, 44'100});
  const auto loud = embedding_of(track.samples, 44'100);
  auto quiet_samples = track.samples;
  for (auto& sample : quiet_samples)
    sample *= 0.25F; // -12 dB
  EXPECT_GT(cosine(loud, embedding_of(quiet_samples, 44'100)), 0.98);
  // To 32 kHz, channel by channel.
  std::vector<float> resampled;
  std::array<std::vector<float>, 2> rows;
  for (std::size_t c = 0; c < 2; ++c) {
    std::vector<float> in;
    for (std::size_t i = c; i < track.samples.size(); i += 2)
      in.push_back(track.samples[i]);
    resampler down{44'100, 32'000};
    down.push(in, rows[c]);
    down.finish(rows[c]);
  }
  for (std::size_t i = 0; i < rows[0].size(); ++i)
    resampled.insert(resampled.end(), {rows[0][i], rows[1][i]});
  // Metal has noise up to 11 kHz, where the two ways down to 22,050 Hz differ
  // in the width of their transition.
  EXPECT_GT(cosine(loud, embedding_of(resampled, 32'000)), 0.95);
}

/// Halves of rendered tracks, `per_style` of each style, from a seed that
/// nothing was fitted to.
halves_report halves_of_tracks(std::uint64_t per_style, double length_s) {
  nearest_halves found;
  for (std::uint64_t seed = 1; seed <= per_style; ++seed)
    for (std::size_t style = 0; style < sample::styles_count; ++style) {
      const auto track = sample::render_track({style, seed, length_s, 22'050});
      const std::span<const float> all{track.samples};
      const auto half = all.size() / 4 * 2;
      found.add(std::string{sample::style_at(style).name} + " "
                  + std::to_string(seed),
                embedding_of(all.first(half)), embedding_of(all.subspan(half)));
    }
  return found.count();
}

TEST(embedding_test, halves_of_a_track_are_nearest_to_each_other) {
  // 200 tracks take minutes under the sanitizers; the bench prints their
  // figure every time, the campaign asserts it.
  const char* campaign = std::getenv("TROUPE_CAMPAIGN");
  const bool full = campaign != nullptr && std::string{campaign} == "full";
  const auto report =
    full ? halves_of_tracks(10, 48.0) : halves_of_tracks(1, 24.0);
  EXPECT_GE(report.share(), 0.95) << report.nearest << " of " << report.halves;
  for (const auto& miss : report.misses)
    std::cout << miss.half << " is nearest to " << miss.nearest << "\n";
}

} // namespace
} // namespace troupe::audio
