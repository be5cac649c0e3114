#include "domain/audio/likeness/fingerprint_match.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace troupe::audio {
namespace {

using words = std::vector<std::uint32_t>;

words random_words(std::size_t count, std::uint32_t seed) {
  std::mt19937 random{seed};
  words out(count);
  for (auto& word : out)
    word = static_cast<std::uint32_t>(random());
  return out;
}

/// Flips each bit with this chance.
words flipped(words from, double chance, std::uint32_t seed) {
  std::mt19937 random{seed};
  std::bernoulli_distribution flip{chance};
  for (auto& word : from)
    for (unsigned bit = 0; bit < 32; ++bit)
      if (flip(random))
        word ^= 1U << bit;
  return from;
}

TEST(fingerprint_match_test, knows_equal_prints) {
  const auto one = random_words(900, 1);
  const auto found = match_fingerprints(one, one);
  EXPECT_EQ(found.offset, 0);
  EXPECT_EQ(found.overlap, 900U);
  EXPECT_EQ(found.bit_error_rate, 0.0);
  EXPECT_TRUE(found.is_same_recording());
}

TEST(fingerprint_match_test, aligns_prints_that_begin_apart) {
  const auto one = random_words(900, 1);
  for (const std::int64_t offset : {-70, 5, 300}) {
    SCOPED_TRACE(offset);
    // Word i of the one lies on word i + offset of the other.
    words other =
      random_words(offset > 0 ? static_cast<std::size_t>(offset) : 0U, 9);
    other.insert(other.end(), one.begin() + (offset < 0 ? -offset : 0),
                 one.end());
    const auto found = match_fingerprints(one, flipped(other, 0.08, 4));
    EXPECT_EQ(found.offset, offset);
    EXPECT_NEAR(found.bit_error_rate, 0.08, 0.01);
    EXPECT_TRUE(found.is_same_recording());
    EXPECT_EQ(match_fingerprints(flipped(other, 0.08, 4), one).offset, -offset);
  }
}

TEST(fingerprint_match_test, does_not_take_other_music_for_the_same) {
  for (std::uint32_t seed = 10; seed < 30; ++seed) {
    const auto found =
      match_fingerprints(random_words(900, 1), random_words(900, seed));
    EXPECT_FALSE(found.is_same_recording());
    EXPECT_GT(found.bit_error_rate, 0.33);
  }
}

TEST(fingerprint_match_test, needs_five_seconds_in_common) {
  const auto brief = random_words(39, 1);
  EXPECT_FALSE(match_fingerprints(brief, brief).is_same_recording());
  const auto enough = random_words(40, 1);
  EXPECT_TRUE(match_fingerprints(enough, enough).is_same_recording());
}

TEST(fingerprint_match_test, a_shared_jingle_is_not_the_same_recording) {
  auto one = random_words(800, 1);
  auto other = random_words(800, 2);
  std::copy(one.begin(), one.begin() + 60, other.end() - 60);
  EXPECT_FALSE(match_fingerprints(one, other).is_same_recording());
}

TEST(fingerprint_match_test, an_empty_print_matches_nothing) {
  EXPECT_FALSE(match_fingerprints({}, {}).is_same_recording());
  EXPECT_FALSE(match_fingerprints({}, random_words(80, 1)).is_same_recording());
}

} // namespace
} // namespace troupe::audio
