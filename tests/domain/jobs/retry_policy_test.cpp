#include "domain/jobs/retry_policy.hpp"

#include <gtest/gtest.h>

#include <random>

namespace troupe {
namespace {

/// The largest double below 1.
constexpr double almost_one = 1.0 - 0x1p-53;

TEST(retry_policy_test, retries_only_what_may_pass_by_itself) {
  EXPECT_TRUE(is_retryable(error_class::transient));
  EXPECT_TRUE(is_retryable(error_class::resource));
  for (const auto why :
       {error_class::none, error_class::permanent, error_class::crash,
        error_class::timeout, error_class::cancelled})
    EXPECT_FALSE(is_retryable(why)) << to_string(why);
}

TEST(retry_policy_test, doubles_the_bound_up_to_the_cap) {
  const retry_policy policy{100, 1'000, 10'000};

  struct row {
    int charged;
    std::int64_t bound_ms;
  };

  for (const auto& [charged, bound_ms] :
       {row{1, 1'000}, row{2, 2'000}, row{3, 4'000}, row{4, 8'000},
        row{5, 10'000}, row{6, 10'000}, row{100, 10'000}}) {
    EXPECT_EQ(retry_delay_ms(policy, charged, almost_one), bound_ms);
    EXPECT_EQ(retry_delay_ms(policy, charged, 0.0), 0);
  }
}

TEST(retry_policy_test, spreads_over_the_whole_range) {
  const retry_policy policy;
  std::mt19937_64 random{7};
  std::uniform_real_distribution<double> uniform{0.0, 1.0};
  double sum_ms = 0.0;
  constexpr int draws = 100'000;
  for (int i = 0; i < draws; ++i) {
    const auto delay_ms = retry_delay_ms(policy, 4, uniform(random));
    ASSERT_GE(delay_ms, 0);
    ASSERT_LE(delay_ms, 8'000);
    sum_ms += static_cast<double>(delay_ms);
  }
  // Uniform in [0, 8000]: mean 4000, deviation of the mean
  // 8000 / sqrt(12 * 100,000) = 7.3; six of these.
  EXPECT_NEAR(sum_ms / draws, 4'000.0, 44.0);
}

TEST(retry_policy_test, never_overflows) {
  const retry_policy policy{100, 1'000'000'000, 1'000'000'000'000};
  for (int charged = 1; charged <= 1'000; ++charged) {
    const auto delay_ms = retry_delay_ms(policy, charged, almost_one);
    EXPECT_GE(delay_ms, 0);
    EXPECT_LE(delay_ms, policy.delay_ms_max);
  }
}

} // namespace
} // namespace troupe
