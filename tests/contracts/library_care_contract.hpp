#pragma once

#include "domain/library/found_file.hpp"
#include "tests/contracts/library_fixture.hpp"

namespace troupe::contracts {

/// What every `library_store` promises about holds, quarantine and pruning.
class library_care_contract : public library_fixture {
protected:
  static constexpr std::int64_t day_us = 86'400 * second_us;
  static constexpr retention_policy week_and_quarter{7 * day_us, 90 * day_us};

  held_state read_held() {
    return committed([&] { return store_->held(); });
  }

  void put_held(const held_state& held) {
    EXPECT_TRUE(store_->begin());
    EXPECT_TRUE(store_->put_held(held));
    EXPECT_TRUE(store_->commit());
  }

  /// A job of content `number` that ended so.
  claimed_job ended(std::uint32_t number, job_state state) {
    record({audio_file("/m/" + std::to_string(number), number)});
    const auto jobs = claim(1);
    EXPECT_EQ(jobs.size(), 1U);
    auto end = end_of(jobs.at(0), state);
    if (state == job_state::quarantined)
      end.why = error_class::crash;
    EXPECT_EQ(finish(end), end_verdict::accepted);
    return jobs.at(0);
  }

  quarantine_release release(const std::string& hash) {
    return committed(
      [&] { return store_->release_content(hash, note(), now_us_); });
  }

  errc release_fails(const std::string& hash) {
    return refused(
      [&] { return store_->release_content(hash, note(), now_us_); });
  }

  prune_report prune(bool dry_run = false) {
    return committed([&] {
      return store_->prune(week_and_quarter, dry_run, note(), now_us_);
    });
  }

  live_jobs live() {
    const std::vector<job_kind> kinds{job_kind::audio_analyze,
                                      job_kind::text_embed};
    return committed([&] { return store_->live(kinds, 10); });
  }

  std::size_t audit_rows() {
    return reader()->audit(0, 1'000).value().size();
  }
};

// -- holds --------------------------------------------------------------------

TEST_P(library_care_contract, keeps_what_is_held_over_a_restart) {
  EXPECT_EQ(read_held(), held_state{});
  held_state held;
  held.pauses = {
    {{pause_scope::one_kind, job_kind::audio_analyze}, "anna", "why", 5, 9},
    {{pause_scope::intake, {}}, "ben", "", 6, 0}};
  held.import = {"T1", "ci", 1, 2, 3};
  held.scales = {{"analyzers", 3}, {"embedders", 0}};
  held.revision = 4;
  put_held(held);
  EXPECT_EQ(read_held(), held);
  reopen();
  EXPECT_EQ(read_held(), held);
  EXPECT_EQ(reader()->status().value().held, held);
  held.pauses.clear();
  held.scales.clear();
  put_held(held);
  EXPECT_EQ(read_held(), held);
}

TEST_P(library_care_contract, forgets_a_hold_that_was_not_committed) {
  EXPECT_TRUE(store_->begin());
  held_state held;
  held.scales = {{"analyzers", 3}};
  EXPECT_TRUE(store_->put_held(held));
  store_->rollback();
  EXPECT_EQ(read_held(), held_state{});
}

// -- live jobs ----------------------------------------------------------------

TEST_P(library_care_contract, counts_and_names_what_is_still_to_run) {
  EXPECT_EQ(live().total, 0);
  record({audio_file("/m/1", 1), audio_file("/m/2", 2), audio_file("/m/3", 3)});
  const auto jobs = claim(2);
  auto again = end_of(jobs.at(0), job_state::retry);
  again.not_before_us = now_us_ + second_us;
  finish(again);
  const auto found = live();
  EXPECT_EQ(found.total, 3);
  ASSERT_EQ(found.rows.size(), 2U);
  EXPECT_EQ(found.rows[0].state, job_state::ready);
  EXPECT_EQ(found.rows[0].path, "/m/3");
  EXPECT_EQ(found.rows[1].state, job_state::retry);
  EXPECT_EQ(found.rows[1].ulid, jobs[0].ulid);
}

// -- quarantine ---------------------------------------------------------------

TEST_P(library_care_contract, lets_a_content_out_of_quarantine_once) {
  const auto job = ended(7, job_state::quarantined);
  const auto hash = to_hex(job.hash);
  const auto first = release(hash.substr(0, 6));
  EXPECT_EQ(first.released, 1);
  EXPECT_EQ(first.hash, job.hash);
  const auto rows = reader()->audit(0, 1).value();
  EXPECT_EQ(rows.at(0).target, hash);
  EXPECT_EQ(rows.at(0).affected, 1);
  EXPECT_EQ(release(hash).released, 0);
  const auto again = claim(1);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].key.job, job.key.job);
  EXPECT_EQ(reader()->job_named(job.ulid)->job.crashes, 0);
}

