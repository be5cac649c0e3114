#pragma once

#include "tests/contracts/library_fixture.hpp"

namespace troupe::contracts {

/// What every `library_store` promises. A store's test file includes this and
/// instantiates it with its `library_case`.
class library_store_contract : public library_fixture {};

// -- intake -------------------------------------------------------------------

TEST_P(library_store_contract, records_a_new_file_and_queues_its_job) {
  const auto report = record({audio_file("/m/a", 1), audio_file("/m/b", 2)});
  EXPECT_EQ(report.entries_new, 2);
  EXPECT_EQ(report.jobs_new, 2);
  EXPECT_EQ(queue().ready, 2);
}

TEST_P(library_store_contract, makes_one_job_of_the_same_bytes_at_two_paths) {
  const auto report = record({audio_file("/m/a", 1), audio_file("/m/b", 1)});
  EXPECT_EQ(report.entries_new, 2);
  EXPECT_EQ(report.jobs_new, 1);
}

TEST_P(library_store_contract, does_nothing_for_a_file_recorded_twice) {
  record({audio_file("/m/a", 1)});
  const auto report = record({audio_file("/m/a", 1)});
  EXPECT_EQ(report.entries_touched, 1);
  EXPECT_EQ(report.entries_new, 0);
  EXPECT_EQ(report.jobs_new, 0);
}

TEST_P(library_store_contract, abandons_the_job_of_content_that_was_replaced) {
  record({audio_file("/m/a", 1)});
  const auto report = record({audio_file("/m/a", 2)});
  EXPECT_EQ(report.entries_changed, 1);
  EXPECT_EQ(report.jobs_new, 1);
  const auto jobs = claim(10);
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].hash, audio_file("", 2).hash);
}

TEST_P(library_store_contract, revives_an_abandoned_job_when_content_returns) {
  record({audio_file("/m/a", 1)});
  record({audio_file("/m/a", 2)});
  EXPECT_EQ(record({audio_file("/m/a", 1)}).jobs_new, 1);
  const auto jobs = claim(10);
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].hash, audio_file("", 1).hash);
}

TEST_P(library_store_contract, queues_nothing_for_media_without_a_recipe) {
  auto picture = audio_file("/m/p", 3);
  picture.kind = media_kind::image;
  EXPECT_EQ(record({picture}).jobs_new, 0);
}

// -- claims and ends ----------------------------------------------------------

TEST_P(library_store_contract, hands_out_what_a_worker_needs) {
  record({audio_file("/m/a", 1)});
  const auto jobs = claim(5);
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].path, "/m/a");
  EXPECT_EQ(jobs[0].hash, audio_file("", 1).hash);
  EXPECT_EQ(jobs[0].stamp, audio_file("", 1).stamp);
  EXPECT_EQ(jobs[0].ulid.size(), 26U);
  EXPECT_EQ(jobs[0].key.claim, 1);
  EXPECT_EQ(jobs[0].attempts_charged, 0);
  EXPECT_TRUE(claim(5).empty());
  EXPECT_EQ(committed([&] { return store_->running(epoch_.epoch); }),
            std::vector<claim_key>{jobs[0].key});
}

TEST_P(library_store_contract, claims_in_the_order_of_arrival) {
  for (std::uint32_t i = 0; i < 5; ++i, now_us_ += second_us)
    record({audio_file("/m/" + std::to_string(i), i)});
  const auto jobs = claim(5);
  ASSERT_EQ(jobs.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_EQ(jobs[i].path, "/m/" + std::to_string(i));
}

TEST_P(library_store_contract, accepts_a_result_once_and_knows_it_again) {
  record({audio_file("/m/a", 1)});
  const auto jobs = claim(1);
  ASSERT_EQ(jobs.size(), 1U);
  const auto end = end_of(jobs[0], job_state::done);
  EXPECT_EQ(finish(end), end_verdict::accepted);
  EXPECT_EQ(finish(end), end_verdict::duplicate);
  EXPECT_EQ(queue().running, 0);
  EXPECT_EQ(record({audio_file("/m/b", 1)}).jobs_new, 0);
}

TEST_P(library_store_contract, refuses_a_result_under_an_older_claim) {
  record({audio_file("/m/a", 1)});
  const auto late = claim(1);
  ASSERT_EQ(late.size(), 1U);
  auto back = end_of(late[0], job_state::ready);
  back.outcome = attempt_outcome::returned;
  EXPECT_EQ(finish(back), end_verdict::accepted);
  const auto again = claim(1);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].key.claim, late[0].key.claim + 1);
  EXPECT_EQ(finish(end_of(late[0], job_state::done)), end_verdict::refused);
  EXPECT_EQ(finish(end_of(again[0], job_state::done)), end_verdict::accepted);
}

