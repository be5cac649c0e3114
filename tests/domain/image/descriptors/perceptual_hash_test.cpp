// Against tests/data/image_references.txt, where numpy computes both hashes by
// their published definitions.

#include "domain/image/descriptors/perceptual_hash.hpp"
#include "tests/domain/image/pictures.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace troupe::image {

namespace {

using testing::seeded_picture;

struct hash_case {
  std::uint32_t seed = 0;
  image_size size;
  std::string pdq;
  int quality = 0;
  std::string phash;
};

std::vector<hash_case> read_cases() {
  std::ifstream file{TROUPE_SOURCE_DIR "/tests/data/image_references.txt"};
  std::vector<hash_case> cases;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields{line};
    std::string word;
    hash_case one;
    fields >> word >> one.seed >> one.size.width >> one.size.height >> one.pdq
      >> one.quality >> one.phash;
    if (word == "hash")
      cases.push_back(one);
  }
  return cases;
}

hash_256 parsed(const std::string& hex) {
  hash_256 bits{};
  for (std::size_t i = 0; i < bits.size(); ++i)
    bits.at(3 - i) = std::stoull(hex.substr(i * 16, 16), nullptr, 16);
  return bits;
}

TEST(perceptual_hash_test, agrees_with_the_definitions) {
  const auto cases = read_cases();
  ASSERT_EQ(cases.size(), 12U);
  for (const auto& one : cases) {
    const auto shown = seeded_picture(one.size, one.seed);
    const auto pdq = pdq_of(shown.view());
    // Single precision may settle a coefficient at the median otherwise.
    EXPECT_LE(hamming(pdq.bits, parsed(one.pdq)), 2)
      << hex_of(pdq.bits) << ' ' << one.pdq;
    EXPECT_NEAR(pdq.quality, one.quality, 1);
    EXPECT_EQ(hex_of(phash_of(shown.view())), one.phash) << one.seed;
  }
}

TEST(perceptual_hash_test, sets_half_of_the_bits) {
  const auto bits = pdq_of(seeded_picture({200, 150}, 7).view()).bits;
  // All above the lower of the two medians.
  EXPECT_EQ(hamming(bits, {}), 128);
}

TEST(perceptual_hash_test, calls_a_flat_picture_worthless) {
  picture flat{{90, 60}, std::vector<std::uint8_t>(90 * 60 * 4, 77)};
  EXPECT_EQ(pdq_of(flat.view()).quality, 0);
}

TEST(perceptual_hash_test, takes_pictures_of_any_shape) {
  for (const image_size size : {image_size{1, 1}, {1, 512}, {512, 1}, {3, 2}}) {
    const auto shown = seeded_picture(size, 1);
    EXPECT_GE(pdq_of(shown.view()).quality, 0);
    EXPECT_EQ(hex_of(phash_of(shown.view())).size(), 16U);
  }
}

TEST(perceptual_hash_test, prints_the_highest_bit_first) {
  EXPECT_EQ(hex_of(hash_256{1, 0, 0, 0}).back(), '1');
  EXPECT_EQ(hex_of(hash_256{0, 0, 0, 1ULL << 63}).front(), '8');
  EXPECT_EQ(hex_of(std::uint64_t{0xFF}), "00000000000000ff");
}

} // namespace

} // namespace troupe::image
