#include "domain/placement/cpu_quota.hpp"

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(cpu_quota, finds_the_process_in_both_hierarchies) {
  const auto modern = parse_cgroup_places("0::/user.slice/a:b\n");
  EXPECT_EQ(modern.unified, "/user.slice/a:b");
  EXPECT_EQ(modern.cpu, "");
  const auto mixed = parse_cgroup_places(
    "12:cpuset:/set\n4:cpu,cpuacct:/docker/1\n1:name=systemd:/x\n0::/y");
  EXPECT_EQ(mixed.unified, "/y");
  EXPECT_EQ(mixed.cpu, "/docker/1");
}

TEST(cpu_quota, passes_over_lines_that_make_no_sense) {
  for (const auto* text :
       {"", "\n\n", "nonsense", "0:", ":::", "5:cpuset:/x"}) {
    EXPECT_EQ(parse_cgroup_places(text).unified, "") << text;
    EXPECT_EQ(parse_cgroup_places(text).cpu, "") << text;
  }
}

TEST(cpu_quota, divides_quota_by_period) {
  EXPECT_EQ(parse_cpu_max("150000 100000\n"), 1.5);
  EXPECT_EQ(parse_cpu_max("max 100000\n"), std::nullopt);
  EXPECT_EQ(parse_cfs_quota("200000\n", "50000\n"), 4.0);
  EXPECT_EQ(parse_cfs_quota("-1\n", "100000\n"), std::nullopt);
  for (const auto* text : {"", "1", "1 0", "x y", "1 2 3", "0 100"})
    EXPECT_EQ(parse_cpu_max(text), std::nullopt) << text;
}

TEST(cpu_quota, counts_the_smaller_of_mask_and_quota) {
  EXPECT_EQ(usable_core_count(8, std::nullopt), 8);
  EXPECT_EQ(usable_core_count(8, 2.5), 3);
  EXPECT_EQ(usable_core_count(2, 16.0), 2);
  EXPECT_EQ(usable_core_count(8, 0.1), 1);
  EXPECT_EQ(usable_core_count(std::nullopt, 2.0), 2);
  EXPECT_EQ(usable_core_count(std::nullopt, std::nullopt), 4);
}

} // namespace
} // namespace troupe
