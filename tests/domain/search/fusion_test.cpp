#include "domain/search/fusion.hpp"

#include <gtest/gtest.h>

#include <array>

namespace troupe {
namespace {

TEST(fusion_test, joins_lists_by_rank) {
  const std::array<std::vector<std::int64_t>, 3> lists{
    std::vector<std::int64_t>{7, 8}, {9, 8}, {}};
  const auto fused = search::fuse(lists);
  ASSERT_EQ(fused.size(), 3U);
  // Second in two lists beats first in one: 2/62 against 1/61.
  EXPECT_EQ(fused[0].id, 8);
  EXPECT_DOUBLE_EQ(fused[0].score, 2.0 / 62.0);
  EXPECT_EQ(fused[0].lists, 3U);
  EXPECT_EQ(fused[1].id, 7);
  EXPECT_EQ(fused[1].lists, 1U);
  EXPECT_EQ(fused[2].id, 9);
  EXPECT_TRUE(search::fuse({}).empty());
}

} // namespace
} // namespace troupe
