#include "domain/library/path_digest.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <random>
#include <set>
#include <string>
#include <utility>

namespace troupe {
namespace {

std::pair<std::uint64_t, std::uint64_t> words_of(std::string_view path) {
  const auto digest = digest_path(path);
  return {digest.high, digest.low};
}

TEST(path_digest_test, is_the_same_for_equal_bytes) {
  const std::string once{"/music/\xff\xfe.wav"};
  const auto again = once;
  EXPECT_EQ(digest_path(once), digest_path(again));
}

TEST(path_digest_test, tells_similar_paths_apart) {
  const std::set<std::string> paths{"",
                                    "/",
                                    "a",
                                    "b",
                                    "ab",
                                    "ba",
                                    "aa",
                                    std::string(1, '\0'),
                                    std::string(2, '\0'),
                                    "/music/1.wav",
                                    "/music/2.wav",
                                    "/music/1.wav/"};
  std::set<std::pair<std::uint64_t, std::uint64_t>> digests;
  for (const auto& path : paths)
    digests.insert(words_of(path));
  EXPECT_EQ(digests.size(), paths.size());
}

TEST(path_digest_test, has_no_collision_among_numbered_files) {
  // Each word alone: 200,000 values of 64 bits collide with 1e-9.
  std::set<std::uint64_t> high;
  std::set<std::uint64_t> low;
  constexpr std::size_t files = 200'000;
  for (std::size_t i = 0; i < files; ++i) {
    const auto words = words_of("/music/album/track-" + std::to_string(i));
    ASSERT_NE(words.first, words.second) << "the passes are unrelated";
    high.insert(words.first);
    low.insert(words.second);
  }
  EXPECT_EQ(high.size(), files);
  EXPECT_EQ(low.size(), files);
}

TEST(path_digest_test, changes_half_of_the_bits_with_one) {
  std::mt19937_64 random{3};
  int changed = 0;
  constexpr int trials = 2'000;
  for (int trial = 0; trial < trials; ++trial) {
    std::string path;
    for (int i = 0; i < 24; ++i)
      path.push_back(static_cast<char>(random() & 0xffU));
    const auto before = digest_path(path);
    path[random() % path.size()] ^= static_cast<char>(1U << (random() % 7U));
    const auto after = digest_path(path);
    changed += std::popcount(before.high ^ after.high)
               + std::popcount(before.low ^ after.low);
  }
  // 256,000 fair bits: deviation of the share 0.001; five of these.
  EXPECT_NEAR(changed / (128.0 * trials), 0.5, 0.005);
}

} // namespace
} // namespace troupe
