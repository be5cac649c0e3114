#include "domain/text/text_embedding.hpp"
#include "domain/text/text_features.hpp"
#include "domain/text/text_record.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>

namespace troupe::text {
namespace {

std::vector<std::string> words_in(std::string_view bytes) {
  std::vector<std::string> words;
  for_each_word(bytes,
                [&](std::string_view word) { words.emplace_back(word); });
  return words;
}

double cosine(std::string_view a, std::string_view b,
              const feature_rarity& rarity = {}) {
  const auto first = text_vector_of(features_of(a), rarity);
  const auto second = text_vector_of(features_of(b), rarity);
  return std::inner_product(first.begin(), first.end(), second.begin(), 0.0);
}

TEST(text_features_test, splits_words_and_lowers_them) {
  EXPECT_EQ(
    words_in("Don't PANIC-42 \xc3\x84rger \xd0\x96\xd0\xa3\xd0\x9a, "
             "\xce\xa3\xce\xa9"),
    (std::vector<std::string>{"don", "t", "panic", "42", "\xc3\xa4rger",
                              "\xd0\xb6\xd1\x83\xd0\xba", "\xcf\x83\xcf\x89"}));
}

TEST(text_features_test, takes_broken_bytes_for_gaps) {
  EXPECT_EQ(words_in("a\xff\xfe"
                     "b\xe2\x82"),
            (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(features_of("").empty());
  EXPECT_TRUE(features_of(" .,; \xe2\x80\x94 ").empty());
}

TEST(text_features_test, counts_a_word_and_its_parts) {
  // ^ab$: the word; of 3 characters ^ab and ab$; of 4 the whole.
  const auto features = features_of("ab ab");
  ASSERT_EQ(features.size(), 4U);
  int words = 0;
  for (const auto word : features) {
    EXPECT_EQ(unpacked(word).count, 2U);
    EXPECT_EQ(packed(unpacked(word)), word);
    words += unpacked(word).is_word() ? 1 : 0;
  }
  EXPECT_EQ(words, 1);
}

TEST(text_features_test, caps_counts_and_samples_long_texts_alike) {
  std::string often;
  for (int i = 0; i < 1'000; ++i)
    often += "ab ";
  EXPECT_EQ(unpacked(features_of(often)[0]).count, 255U);
  std::mt19937_64 random{1};
  std::string first;
  for (int i = 0; i < 20'000; ++i)
    first += std::to_string(random() % 100'000) + " ";
  const auto sampled = features_of(first);
  EXPECT_EQ(sampled.size(), features_max);
  EXPECT_TRUE(std::is_sorted(sampled.begin(), sampled.end()));
  // Twice the same text has the same sample, and a longer one shares it.
  EXPECT_GT(cosine(first, first + " and something else"), 0.99);
}

TEST(text_embedding_test, has_length_one_or_no_direction) {
  const auto vector = text_vector_of(features_of("late at night"), {});
  ASSERT_EQ(vector.size(), text_numbers);
  EXPECT_NEAR(cosine("late at night", "late at night"), 1.0, 1e-6);
  EXPECT_TRUE(text_vector_of({}, {}).empty());
}

TEST(text_embedding_test, finds_inflections_and_typing_errors_near) {
  const auto sailing = cosine("sailing boats", "she sails a boat");
  EXPECT_GT(sailing, 0.2);
  EXPECT_GT(cosine("restaurant", "restuarant"), 0.2);
  EXPECT_LT(std::abs(cosine("sailing boats", "quarterly tax report")), 0.2);
}

TEST(text_embedding_test, weighs_what_is_rare) {
  feature_rarity rarity;
  for (int i = 0; i < 9; ++i)
    rarity.learn(features_of("the harbour"));
  rarity.learn(features_of("the lighthouse"));
  EXPECT_EQ(rarity.texts(), 10U);
  const auto the = unpacked(features_of("the")[0]);
  // In all of 10: ln(11 / 11) + 1; in none: ln(11 / 1) + 1.
  EXPECT_NEAR(rarity.weight(the.id), 1.0, 1e-9);
  EXPECT_NEAR(rarity.weight(0xffffff), std::log(11.0) + 1.0, 1e-9);
  // What they share is common, what tells them apart is rare.
  EXPECT_LT(cosine("the harbour", "the lighthouse", rarity),
            cosine("the harbour", "the lighthouse"));
}

TEST(text_record_test, describes_any_bytes) {
  const auto none = describe("");
  EXPECT_EQ(output_of(none).document,
            R"({"text":{"bytes":0,"words":0,"excerpt":""}})");
  EXPECT_TRUE(output_of(none).fingerprint.empty());
  const auto torn = describe("one\n two\xff");
  EXPECT_EQ(torn.words, 2);
  EXPECT_EQ(torn.excerpt, "one two\xef\xbf\xbd");
  ASSERT_EQ(torn.notes.size(), 1U);
  EXPECT_NE(output_of(torn).document.find("\"notes\":[\"not all of it"),
            std::string::npos);
}

TEST(text_record_test, takes_ten_mebibytes) {
  std::string large;
  while (large.size() < 10U << 20U)
    large += "Slow and warm, late at night. ";
  const auto record = describe(large);
  EXPECT_EQ(record.bytes, static_cast<std::int64_t>(large.size()));
  EXPECT_EQ(record.words, 6 * record.bytes / 30);
  EXPECT_LE(record.body.size(), body_bytes_max);
  EXPECT_LE(record.excerpt.size(), 170U);
  EXPECT_EQ(record.notes.size(), 1U);
}

} // namespace
} // namespace troupe::text