TEST_P(library_care_contract, refuses_hashes_that_fit_nothing_or_several) {
  ended(0x0107, job_state::quarantined);
  ended(0x0207, job_state::quarantined);
  // Contents begin with their number, lowest byte first: 0701 and 0702.
  EXPECT_EQ(release_fails("0703"), errc::not_found);
  EXPECT_EQ(release_fails("070"), errc::invalid_argument);
  EXPECT_EQ(release_fails("07XX"), errc::invalid_argument);
  EXPECT_EQ(release("0701").released, 1);
  ended(0x010107, job_state::quarantined);
  ended(0x020107, job_state::quarantined);
  EXPECT_EQ(release_fails("0701"), errc::invalid_argument);
}

// -- pruning ------------------------------------------------------------------

TEST_P(library_care_contract, drops_done_jobs_and_keeps_their_results) {
  const auto job = ended(1, job_state::done);
  now_us_ += 7 * day_us;
  EXPECT_EQ(prune().jobs, 0);
  now_us_ += 1;
  EXPECT_EQ(prune(true).jobs, 1);
  EXPECT_TRUE(reader()->job_named(job.ulid));
  const auto before = audit_rows();
  const auto report = prune();
  EXPECT_EQ(report.jobs, 1);
  EXPECT_EQ(report.attempts, 1);
  EXPECT_FALSE(reader()->job_named(job.ulid));
  EXPECT_EQ(audit_rows(), before + 1);
  // The content is covered: nothing is queued for it.
  EXPECT_EQ(committed([&] { return store_->reconcile(false, now_us_); }), 0);
  EXPECT_EQ(reader()->entry_at("/m/1")->state, entry_state::done);
}

TEST_P(library_care_contract, never_gives_an_id_again_that_it_pruned) {
  const auto job = ended(1, job_state::done);
  now_us_ += 8 * day_us;
  EXPECT_EQ(prune().jobs, 1);
  reopen();
  record({audio_file("/m/2", 2)});
  EXPECT_GT(claim(1).at(0).key.job, job.key.job);
}

TEST_P(library_care_contract, keeps_failed_jobs_whose_file_is_there) {
  const auto kept = ended(1, job_state::failed);
  const auto gone = ended(2, job_state::failed);
  const auto entry = reader()->entry_at("/m/2")->id;
  committed([&] { return store_->sweep({{entry}, false}, now_us_); });
  now_us_ += 91 * day_us;
  EXPECT_EQ(prune().jobs, 1);
  EXPECT_FALSE(reader()->job_named(gone.ulid));
  const auto row = reader()->job_named(kept.ulid);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->attempts.size(), 1U);
  EXPECT_EQ(committed([&] { return store_->reconcile(false, now_us_); }), 0);
}

TEST_P(library_care_contract, keeps_the_last_attempt_of_a_kept_failure) {
  record({audio_file("/m/1", 1)});
  auto first = end_of(claim(1).at(0), job_state::ready);
  finish(first);
  const auto job = claim(1).at(0);
  finish(end_of(job, job_state::failed));
  now_us_ += 91 * day_us;
  const auto report = prune();
  EXPECT_EQ(report.jobs, 0);
  EXPECT_EQ(report.attempts, 1);
  const auto row = reader()->job_named(job.ulid);
  ASSERT_EQ(row->attempts.size(), 1U);
  EXPECT_EQ(row->attempts[0].claim, 2);
}

} // namespace troupe::contracts
