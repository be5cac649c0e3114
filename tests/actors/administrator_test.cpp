#include "tests/actors/admin_fixture.hpp"
#include "tests/fakes/scratch_folder.hpp"

#include <csignal>

namespace troupe::testing {
namespace {

constexpr pause_target audio{pause_scope::one_kind, job_kind::audio_analyze};

class administrator_test : public admin_fixture {
protected:
  hold_outcome pause(pause_target what = audio, std::string who = anna) {
    auto done =
      order<hold_outcome>(pause_atom_v, pause_request{who, what, "why", 0});
    EXPECT_TRUE(done) << (done ? "" : done.failure().detail);
    return done ? *done : hold_outcome{};
  }

  hold_outcome resume(pause_target what = audio, std::string who = anna) {
    auto done =
      order<hold_outcome>(resume_atom_v, resume_request{who, what, {}});
    EXPECT_TRUE(done) << (done ? "" : done.failure().detail);
    return done ? *done : hold_outcome{};
  }

  import_lease begin_import(std::int64_t ttl_ms = 600'000) {
    auto done =
      order<import_lease>(import_atom_v, import_begin_request{"ci", ttl_ms});
    EXPECT_TRUE(done) << (done ? "" : done.failure().detail);
    return done ? *done : import_lease{};
  }

  /// Records a file, with a token or without; the code of the refusal.
  errc record_with(const std::string& token, std::uint8_t number) {
    found_batch batch;
    batch.files = {audio_file("/music/x" + std::to_string(number), number)};
    batch.token = token;
    std::optional<result<record_report>> answer;
    auto pending =
      self->request(supervisor, caf::infinite, record_atom_v, batch);
    run();
    pending.receive([&](record_report& x) { answer = x; },
                    [&](caf::error& why) { answer = from_caf(why); });
    return *answer ? errc::none : answer->failure().code;
  }

  idle_answer why(const std::string& word) {
    auto found = order<idle_answer>(why_atom_v, why_request{anna, word});
    EXPECT_TRUE(found) << (found ? "" : found.failure().detail);
    return found ? *found : idle_answer{};
  }

