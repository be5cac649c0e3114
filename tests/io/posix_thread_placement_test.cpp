#include "io/posix_thread_placement.hpp"
#include "tests/fakes/scratch_folder.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <array>
#include <limits>
#include <thread>

namespace troupe::io {
namespace {

class posix_thread_placement_test : public ::testing::Test {
protected:
  /// Runs in a thread of its own, so that the test's thread stays as it is.
  template <class Body>
  static void in_thread(Body body) {
    std::thread{body}.join();
  }

  std::unique_ptr<thread_placement> in_groups() {
    return open_posix_thread_placement(
      {folder.at("cgroup"), folder.at("groups")});
  }

  fakes::scratch_folder folder;
  std::unique_ptr<thread_placement> placement = open_posix_thread_placement();
};

TEST_F(posix_thread_placement_test, names_a_thread_by_15_bytes) {
  in_thread([&] {
    placement->name_thread("troupe.analyzer.17");
    std::array<char, 16> name{};
    ::pthread_getname_np(::pthread_self(), name.data(), name.size());
    EXPECT_STREQ(name.data(), "troupe.analyzer");
  });
}

TEST_F(posix_thread_placement_test, pins_a_thread_to_a_core_it_may_use) {
  in_thread([&] {
    const int core = ::sched_getcpu();
    ASSERT_TRUE(placement->pin_thread(core));
    cpu_set_t mask;
    ASSERT_EQ(::sched_getaffinity(0, sizeof mask, &mask), 0);
    EXPECT_EQ(CPU_COUNT(&mask), 1);
    EXPECT_TRUE(CPU_ISSET(static_cast<unsigned>(core), &mask));
    EXPECT_EQ(placement->usable_cores(), 1);
  });
}

TEST_F(posix_thread_placement_test, refuses_a_core_it_may_not_use) {
  for (const int core : {-1, 8191, 100'000})
    EXPECT_EQ(placement->pin_thread(core).failure().code,
              errc::invalid_argument);
}

TEST_F(posix_thread_placement_test, takes_denormals_as_zero) {
  in_thread([&] {
    placement->flush_denormals();
    volatile float denormal = std::numeric_limits<float>::denorm_min();
    volatile float twice = denormal * 2.0F;
    EXPECT_EQ(twice, 0.0F);
  });
}

TEST_F(posix_thread_placement_test, takes_the_tightest_quota_up_to_the_root) {
  folder.write("cgroup", "0::/a/b\n");
  folder.write("groups/a/b/cpu.max", "max 100000\n");
  folder.write("groups/a/cpu.max", "100000 100000\n");
  folder.write("groups/cpu.max", "900000 100000\n");
  EXPECT_EQ(in_groups()->usable_cores(), 1);
}

TEST_F(posix_thread_placement_test, reads_quotas_of_version_1_too) {
  folder.write("cgroup", "4:cpu,cpuacct:/docker/1\n");
  folder.write("groups/cpu/docker/1/cpu.cfs_quota_us", "50000\n");
  folder.write("groups/cpu/docker/1/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(in_groups()->usable_cores(), 1);
}

TEST_F(posix_thread_placement_test, counts_the_mask_when_there_is_no_quota) {
  cpu_set_t mask;
  ASSERT_EQ(::sched_getaffinity(0, sizeof mask, &mask), 0);
  EXPECT_EQ(in_groups()->usable_cores(), CPU_COUNT(&mask));
}

} // namespace
} // namespace troupe::io
