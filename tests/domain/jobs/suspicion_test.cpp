#include "domain/jobs/suspicion.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace troupe {
namespace {

/// What the store would hand to the next judgement.
orphan next_orphan(const orphan_verdict& verdict) {
  orphan found;
  found.key = {verdict.key.job, verdict.key.claim + 1};
  found.alone = verdict.alone;
  found.interruptions = verdict.interruptions;
  found.alone_deaths = verdict.alone_deaths;
  found.crashes = verdict.crashes;
  return found;
}

TEST(suspicion_test, charges_a_named_crash_and_tries_once_more) {
  const auto verdict = judge_orphan({}, 11, {});
  EXPECT_EQ(verdict.next, job_state::ready);
  EXPECT_EQ(verdict.why, error_class::crash);
  EXPECT_TRUE(verdict.charged);
  EXPECT_EQ(verdict.crashes, 1);
  EXPECT_EQ(verdict.interruptions, 0);
  EXPECT_NE(verdict.message.find("SIGSEGV"), std::string::npos);
}

TEST(suspicion_test, quarantines_at_the_second_named_crash) {
  const auto verdict =
    judge_orphan(next_orphan(judge_orphan({}, 11, {})), 6, {});
  EXPECT_EQ(verdict.next, job_state::quarantined);
  EXPECT_EQ(verdict.crashes, 2);
  EXPECT_NE(verdict.message.find("SIGABRT"), std::string::npos);
  EXPECT_NE(verdict.message.find("2 times"), std::string::npos);
}

TEST(suspicion_test, names_every_signal_of_a_fault) {
  struct row {
    int signal;
    const char* name;
  };

  for (const auto& [signal, name] :
       {row{4, "SIGILL"}, row{6, "SIGABRT"}, row{7, "SIGBUS"}, row{8, "SIGFPE"},
        row{11, "SIGSEGV"}, row{31, "a fault"}})
    EXPECT_NE(judge_orphan({}, signal, {}).message.find(name),
              std::string::npos)
      << name;
}

TEST(suspicion_test, charges_nobody_for_a_process_that_merely_ended) {
  const auto verdict = judge_orphan({}, 0, {});
  EXPECT_EQ(verdict.next, job_state::ready);
  EXPECT_EQ(verdict.why, error_class::none);
  EXPECT_FALSE(verdict.charged);
  EXPECT_FALSE(verdict.alone);
  EXPECT_EQ(verdict.interruptions, 1);
}

TEST(suspicion_test, isolates_at_the_fifth_and_quarantines_at_the_eighth) {
  orphan found;
  for (int deaths = 1; deaths <= 8; ++deaths) {
    const auto verdict = judge_orphan(found, 0, {});
    EXPECT_EQ(verdict.interruptions, deaths);
    EXPECT_EQ(verdict.alone, deaths >= 5) << deaths;
    // Five together, then three alone.
    EXPECT_EQ(verdict.alone_deaths, std::max(0, deaths - 5)) << deaths;
    EXPECT_EQ(verdict.next,
              deaths == 8 ? job_state::quarantined : job_state::ready)
      << deaths;
    found = next_orphan(verdict);
  }
}

TEST(suspicion_test, counts_crashes_and_interruptions_apart) {
  auto verdict = judge_orphan({}, 11, {});
  verdict = judge_orphan(next_orphan(verdict), 0, {});
  EXPECT_EQ(verdict.crashes, 1);
  EXPECT_EQ(verdict.interruptions, 1);
  EXPECT_EQ(verdict.next, job_state::ready);
  verdict = judge_orphan(next_orphan(verdict), 11, {});
  EXPECT_EQ(verdict.next, job_state::quarantined);
  EXPECT_EQ(verdict.interruptions, 1);
}

TEST(suspicion_test, keeps_a_crashed_suspect_alone) {
  orphan found;
  found.alone = true;
  EXPECT_TRUE(judge_orphan(found, 11, {}).alone);
}

TEST(suspicion_test, obeys_other_limits) {
  const suspicion_policy strict{1, 1, 1};
  EXPECT_EQ(judge_orphan({}, 11, strict).next, job_state::quarantined);
  const auto first = judge_orphan({}, 0, strict);
  EXPECT_TRUE(first.alone);
  EXPECT_EQ(judge_orphan(next_orphan(first), 0, strict).next,
            job_state::quarantined);
}

} // namespace
} // namespace troupe