  void expect_audit(const std::string& action, std::int64_t affected,
                    const std::string& target = {}) {
    const auto row = last_audit();
    EXPECT_EQ(row.action, action);
    EXPECT_EQ(row.affected, affected) << action;
    EXPECT_TRUE(target.empty() || row.target == target) << row.target;
  }
};

// -- pauses -------------------------------------------------------------------

TEST_F(administrator_test, pauses_once_and_goes_on_once) {
  start_admin();
  EXPECT_EQ(pause().affected, 1);
  expect_audit("pause", 1, "audio.analyze");
  EXPECT_EQ(pause().affected, 0);
  expect_audit("pause", 0, "audio.analyze");
  record(2);
  EXPECT_TRUE(jobs.empty());
  EXPECT_EQ(resume().affected, 1);
  expect_audit("resume", 1, "audio.analyze");
  run();
  EXPECT_EQ(jobs.size(), 2U);
  EXPECT_EQ(resume().affected, 0);
}

TEST_F(administrator_test, lets_running_jobs_end_in_a_paused_queue) {
  start_admin();
  record(3);
  ASSERT_EQ(jobs.size(), 2U);
  pause();
  finish(0);
  finish(1);
  EXPECT_EQ(progress().done, 2);
  EXPECT_EQ(jobs.size(), 2U);
  EXPECT_NE(progress().paused.find("uid:1000"), std::string::npos);
}

TEST_F(administrator_test, goes_on_by_itself_when_a_pause_is_over) {
  start_admin();
  ASSERT_TRUE(
    order<hold_outcome>(pause_atom_v, pause_request{anna, audio, {}, 60'000}));
  record(1);
  advance(59s);
  EXPECT_TRUE(jobs.empty());
  advance(2s);
  EXPECT_EQ(jobs.size(), 1U);
}

TEST_F(administrator_test, keeps_a_pause_over_a_restart) {
  start_admin();
  pause();
  stop_admin();
  restart();
  start_admin();
  record(1);
  EXPECT_TRUE(jobs.empty());
}

// -- imports ------------------------------------------------------------------

TEST_F(administrator_test, holds_intake_for_all_but_the_import) {
  start_admin();
  const auto lease = begin_import();
  expect_audit("import begin", 1, lease.token);
  EXPECT_EQ(record_with({}, 1), errc::refused);
  EXPECT_EQ(record_with("another", 2), errc::refused);
  EXPECT_EQ(record_with(lease.token, 3), errc::none);
  run();
  EXPECT_EQ(jobs.size(), 1U);
  const import_change_request change{"ci", lease.token, 600'000};
  EXPECT_TRUE(order<import_lease>(extend_atom_v, change));
  EXPECT_TRUE(order<import_lease>(finish_atom_v, change));
  expect_audit("import end", 1, lease.token);
  EXPECT_TRUE(order<import_lease>(finish_atom_v, change));
  expect_audit("import end", 0, lease.token);
  EXPECT_EQ(record_with({}, 4), errc::none);
  EXPECT_EQ(order<import_lease>(extend_atom_v, change).failure().code,
            errc::refused);
}

TEST_F(administrator_test, opens_intake_when_the_importer_died) {
  start_admin();
  pause();
  begin_import(60'000);
  // The node dies as well, between any two steps of the import.
  stop_admin();
  restart();
  start_admin();
  EXPECT_EQ(record_with({}, 1), errc::refused);
  advance(61s);
  EXPECT_EQ(record_with({}, 1), errc::none);
  // The person's pause is still there.
  EXPECT_TRUE(jobs.empty());
  resume();
  run();
  EXPECT_EQ(jobs.size(), 1U);
}

TEST_F(administrator_test, refuses_a_second_import) {
  start_admin();
  begin_import();
  const auto second =
    order<import_lease>(import_atom_v, import_begin_request{"ben", 600'000});
  EXPECT_EQ(second.failure().code, errc::refused);
  EXPECT_NE(second.failure().detail.find("ci"), std::string::npos);
}

// -- drain --------------------------------------------------------------------

TEST_F(administrator_test, drains_when_all_work_is_done) {
  start_admin();
  record(2);
  auto pending = self->request(admin, caf::infinite, drain_atom_v,
                               drain_request{anna, 60'000});
  run();
  expect_audit("drain", 0);
  EXPECT_EQ(record_with({}, 9), errc::refused);
  finish(0);
  finish(1);
  advance(2s);
  bool drained = false;
  pending.receive([&](const drain_outcome& x) { drained = x.drained; },
                  [](const caf::error&) {});
  EXPECT_TRUE(drained);
  EXPECT_EQ(record_with({}, 9), errc::none);
}

TEST_F(administrator_test, is_back_at_the_deadline_and_names_the_job) {
  start_admin();
  record(1);
  const auto begun_ms = clock.monotonic_ms();
  drain_request request{anna, 1'500};
  request.on_timeout = drain_rest::requeue;
  auto pending = self->request(admin, caf::infinite, drain_atom_v, request);
  run();
  advance(1500ms);
  EXPECT_EQ(clock.monotonic_ms() - begun_ms, 1'500);
  ASSERT_EQ(cancels.size(), 1U);
  EXPECT_TRUE(cancels[0].hand_back);
  finish(0, returned_unfinished());
  drain_outcome outcome;
  pending.receive([&](drain_outcome& x) { outcome = std::move(x); },
                  [](const caf::error& why) { FAIL() << to_string(why); });
  EXPECT_FALSE(outcome.drained);
  EXPECT_EQ(outcome.handed_back, 1);
  ASSERT_EQ(outcome.blockers.size(), 1U);
  EXPECT_EQ(outcome.blockers[0].path, "/music/1.wav");
  EXPECT_EQ(outcome.blockers[0].worker, "analyzer-0");
  run();
  // Later it runs once more, and ends once.
  ASSERT_EQ(jobs.size(), 2U);
  finish(1);
  EXPECT_EQ(results_accepted(), 1);
}

TEST_F(administrator_test, leaves_the_rest_alone_when_told_to_wait) {
  start_admin();
  record(3);
  auto pending = self->request(admin, caf::infinite, drain_atom_v,
                               drain_request{anna, 1'000});
  run();
  advance(1s);
  drain_outcome outcome;
  pending.receive([&](drain_outcome& x) { outcome = std::move(x); },
                  [](const caf::error& why) { FAIL() << to_string(why); });
  EXPECT_EQ(outcome.left, 3);
  EXPECT_EQ(outcome.blockers.size(), 3U);
  EXPECT_TRUE(cancels.empty());
  EXPECT_EQ(record_with({}, 9), errc::none);
}

TEST_F(administrator_test, cancels_the_rest_when_told_so) {
  start_admin();
  record(3);
  drain_request request{anna, 1'000};
  request.on_timeout = drain_rest::cancel;
  auto pending = self->request(admin, caf::infinite, drain_atom_v, request);
  run();
  advance(1s);
  ASSERT_EQ(cancels.size(), 2U);
  work_outcome stopped = failure(error_class::cancelled);
  stopped.outcome = attempt_outcome::cancelled;
  finish(0, stopped);
  finish(1, stopped);
  drain_outcome outcome;
  pending.receive([&](drain_outcome& x) { outcome = std::move(x); },
                  [](const caf::error& why) { FAIL() << to_string(why); });
  EXPECT_EQ(outcome.cancelled, 3);
  EXPECT_EQ(job_of(3).state, job_state::cancelled);
  EXPECT_EQ(job_of(1).state, job_state::cancelled);
}

TEST_F(administrator_test, refuses_a_drain_that_would_never_end) {
  start_admin();
  pause();
  record(1);
  const auto refused =
    order<drain_outcome>(drain_atom_v, drain_request{anna, 60'000});
  EXPECT_EQ(refused.failure().code, errc::refused);
  EXPECT_NE(refused.failure().detail.find("paused by uid:1000"),
            std::string::npos);
}

TEST_F(administrator_test, holds_intake_after_a_drain_until_it_is_resumed) {
  start_admin();
  drain_request request{anna, 1'000};
  request.hold = true;
  const auto done = order<drain_outcome>(drain_atom_v, request);
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->drained);
  EXPECT_EQ(record_with({}, 1), errc::refused);
  EXPECT_EQ(resume({pause_scope::intake, {}}).affected, 1);
  EXPECT_EQ(record_with({}, 1), errc::none);
}

// -- pools --------------------------------------------------------------------

TEST_F(administrator_test, scales_a_pool_up_and_down_live) {
  start_admin();
  record(4);
  EXPECT_EQ(jobs.size(), 2U);
  auto grown =
    order<scale_report>(scale_atom_v, scale_request{anna, "analyzers", 3});
  ASSERT_TRUE(grown);
  expect_audit("scale", 0, "analyzers");
  EXPECT_EQ(grown->slots_before, 2);
  run();
  EXPECT_EQ(jobs.size(), 3U);
  ASSERT_TRUE(
    order<scale_report>(scale_atom_v, scale_request{anna, "analyzers", 0}));
  finish(0);
  finish(1);
  finish(2);
  run();
  EXPECT_EQ(jobs.size(), 3U);
  EXPECT_EQ(pool().live, 0);
  EXPECT_EQ(pool().slots, 0);
  ASSERT_TRUE(
    order<scale_report>(scale_atom_v, scale_request{anna, "analyzers", 1}));
  run();
  EXPECT_EQ(jobs.size(), 4U);
}

TEST_F(administrator_test, keeps_a_saved_size_over_a_restart) {
  tunables.use_saved_scales = true;
  start_admin();
  scale_request request{anna, "analyzers", 1};
  request.save = true;
  ASSERT_TRUE(order<scale_report>(scale_atom_v, request));
  expect_audit("scale", 1, "analyzers");
  stop_admin();
  restart();
  start_admin();
  record(2);
  EXPECT_EQ(jobs.size(), 1U);
}

TEST_F(administrator_test, refuses_to_scale_what_is_not_here) {
  start_admin();
  EXPECT_EQ(
    order<scale_report>(scale_atom_v, scale_request{anna, "upscalers", 1})
      .failure()
      .code,
    errc::refused);
  EXPECT_EQ(
    order<scale_report>(scale_atom_v, scale_request{anna, "analyzers", 1'000})
      .failure()
      .code,
    errc::invalid_argument);
}

// -- jobs ---------------------------------------------------------------------

TEST_F(administrator_test, cancels_and_retries_by_filter) {
  start_admin();
  record(3);
  job_change_request request;
  request.asker = anna;
  request.kind = "audio.analyze";
  request.dry_run = true;
  EXPECT_EQ(order<std::int64_t>(cancel_atom_v, request).value(), 3);
  request.dry_run = false;
  EXPECT_EQ(order<std::int64_t>(cancel_atom_v, request).value(), 3);
  const auto row = last_audit();
  EXPECT_EQ(row.action, "cancel");
  EXPECT_EQ(row.affected, 1);
  EXPECT_EQ(row.detail, " kind=audio.analyze and 2 running");
  EXPECT_EQ(cancels.size(), 2U);
  finish(0, failure(error_class::permanent));
  request.kind = {};
  request.state = "failed";
  EXPECT_EQ(order<std::int64_t>(retry_atom_v, request).value(), 1);
  expect_audit("retry", 1);
  request.state = "nonsense";
  EXPECT_EQ(order<std::int64_t>(retry_atom_v, request).failure().code,
            errc::invalid_argument);
}

TEST_F(administrator_test, says_why_a_job_does_not_run) {
  start_admin();
  record(3);
  EXPECT_EQ(why(job_of(1).ulid).cause, idle_cause::running);
  EXPECT_EQ(why(to_hex(job_of(3).hash)).cause, idle_cause::workers_busy);
  EXPECT_EQ(why("/music/3.wav").cause, idle_cause::workers_busy);
  pause();
  const auto paused = why(job_of(3).ulid);
  EXPECT_EQ(paused.cause, idle_cause::paused);
  EXPECT_NE(paused.text.find("uid:1000"), std::string::npos);
  resume();
  finish(0);
  EXPECT_EQ(why(jobs.at(0).job->ulid).cause, idle_cause::done);
  begin_import();
  EXPECT_EQ(why("/music/none.wav").cause, idle_cause::import_hold);
}

// -- quarantine and care ------------------------------------------------------

TEST_F(administrator_test, lists_and_releases_what_is_quarantined) {
  start_admin();
  record(1);
  const auto listed = [this] {
    return order<job_page>(convicts_atom_v, quarantine_query{anna})
      .value()
      .rows.size();
  };
  EXPECT_EQ(listed(), 0U);
  // It kills the process twice: convicted.
  for (int death = 0; death < 2; ++death) {
    tunables.crashes = {{audio_file("", 1).hash, SIGSEGV, "fake-1"}};
    stop_admin();
    restart();
    start_admin();
  }
  ASSERT_EQ(listed(), 1U);
  const auto hash = to_hex(audio_file("", 1).hash);
  const auto done =
    order<release_report>(release_atom_v, release_request{anna, hash});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->released, 1);
  expect_audit("quarantine release", 1, hash);
  EXPECT_EQ(order<release_report>(release_atom_v, release_request{anna, hash})
              ->released,
            0);
  EXPECT_EQ(order<release_report>(release_atom_v, release_request{anna, "abcd"})
              .failure()
              .code,
            errc::not_found);
}

TEST_F(administrator_test, puts_every_verb_of_care_on_record) {
  start_admin();
  fakes::scratch_folder folder;
  const auto copy = folder.at("copy.db");
  EXPECT_EQ(order<std::int64_t>(cover_atom_v, reconcile_request{anna}).value(),
            0);
  expect_audit("reconcile", 0);
  EXPECT_TRUE(order<bool>(backup_atom_v, backup_request{anna, copy}));
  expect_audit("backup", 1, copy);
  EXPECT_EQ(
    order<bool>(backup_atom_v, backup_request{anna, copy}).failure().code,
    errc::refused);
  EXPECT_TRUE(order<check_findings>(check_atom_v, std::string{anna}));
  expect_audit("check", 0);
  EXPECT_TRUE(order<prune_report>(prune_atom_v, prune_request{anna}));
  expect_audit("prune", 0);
  EXPECT_TRUE(order<bool>(shutdown_atom_v, std::string{anna}));
  expect_audit("shutdown", 0);
  std::string who;
  self->receive([&](shutdown_atom, std::string& x) { who = std::move(x); });
  EXPECT_EQ(who, anna);
}

TEST_F(administrator_test, shows_how_all_stands) {
  start_admin();
  record(3);
  pause();
  const auto status = order<node_status>(status_atom_v, std::string{anna});
  ASSERT_TRUE(status);
  EXPECT_EQ(status->supervision.work.running.size(), 2U);
  EXPECT_EQ(status->supervision.held.pauses.size(), 1U);
  EXPECT_EQ(status->supervision.pools.pools.at(0).name, "analyzers");
  EXPECT_EQ(status->library.coverage.at(0).entries, 3);
  const auto pools = order<workers_report>(workers_atom_v, std::string{anna});
  ASSERT_TRUE(pools);
  EXPECT_EQ(pools->running.at(0).worker, "analyzer-0");
}

TEST_F(administrator_test, looks_once_for_all_who_ask_at_the_same_time) {
  start_admin();
  record(1);
  const auto ask_for_status = [this] {
    return self->request(admin, caf::infinite, status_atom_v,
                         std::string{anna});
  };
  auto first = ask_for_status();
  auto second = ask_for_status();
  auto third = ask_for_status();
  run();
  for (auto* each : {&first, &second, &third}) {
    std::int64_t entries = 0;
    each->receive(
      [&](const node_status& x) { entries = x.library.coverage.at(0).entries; },
      [](const caf::error& why) { FAIL() << to_string(why); });
    EXPECT_EQ(entries, 1);
  }
  // And goes on to answer: what was recorded since is in the next.
  record(1, 2);
  const auto later = order<node_status>(status_atom_v, std::string{anna});
  ASSERT_TRUE(later);
  EXPECT_EQ(later->library.coverage.at(0).entries, 2);
}

TEST_F(administrator_test, tells_what_is_usual_once_a_job_has_ended) {
  start_admin();
  record(2);
  ASSERT_EQ(jobs.size(), 2U);
  const auto look = [this] {
    return order<node_status>(status_atom_v, std::string{anna}).value();
  };
  EXPECT_EQ(look().supervision.work.running.at(0).usual_ms, 0);
  advance(300ms);
  finish(0);
  const auto status = look();
  ASSERT_EQ(status.supervision.paces.size(), 1U);
  EXPECT_EQ(status.supervision.paces[0].usual_ms, 300);
  EXPECT_GT(status.supervision.paces[0].jobs_per_s, 0.0);
  EXPECT_EQ(status.supervision.work.running.at(0).usual_ms, 300);
}

} // namespace
} // namespace troupe::testing
