#include "domain/jobs/attempt.hpp"

#include <gtest/gtest.h>

#include <string>

namespace troupe {
namespace {

work_outcome outcome_of(attempt_outcome kind,
                        error_class why = error_class::none) {
  work_outcome outcome;
  outcome.outcome = kind;
  outcome.why = why;
  return outcome;
}

TEST(attempt_test, decides_by_outcome_class_and_attempts_left) {
  struct row {
    const char* name;
    attempt_outcome outcome;
    error_class why;
    int charged_before;
    job_state next;
    bool charged;
  };
  using enum attempt_outcome;
  // Three attempts in all.
  const retry_policy policy{3, 1'000, 600'000};
  for (const auto& x : {
         row{"success", succeeded, error_class::none, 0, job_state::done, true},
         row{"first transient", failed, error_class::transient, 0,
             job_state::retry, true},
         row{"second transient", failed, error_class::transient, 1,
             job_state::retry, true},
         row{"last transient", failed, error_class::transient, 2,
             job_state::failed, true},
         row{"short of memory", failed, error_class::resource, 0,
             job_state::retry, true},
         row{"damaged file", failed, error_class::permanent, 0,
             job_state::failed, true},
         row{"hung decoder", failed, error_class::timeout, 0, job_state::failed,
             true},
         row{"named crash", failed, error_class::crash, 0, job_state::failed,
             true},
         row{"dead worker", interrupted, error_class::none, 2, job_state::ready,
             false},
         row{"handed back", returned, error_class::none, 2, job_state::ready,
             false},
         row{"cancelled", cancelled, error_class::cancelled, 0,
             job_state::cancelled, false},
       }) {
    claimed_job job;
    job.attempts_charged = x.charged_before;
    const auto end =
      decide_end(job, outcome_of(x.outcome, x.why), {}, policy, 0.5);
    EXPECT_EQ(end.next, x.next) << x.name;
    EXPECT_EQ(end.charged, x.charged) << x.name;
    EXPECT_EQ(end.interrupted, x.outcome == interrupted) << x.name;
    EXPECT_EQ(end.not_before_us != 0, x.next == job_state::retry) << x.name;
  }
}

TEST(attempt_test, carries_over_what_was_said) {
  claimed_job job;
  job.key = {job_id{7}, 3};
  job.alone = true;
  auto outcome = outcome_of(attempt_outcome::succeeded);
  outcome.stage = "encode";
  outcome.message = "fine";
  outcome.output = job_output{"{}", "space", {1.0F}};
  const auto end =
    decide_end(job, outcome, {"analyzer-1", 10, 20}, retry_policy{}, 0.0);
  EXPECT_EQ(end.key, job.key);
  EXPECT_TRUE(end.alone);
  EXPECT_EQ(end.worker, "analyzer-1");
  EXPECT_EQ(end.started_us, 10);
  EXPECT_EQ(end.ended_us, 20);
  EXPECT_EQ(end.stage, "encode");
  EXPECT_EQ(end.message, "fine");
  ASSERT_TRUE(end.output);
  EXPECT_EQ(end.output->space, "space");
}

TEST(attempt_test, puts_another_try_off_from_the_end_of_this_one) {
  const auto outcome =
    outcome_of(attempt_outcome::failed, error_class::transient);
  claimed_job job;
  job.attempts_charged = 1;
  const auto end =
    decide_end(job, outcome, {"", 0, 5'000'000}, retry_policy{}, 0.5);
  // The second failure: half of [0, 2000] ms.
  EXPECT_EQ(end.not_before_us, 5'000'000 + 1'000'000);
}

TEST(attempt_test, says_what_to_do_about_a_timeout) {
  claimed_job job;
  job.path = "/music/a.wav";
  job.ulid = "01ABC";
  const auto outcome = timed_out(job, 61.0, 12.0);
  EXPECT_EQ(outcome.why, error_class::timeout);
  EXPECT_EQ(outcome.media_s, 12.0);
  for (const auto* part :
       {"/music/a.wav", "61 s", "12 s", "troupe jobs retry 01ABC", "timeout_s"})
    EXPECT_NE(outcome.message.find(part), std::string::npos) << part;
}

TEST(attempt_test, blames_nobody_for_a_dead_worker) {
  EXPECT_EQ(worker_died().outcome, attempt_outcome::interrupted);
  EXPECT_FALSE(worker_died().message.empty());
  EXPECT_EQ(returned_unfinished().outcome, attempt_outcome::returned);
}

TEST(attempt_test, classifies_every_code) {
  struct row {
    errc code;
    error_class why;
  };
  using enum error_class;
  for (const auto& [code, why] : {
         row{errc::none, none},
         row{errc::invalid_argument, permanent},
         row{errc::not_found, permanent},
         row{errc::overloaded, resource},
         row{errc::refused, permanent},
         row{errc::corrupt, permanent},
         row{errc::io_failure, transient},
         row{errc::no_space, resource},
         row{errc::locked, transient},
         row{errc::unsupported, permanent},
         row{errc::timeout, transient},
         row{errc::cancelled, cancelled},
         row{errc::unreachable, transient},
         row{errc::newer_version, permanent},
         row{errc::permission_denied, permanent},
         row{errc::internal, transient},
         row{errc::too_large, permanent},
         row{errc::bad_configuration, permanent},
         row{errc::not_authorised, permanent},
       })
    EXPECT_EQ(classify(code), why) << to_string(code);
}

} // namespace
} // namespace troupe
