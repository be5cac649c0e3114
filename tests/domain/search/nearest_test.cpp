#include "domain/search/block_share.hpp"
#include "domain/search/duplicate_groups.hpp"
#include "domain/search/mutual_proximity.hpp"
#include "domain/search/nearest.hpp"
#include "domain/search/space_layout.hpp"
#include "domain/search/top_k.hpp"
#include "tests/domain/search/random_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace troupe::search {

namespace {

using testing::random_rows;

TEST(distance, equals_the_sum_in_double_for_every_length) {
  // 0 to 40 meet every count of whole lanes and of elements behind them.
  for (std::size_t size = 0; size <= 40; ++size) {
    const auto a = random_rows(1, size + 1, 1);
    const auto b = random_rows(1, size + 1, 2);
    double expected = 0.0;
    for (std::size_t i = 0; i < size; ++i)
      expected += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    EXPECT_NEAR(dot({a.data(), size}, {b.data(), size}), expected, 1e-6);
  }
}

TEST(distance, has_the_same_bits_wherever_the_vectors_lie) {
  const auto a = random_rows(1, 256, 3);
  std::vector<float> moved(256 + 8);
  for (std::size_t shift = 0; shift < 8; ++shift) {
    std::copy(a.begin(), a.end(),
              moved.begin() + static_cast<std::ptrdiff_t>(shift));
    EXPECT_EQ(dot({moved.data() + shift, 256}, a), dot(a, a));
  }
}

TEST(distance, cosine_knows_no_direction_of_nothing) {
  const std::vector<float> zero(4);
  const std::vector<float> one{1, 0, 0, 0};
  const std::vector<float> against{-3, 0, 0, 0};
  EXPECT_EQ(cosine(zero, one), 0.0);
  EXPECT_EQ(cosine(one, against), -1.0);
  EXPECT_EQ(unit_distance(1.0), 0.0);
  EXPECT_EQ(unit_distance(-1.0), 2.0);
}

TEST(top_k, is_the_start_of_the_sorted_scores) {
  std::mt19937 engine{7};
  // Few different values, so that ties are common.
  std::uniform_int_distribution<int> value{0, 20};
  for (std::size_t size = 0; size < 60; ++size) {
    std::vector<float> scores(size);
    for (auto& score : scores)
      score = static_cast<float>(value(engine));
    std::vector<std::size_t> sorted(size);
    for (std::size_t i = 0; i < size; ++i)
      sorted[i] = i;
    std::stable_sort(
      sorted.begin(), sorted.end(),
      [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
    for (const std::size_t count : {0U, 1U, 5U, 100U}) {
      auto expected = sorted;
      expected.resize(std::min(count, size));
      EXPECT_EQ(top_k(scores, count), expected);
    }
  }
}

TEST(top_k, puts_what_is_no_number_last) {
  const std::vector<float> scores{NAN, -1.0F, 2.0F, NAN};
  EXPECT_EQ(top_k(scores, 3), (std::vector<std::size_t>{2, 1, 0}));
}

TEST(nearest, finds_itself_first_unless_it_is_skipped) {
  const auto values = random_rows(200, 16, 11);
  const vector_rows all{values, 16};
  for (std::size_t row = 0; row < 20; ++row) {
    const auto own = nearest(all, all.row(row), {.count = 3});
    ASSERT_EQ(own.size(), 3U);
    EXPECT_EQ(own.front().row, row);
    EXPECT_NEAR(own.front().cosine, 1.0, 1e-6);
    const auto others =
      nearest(all, all.row(row), {.count = 300, .skip = [&](std::size_t i) {
                                    return i == row;
                                  }});
    EXPECT_EQ(others.size(), 199U);
    for (const auto& one : others)
      EXPECT_NE(one.row, row);
  }
}

TEST(nearest, of_a_handful_is_ordered_by_cosine) {
  // One below the number at which mutual proximity begins.
  const auto rows = profile_rows_min - 1;
  const auto values = random_rows(rows, 8, 13);
  const vector_rows all{values, 8};
  const auto found = nearest(all, all.row(0), {.count = rows});
  ASSERT_EQ(found.size(), rows);
  for (std::size_t i = 1; i < rows; ++i)
    EXPECT_LE(found[i].cosine, found[i - 1].cosine);
}

/// Skewness of how often each row is among the ten nearest of another.
double hubness(const vector_rows& all, std::size_t candidates) {
  std::vector<double> occurrences(all.rows());
  for (std::size_t row = 0; row < all.rows(); ++row)
    for (const auto& one : nearest(
           all, all.row(row),
           {.count = 10, .candidates = candidates, .skip = [&](std::size_t i) {
              return i == row;
            }}))
      occurrences[one.row] += 1.0;
  const auto n = static_cast<double>(all.rows());
  double mean = 0.0;
  double second = 0.0;
  double third = 0.0;
  for (const auto x : occurrences)
    mean += x / n;
  for (const auto x : occurrences) {
    second += (x - mean) * (x - mean) / n;
    third += (x - mean) * (x - mean) * (x - mean) / n;
  }
  return third / std::pow(second, 1.5);
}

TEST(nearest, makes_hubs_less_near_by_mutual_proximity) {
  // Rows that lean to one direction by different amounts: those that lean
  // most are near to all others.
  auto values = random_rows(400, 24, 17);
  for (std::size_t i = 0; i < 400; ++i) {
    const std::span row{values.data() + i * 24, 24};
    row[0] += 0.1F + 0.9F * static_cast<float>(i) / 400.0F;
    const float length = std::sqrt(dot(row, row));
    for (auto& value : row)
      value /= length;
  }
  const vector_rows all{values, 24};
  // As many candidates as answers: nothing to rank anew but their order.
  EXPECT_GT(hubness(all, 10), 1.0);
  EXPECT_LT(hubness(all, 100), 0.6 * hubness(all, 10));
}

TEST(block_share, adds_up_and_leaves_out_what_tells_apart) {
  const std::vector<float> a{1, 0, 2, 0, 1, 1};
  const std::vector<float> b{1, 0, 1, 0, -1, -1};
  const std::vector<named_block> blocks{
    {"timbre", 0, 2}, {"rhythm", 2, 2}, {"tonal", 4, 2}};
  const auto shares = shares_of(a, b, blocks);
  ASSERT_EQ(shares.size(), 3U);
  // Products 1, 2 and -2.
  EXPECT_NEAR(shares[0].share, 1.0 / 3.0, 1e-6);
  EXPECT_NEAR(shares[1].share, 2.0 / 3.0, 1e-6);
  EXPECT_EQ(shares[2].share, 0.0);
  EXPECT_NEAR(shares[1].cosine, 1.0, 1e-6);
  EXPECT_NEAR(shares[2].cosine, -1.0, 1e-6);
}

TEST(space_layout, reads_the_blocks_that_fill_a_vector) {
  const auto blocks = blocks_of_space("likeness-1:timbre152+rhythm48:x", 200);
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[1].name, "rhythm");
  EXPECT_EQ(blocks[1].first, 152U);
  EXPECT_EQ(blocks[1].size, 48U);
  for (const auto* other :
       {"plain", "a:timbre152+rhythm49", "a:timbre152", "a:152+48",
        "a:", "a:timbre200x", "a:timbre+rhythm200", "a:t0+r200",
        "a:t99999999999999999999+r1"})
    EXPECT_TRUE(blocks_of_space(other, 200).empty()) << other;
}

TEST(duplicate_groups, join_what_is_the_same_as_a_member) {
  using pairs = std::vector<std::pair<std::size_t, std::size_t>>;
  using groups = std::vector<std::vector<std::size_t>>;
  EXPECT_EQ(groups_of(4, pairs{}), groups{});
  EXPECT_EQ(groups_of(7, pairs{{5, 2}, {6, 5}, {1, 3}}),
            (groups{{1, 3}, {2, 5, 6}}));
  EXPECT_EQ(groups_of(3, pairs{{0, 1}, {1, 0}, {2, 0}}), (groups{{0, 1, 2}}));
}

} // namespace

} // namespace troupe::search
