#include "domain/dispatch/restart_policy.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace troupe {
namespace {

TEST(restart_policy_test, allows_five_deaths_and_no_sixth) {
  restart_policy policy{{5, 10'000}};
  for (int death = 0; death < 5; ++death)
    EXPECT_TRUE(policy.allow(death)) << death;
  EXPECT_FALSE(policy.allow(5));
}

TEST(restart_policy_test, forgets_what_left_the_window) {
  restart_policy policy{{1, 1'000}};
  EXPECT_TRUE(policy.allow(0));
  EXPECT_FALSE(policy.allow(999));
  // Only the death at 999 is left, and the one at 1000 makes two.
  EXPECT_FALSE(policy.allow(1'000));
  EXPECT_TRUE(policy.allow(2'000));
}

TEST(restart_policy_test, never_breaks_at_a_slow_steady_rate) {
  restart_policy policy{{5, 10'000}};
  // One death in 2 s: five in any window of 10 s.
  for (int death = 0; death < 1'000; ++death)
    EXPECT_TRUE(policy.allow(2'000LL * death));
}

TEST(restart_policy_test, agrees_with_counting_the_window) {
  std::mt19937_64 random{5};
  restart_policy policy{{3, 500}};
  std::vector<std::int64_t> deaths_ms;
  std::int64_t now_ms = 0;
  for (int i = 0; i < 10'000; ++i) {
    now_ms += static_cast<std::int64_t>(random() % 300);
    deaths_ms.push_back(now_ms);
    int within = 0;
    for (auto at = deaths_ms.rbegin();
         at != deaths_ms.rend() && *at > now_ms - 500; ++at)
      ++within;
    ASSERT_EQ(policy.allow(now_ms), within <= 3) << i;
  }
}

} // namespace
} // namespace troupe
