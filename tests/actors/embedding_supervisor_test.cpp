#include "tests/actors/supervisor_fixture.hpp"

#include <algorithm>

namespace troupe::testing {
namespace {

using embedding_supervisor_test = supervisor_fixture;

bool is_settle(const caf::message& content) {
  return content.match_elements<settle_atom, settle_request_ptr>();
}

/// True for a settle request that ends an attempt.
bool ends_something(const caf::message& content) {
  return is_settle(content)
         && !content.get_as<settle_request_ptr>(1)->ends.empty();
}

/// True for a settle request that only claims.
bool only_claims(const caf::message& content) {
  return is_settle(content)
         && content.get_as<settle_request_ptr>(1)->ends.empty();
}

// -- the normal course --------------------------------------------------------

TEST_F(embedding_supervisor_test, gives_each_worker_one_job_and_no_more) {
  start();
  record(5);
  EXPECT_EQ(jobs.size(), 2U);
  EXPECT_NE(jobs[0].seat.slot, jobs[1].seat.slot);
  EXPECT_EQ(job_of(3).state, job_state::ready);
}

TEST_F(embedding_supervisor_test, applies_a_result_and_gives_the_next_job) {
  start();
  record(3);
  finish(0);
  EXPECT_EQ(jobs.size(), 3U);
  EXPECT_EQ(job_of(1).state, job_state::done);
  EXPECT_EQ(progress().done, 1);
  EXPECT_EQ(results_accepted(), 1);
}

TEST_F(embedding_supervisor_test, settles_and_claims_in_one_transaction) {
  start();
  record(4);
  const auto commits = calls["commit"];
  finish(0);
  EXPECT_EQ(calls["commit"], commits + 1);
  EXPECT_EQ(jobs.size(), 3U);
}

TEST_F(embedding_supervisor_test, answers_who_waits_for_the_end_of_work) {
  start();
  record(2);
  bool over = false;
  auto pending = self->request(supervisor, caf::infinite, idle_atom_v);
  run();
  finish(0);
  finish(1);
  advance(1s);
  pending.receive([&](const work_progress& x) { over = x.done == 2; },
                  [](const caf::error&) {});
  EXPECT_TRUE(over);
}

TEST_F(embedding_supervisor_test, does_nothing_while_idle) {
  start();
  record(1);
  finish(0);
  advance(5s);
  calls.clear();
  advance(120s);
  EXPECT_EQ(calls["begin"], 0);
}

// -- failures -----------------------------------------------------------------

TEST_F(embedding_supervisor_test, never_repeats_a_permanent_failure) {
  start();
  record(1);
  finish(0, failure(error_class::permanent));
  advance(3600s);
  EXPECT_EQ(jobs.size(), 1U);
  EXPECT_EQ(job_of(1).state, job_state::failed);
  EXPECT_EQ(job_of(1).message, "no good");
}

TEST_F(embedding_supervisor_test, retries_transient_failures_with_backoff) {
  start();
  record(1);
  // Five attempts; before attempt n+1 a pause of at most 2^(n-1) s, and the
  // watch looks once a second.
  for (int attempt = 1; attempt < 5; ++attempt) {
    ASSERT_EQ(jobs.size(), static_cast<std::size_t>(attempt));
    const auto before_us = clock.now_us();
    finish(jobs.size() - 1, failure(error_class::transient));
    const auto row = job_of(1);
    EXPECT_EQ(row.state, job_state::retry);
    EXPECT_EQ(row.attempts_charged, attempt);
    EXPECT_GE(row.not_before_us, before_us);
    EXPECT_LE(row.not_before_us - before_us,
              1'000'000LL * (1LL << (attempt - 1)) + 2'000);
    advance(std::chrono::seconds{(1 << (attempt - 1)) + 2});
  }
  finish(jobs.size() - 1, failure(error_class::transient));
  advance(3600s);
  EXPECT_EQ(jobs.size(), 5U);
  EXPECT_EQ(job_of(1).state, job_state::failed);
}

TEST_F(embedding_supervisor_test,
       times_out_a_silent_worker_and_refuses_it_late) {
  start();
  record(3);
  advance(31s);
  // Both silent workers are written off and replaced; the third file runs.
  EXPECT_EQ(job_of(1).state, job_state::failed);
  EXPECT_EQ(job_of(1).why, error_class::timeout);
  EXPECT_EQ(pool().live, 2);
  ASSERT_EQ(jobs.size(), 3U);
  finish(0);
  EXPECT_EQ(job_of(1).state, job_state::failed);
  EXPECT_EQ(progress().refused, 1);
  EXPECT_EQ(results_accepted(), 0);
}

TEST_F(embedding_supervisor_test, lets_a_beating_worker_go_on) {
  start();
  record(1);
  for (int i = 0; i < 20; ++i) {
    caf::anon_send(supervisor, beat_atom_v,
                   worker_beat{jobs[0].seat, jobs[0].job->key, 1.0 * i, 60.0});
    advance(20s);
  }
  EXPECT_EQ(job_of(1).state, job_state::running);
  finish(0);
  EXPECT_EQ(job_of(1).state, job_state::done);
}

TEST_F(embedding_supervisor_test, allows_longer_for_longer_media) {
  start();
  record(1);
  // 30 s and 0.1 s for each of 600 s.
  caf::anon_send(supervisor, beat_atom_v,
                 worker_beat{jobs[0].seat, jobs[0].job->key, 0.0, 600.0});
  run();
  advance(88s);
  EXPECT_EQ(job_of(1).state, job_state::running);
  advance(4s);
  EXPECT_EQ(job_of(1).state, job_state::failed);
}

TEST_F(embedding_supervisor_test, replaces_a_dead_worker_and_charges_nobody) {
  start();
  record(1);
  caf::anon_send_exit(workers[static_cast<std::size_t>(jobs[0].seat.slot)],
                      caf::exit_reason::kill);
  run();
  EXPECT_EQ(pool().live, 2);
  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(job_of(1).attempts_charged, 0);
  EXPECT_EQ(job_of(1).interruptions, 1);
  finish(1);
  EXPECT_EQ(job_of(1).state, job_state::done);
}

TEST_F(embedding_supervisor_test, breaks_a_pool_whose_workers_keep_dying) {
  start();
  record(1);
  for (int deaths = 0; deaths < 6; ++deaths) {
    caf::anon_send_exit(workers.back(), caf::exit_reason::kill);
    run();
  }
  EXPECT_NE(pool().broken.find("died"), std::string::npos) << pool().broken;
  EXPECT_NE(progress().broken.find("analyzer"), std::string::npos);
  record(1, 2);
  advance(60s);
  EXPECT_EQ(job_of(2).state, job_state::ready);
  // Whoever waits is told instead of kept.
  bool told_so = false;
  auto pending = self->request(supervisor, caf::infinite, idle_atom_v);
  for (const auto& order : jobs)
    caf::anon_send(supervisor, end_atom_v,
                   worker_end{order.seat, order.job->key, success()});
  run();
  advance(60s);
  pending.receive([&](const work_progress& x) { told_so = !x.broken.empty(); },
                  [](const caf::error&) {});
  EXPECT_TRUE(told_so);
}

// -- lost messages and failing stores -----------------------------------------

TEST_F(embedding_supervisor_test, finds_a_claim_whose_reply_got_lost) {
  start();
  int lost = 0;
  relay = [&lost](const caf::message& content) {
    return only_claims(content) && lost++ == 0 ? relay_mode::lose_reply
                                               : relay_mode::pass;
  };
  record(1);
  EXPECT_EQ(job_of(1).state, job_state::running);
  EXPECT_TRUE(jobs.empty());
  // The LIBRARIAN's silence counts as unknown after 30 s.
  advance(40s);
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].job->key.claim, 2);
  finish(0);
  EXPECT_EQ(job_of(1).state, job_state::done);
  EXPECT_EQ(results_accepted(), 1);
}

TEST_F(embedding_supervisor_test,
       counts_a_result_once_when_its_reply_got_lost) {
  start();
  record(1);
  int lost = 0;
  relay = [&lost](const caf::message& content) {
    return ends_something(content) && lost++ == 0 ? relay_mode::lose_reply
                                                  : relay_mode::pass;
  };
  finish(0);
  advance(40s);
  EXPECT_EQ(progress().done, 1);
  EXPECT_EQ(results_accepted(), 1);
  EXPECT_EQ(jobs.size(), 1U);
}

TEST_F(embedding_supervisor_test, sends_a_result_again_that_got_lost) {
  start();
  record(1);
  int lost = 0;
  relay = [&lost](const caf::message& content) {
    return ends_something(content) && lost++ == 0 ? relay_mode::lose_request
                                                  : relay_mode::pass;
  };
  finish(0);
  EXPECT_EQ(job_of(1).state, job_state::running);
  advance(40s);
  EXPECT_EQ(job_of(1).state, job_state::done);
  EXPECT_EQ(results_accepted(), 1);
}

TEST_F(embedding_supervisor_test, keeps_results_while_the_disk_is_full) {
  start();
  record(3);
  fail_call = [](std::string_view name) -> std::optional<error> {
    if (name == "commit")
      return error{errc::no_space, "disk full"};
    return std::nullopt;
  };
  finish(0);
  EXPECT_EQ(progress().trouble, errc::no_space);
  EXPECT_EQ(progress().done, 0);
  EXPECT_EQ(jobs.size(), 2U);
  fail_call = nullptr;
  advance(2s);
  EXPECT_EQ(progress().trouble, errc::none);
  EXPECT_EQ(progress().done, 1);
  EXPECT_EQ(jobs.size(), 3U);
}

TEST_F(embedding_supervisor_test, ends_with_the_librarian) {
  start();
  self->monitor(supervisor);
  caf::anon_send_exit(relay_handle, caf::exit_reason::user_shutdown);
  run();
  bool ended = false;
  self->receive([&](const caf::down_msg&) { ended = true; },
                caf::after(0ms) >> [] {});
  EXPECT_TRUE(ended);
}

// -- restart ------------------------------------------------------------------

TEST_F(embedding_supervisor_test, requeues_before_the_first_claim_on_restart) {
  start();
  record(3);
  const auto late = jobs.at(0);
  advance(1s);
  restart();
  EXPECT_EQ(started.requeued, 2);
  EXPECT_EQ(started.epoch, 2);
  ASSERT_EQ(jobs.size(), 2U);
  // Interrupted jobs queue up behind: the third file is first now.
  EXPECT_EQ(jobs[0].job->path, "/music/3.wav");
  caf::anon_send(supervisor, end_atom_v,
                 worker_end{late.seat, late.job->key, success()});
  run();
  EXPECT_EQ(results_accepted(), 0);
  EXPECT_EQ(progress().refused, 1);
}

TEST_F(embedding_supervisor_test, quarantines_at_the_second_named_crash) {
  start();
  record(1);
  tunables.crashes = {{audio_file("", 1).hash, 11, "fake-1"}};
  restart();
  EXPECT_EQ(started.requeued, 1);
  EXPECT_EQ(started.quarantined, 0);
  ASSERT_EQ(started.named.size(), 1U);
  EXPECT_EQ(job_of(1).attempts_charged, 1);
  ASSERT_EQ(jobs.size(), 1U);
  restart();
  EXPECT_EQ(started.quarantined, 1);
  EXPECT_EQ(job_of(1).state, job_state::quarantined);
  EXPECT_TRUE(jobs.empty());
}

TEST_F(embedding_supervisor_test, runs_an_often_interrupted_file_alone) {
  start();
  record(1);
  for (int deaths = 0; deaths < 5; ++deaths)
    restart();
  EXPECT_TRUE(job_of(1).alone);
  ASSERT_EQ(jobs.size(), 1U);
  // While it runs, a free worker gets nothing.
  record(2, 2);
  EXPECT_EQ(jobs.size(), 1U);
  finish(0);
  EXPECT_EQ(jobs.size(), 3U);
}

TEST_F(embedding_supervisor_test, quarantines_what_dies_alone_three_times) {
  start();
  record(1);
  for (int deaths = 0; deaths < 7; ++deaths)
    restart();
  EXPECT_EQ(job_of(1).state, job_state::running);
  restart();
  EXPECT_EQ(job_of(1).state, job_state::quarantined);
}

TEST_F(embedding_supervisor_test, holds_the_others_for_one_that_waits_alone) {
  start();
  record(1);
  for (int deaths = 0; deaths < 5; ++deaths)
    restart();
  // Put it back behind a steady stream of new files.
  caf::anon_send(supervisor, end_atom_v,
                 worker_end{jobs[0].seat, jobs[0].job->key, [] {
                              work_outcome back;
                              back.outcome = attempt_outcome::returned;
                              return back;
                            }()});
  record(40, 2);
  std::size_t answered = 1;
  bool ran = false;
  for (int second = 0; second < 120 && !ran; ++second) {
    if (answered < jobs.size())
      finish(answered++);
    advance(2s);
    ran = std::any_of(jobs.begin() + 1, jobs.end(), [](const told& order) {
      return order.job->path == "/music/1.wav";
    });
  }
  EXPECT_TRUE(ran);
  EXPECT_LT(answered, 41U);
}

// -- cancel and drain ---------------------------------------------------------

TEST_F(embedding_supervisor_test, cancels_a_running_job_between_blocks) {
  start();
  record(1);
  job_verb verb;
  verb.filter.ulid = jobs[0].job->ulid;
  EXPECT_EQ(ask<std::int64_t>(supervisor, cancel_atom_v, verb).value(), 1);
  ASSERT_EQ(cancels.size(), 1U);
  EXPECT_FALSE(cancels[0].hand_back);
  work_outcome outcome;
  outcome.outcome = attempt_outcome::cancelled;
  outcome.why = error_class::cancelled;
  finish(0, outcome);
  EXPECT_EQ(job_of(1).state, job_state::cancelled);
}

TEST_F(embedding_supervisor_test, drains_without_costing_an_attempt) {
  start();
  record(3);
  auto pending =
    self->request(supervisor, caf::infinite, drain_atom_v, std::int64_t{5'000});
  run();
  finish(0);
  EXPECT_EQ(jobs.size(), 2U);
  advance(6s);
  ASSERT_EQ(cancels.size(), 1U);
  EXPECT_TRUE(cancels[0].hand_back);
  work_outcome back;
  back.outcome = attempt_outcome::returned;
  finish(1, back);
  drain_report report;
  pending.receive([&](const drain_report& x) { report = x; },
                  [](const caf::error&) { FAIL(); });
  EXPECT_EQ(report.handed_back, 1);
  EXPECT_EQ(job_of(1).state, job_state::done);
  EXPECT_EQ(job_of(2).state, job_state::ready);
  EXPECT_EQ(job_of(2).attempts_charged, 0);
  EXPECT_EQ(jobs.size(), 2U);
}

TEST_F(embedding_supervisor_test, drains_past_a_worker_that_hangs) {
  start();
  record(1);
  auto pending =
    self->request(supervisor, caf::infinite, drain_atom_v, std::int64_t{1'000});
  advance(10s);
  drain_report report;
  pending.receive([&](const drain_report& x) { report = x; },
                  [](const caf::error&) { FAIL(); });
  EXPECT_EQ(report.abandoned, 1);
  EXPECT_EQ(job_of(1).state, job_state::ready);
}

} // namespace
} // namespace troupe::testing
