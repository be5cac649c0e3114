#include "domain/image/descriptors/picture_print.hpp"

#include <gtest/gtest.h>

#include <span>

namespace troupe {
namespace {

using image::picture_print;

picture_print some_print() {
  return {{{0x0123456789abcdefU, 2, 3, 0xfedcba9876543210U}, 87},
          0x8000000000000001U};
}

TEST(picture_print_test, survives_being_kept_as_words) {
  const auto words = image::words_of(some_print());
  EXPECT_EQ(words.size(), 11U);
  const auto back = image::print_of(words);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->pdq.bits, some_print().pdq.bits);
  EXPECT_EQ(back->pdq.quality, 87);
  EXPECT_EQ(back->phash, some_print().phash);
  EXPECT_FALSE(image::print_of(std::span{words}.first(10)));
}

TEST(picture_print_test, is_near_up_to_both_published_distances) {
  const auto base = some_print();
  auto far = base;
  far.phash = ~base.phash;
  far.pdq.bits[1] ^= (std::uint64_t{1} << 31U) - 1;
  EXPECT_TRUE(is_near(base, far)) << "31 bits of PDQ";
  far.pdq.bits[2] ^= 1U;
  EXPECT_FALSE(is_near(base, far)) << "32 bits of PDQ";
  auto flat = base;
  flat.phash = ~base.phash;
  flat.pdq.quality = image::pdq_quality_least - 1;
  EXPECT_FALSE(is_near(base, flat)) << "PDQ of a flat picture says little";
  flat.phash = base.phash ^ 0x3ffU;
  EXPECT_TRUE(is_near(base, flat)) << "10 bits of pHash";
  flat.phash = base.phash ^ 0x7ffU;
  EXPECT_FALSE(is_near(base, flat)) << "11 bits of pHash";
}

} // namespace
} // namespace troupe