TEST_P(library_store_contract, refuses_a_result_of_an_older_epoch) {
  record({audio_file("/m/a", 1)});
  const auto late = claim(1);
  ASSERT_EQ(late.size(), 1U);
  reopen();
  EXPECT_EQ(finish(end_of(late[0], job_state::done)), end_verdict::refused);
}

TEST_P(library_store_contract, refuses_an_end_of_a_job_it_does_not_know) {
  claimed_job unknown;
  unknown.key = {job_id{99}, 1};
  EXPECT_EQ(finish(end_of(unknown, job_state::done)), end_verdict::refused);
}

TEST_P(library_store_contract, settles_ends_before_claims) {
  record({audio_file("/m/a", 1)});
  const auto jobs = claim(1);
  ASSERT_EQ(jobs.size(), 1U);
  auto back = end_of(jobs[0], job_state::ready);
  back.outcome = attempt_outcome::returned;
  back.charged = false;
  const auto report = settle({back}, {{job_kind::audio_analyze, 1, false}});
  ASSERT_EQ(report.claimed.size(), 1U);
  EXPECT_EQ(report.claimed[0].key.claim, 2);
  EXPECT_EQ(report.claimed[0].attempts_charged, 0);
}

TEST_P(library_store_contract, wakes_a_retry_when_it_is_due) {
  record({audio_file("/m/a", 1)});
  const auto jobs = claim(1);
  ASSERT_EQ(jobs.size(), 1U);
  auto end = end_of(jobs[0], job_state::retry);
  end.why = error_class::transient;
  end.not_before_us = now_us_ + 10 * second_us;
  EXPECT_EQ(finish(end), end_verdict::accepted);
  auto waiting = queue();
  EXPECT_EQ(waiting.waiting, 1);
  EXPECT_EQ(waiting.next_due_us, end.not_before_us);
  EXPECT_TRUE(claim(1).empty());
  now_us_ = end.not_before_us;
  EXPECT_EQ(queue().ready, 1);
  const auto again = claim(1);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].attempts_charged, 1);
}

TEST_P(library_store_contract, keeps_suspects_apart_from_the_others) {
  record({audio_file("/m/a", 1), audio_file("/m/b", 2)});
  const auto jobs = claim(1);
  ASSERT_EQ(jobs.size(), 1U);
  auto back = end_of(jobs[0], job_state::ready);
  back.alone = true;
  const auto report = settle({back}, {{job_kind::audio_analyze, 5, false}});
  EXPECT_TRUE(report.suspects_ready);
  ASSERT_EQ(report.claimed.size(), 1U);
  EXPECT_NE(report.claimed[0].key.job, jobs[0].key.job);
  const auto alone = claim(5, true);
  ASSERT_EQ(alone.size(), 1U);
  EXPECT_TRUE(alone[0].alone);
  EXPECT_EQ(alone[0].key.job, jobs[0].key.job);
}

// -- transactions -------------------------------------------------------------

TEST_P(library_store_contract, forgets_what_was_rolled_back) {
  ASSERT_TRUE(store_->begin());
  ASSERT_TRUE(store_->record(std::vector{audio_file("/m/a", 1)}, now_us_));
  store_->rollback();
  EXPECT_EQ(queue().ready, 0);
}

TEST_P(library_store_contract, undoes_one_message_and_keeps_the_others) {
  ASSERT_TRUE(store_->begin());
  for (std::uint32_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(store_->savepoint());
    const std::vector files{audio_file("/m/" + std::to_string(i), i)};
    ASSERT_TRUE(store_->record(files, now_us_));
    if (i == 1)
      store_->undo();
    else
      ASSERT_TRUE(store_->release());
  }
  ASSERT_TRUE(store_->commit());
  EXPECT_EQ(queue().ready, 2);
}

TEST_P(library_store_contract, refuses_to_work_outside_a_transaction) {
  EXPECT_FALSE(store_->record(std::vector{audio_file("/m/a", 1)}, now_us_));
  EXPECT_FALSE(store_->savepoint());
  EXPECT_FALSE(store_->commit());
  EXPECT_EQ(queue().ready, 0);
}

} // namespace troupe::contracts
