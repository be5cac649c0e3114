#pragma once

#include "tests/contracts/library_fixture.hpp"
#include "tests/fakes/scratch_folder.hpp"

namespace troupe::contracts {

/// What every `library_store` promises about sweeps, texts, restarts and the
/// verbs of administrators.
class library_verbs_contract : public library_fixture {
protected:
  sweep_report sweep(std::vector<entry_id> vanished, bool prune = false) {
    const sweep_request request{std::move(vanished), prune};
    return committed([&] { return store_->sweep(request, now_us_); });
  }

  entry_row entry_at(const std::string& path) {
    auto found = reader()->entry_at(path);
    return found ? std::move(found).value() : entry_row{};
  }

  job_row job_of(const std::string& ulid) {
    auto found = reader()->job_named(ulid);
    EXPECT_TRUE(found) << (found ? "" : found.failure().detail);
    return found ? found->job : job_row{};
  }

  /// One job that ended in the given state.
  claimed_job job_in(job_state state, std::uint32_t content = 1) {
    record({audio_file("/m/" + std::to_string(content), content)});
    const auto jobs = claim(1);
    EXPECT_EQ(jobs.size(), 1U);
    if (jobs.empty())
      return {};
    auto end = end_of(jobs[0], state);
    if (state == job_state::quarantined)
      end.why = error_class::crash;
    EXPECT_EQ(finish(end), end_verdict::accepted);
    return jobs[0];
  }

  std::int64_t retry(const job_filter& filter, bool dry_run = false) {
    return committed(
      [&] { return store_->retry(filter, dry_run, note(), now_us_); });
  }

  std::int64_t cancel(const job_filter& filter, bool dry_run = false) {
    return committed(
      [&] { return store_->cancel(filter, dry_run, note(), now_us_); });
  }

  static text_entry words(std::uint8_t content, std::string key = {}) {
    text_entry text{
      "words " + std::to_string(content), "Title", std::move(key), {}};
    text.hash[31] = content;
    return text;
  }

  std::string add(const text_entry& text) {
    return committed([&] { return store_->add_text(text, now_us_); });
  }
};

// -- sweeps -------------------------------------------------------------------

TEST_P(library_verbs_contract, marks_what_vanished_and_finds_it_again) {
  record({audio_file("/m/a", 1)});
  const auto before = entry_at("/m/a");
  EXPECT_EQ(sweep({before.id}).entries_missing, 1);
  EXPECT_EQ(entry_at("/m/a").state, entry_state::missing);
  EXPECT_TRUE(claim(5).empty());
  EXPECT_EQ(sweep({before.id}).entries_missing, 0);
  const auto report = record({audio_file("/m/a", 1)});
  EXPECT_EQ(report.entries_touched, 1);
  EXPECT_EQ(report.jobs_new, 1);
  EXPECT_EQ(entry_at("/m/a").ulid, before.ulid);
  EXPECT_EQ(entry_at("/m/a").state, entry_state::pending);
}

TEST_P(library_verbs_contract, keeps_the_id_of_a_file_found_after_it_vanished) {
  record({audio_file("/m/a", 1)});
  const auto before = entry_at("/m/a");
  sweep({before.id});
  EXPECT_EQ(record({audio_file("/m/b", 1)}).entries_moved, 1);
  EXPECT_EQ(entry_at("/m/b").ulid, before.ulid);
  EXPECT_TRUE(entry_at("/m/a").ulid.empty());
}

TEST_P(library_verbs_contract,
       keeps_the_id_of_a_file_found_before_it_vanished) {
  record({audio_file("/m/a", 1)});
  const auto before = entry_at("/m/a");
  record({audio_file("/m/b", 1)});
  const auto report = sweep({before.id});
  EXPECT_EQ(report.entries_moved, 1);
  EXPECT_EQ(report.entries_missing, 0);
  EXPECT_EQ(entry_at("/m/b").ulid, before.ulid);
  EXPECT_EQ(reader()->entries({})->rows.size(), 1U);
  EXPECT_EQ(claim(5).size(), 1U);
}

TEST_P(library_verbs_contract, pairs_several_moved_copies_one_to_one) {
  record({audio_file("/m/a", 1), audio_file("/m/b", 1)});
  const auto first = entry_at("/m/a");
  const auto second = entry_at("/m/b");
  record({audio_file("/n/a", 1)});
  const auto report = sweep({first.id, second.id});
  EXPECT_EQ(report.entries_moved, 1);
  EXPECT_EQ(report.entries_missing, 1);
  EXPECT_EQ(entry_at("/n/a").ulid, first.ulid);
}

TEST_P(library_verbs_contract, prunes_entries_with_their_results) {
  job_in(job_state::done, 1);
  record({audio_file("/m/copy", 1), audio_file("/m/other", 2)});
  EXPECT_EQ(sweep({entry_at("/m/copy").id}, true).entries_pruned, 1);
  EXPECT_EQ(entry_at("/m/1").state, entry_state::done);
  EXPECT_EQ(sweep({entry_at("/m/1").id}, true).entries_pruned, 1);
  EXPECT_EQ(reader()->entries({})->rows.size(), 1U);
  // Nothing of it is left: the same bytes are analysed anew.
  EXPECT_EQ(record({audio_file("/m/1", 1)}).jobs_new, 1);
  EXPECT_TRUE(store_->check()->empty());
}

TEST_P(library_verbs_contract, lets_a_running_job_of_a_pruned_file_end) {
  record({audio_file("/m/a", 1)});
  const auto jobs = claim(1);
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(sweep({entry_at("/m/a").id}, true).entries_pruned, 1);
  EXPECT_EQ(finish(end_of(jobs[0], job_state::done)), end_verdict::accepted);
}

// -- texts and forgetting -----------------------------------------------------

TEST_P(library_verbs_contract, adds_a_text_once_per_key) {
  const auto first = add(words(1, "k"));
  EXPECT_EQ(first.size(), 26U);
  EXPECT_EQ(add(words(1, "k")), first);
  EXPECT_NE(add(words(1, "other")), first);
  EXPECT_EQ(refused([&] { return store_->add_text(words(2, "k"), now_us_); }),
            errc::invalid_argument);
  EXPECT_EQ(queue().ready, 1);
}

TEST_P(library_verbs_contract, adds_the_same_text_without_key_once) {
  const auto first = add(words(1));
  EXPECT_EQ(add(words(1)), first);
  EXPECT_NE(add(words(2)), first);
}

TEST_P(library_verbs_contract, claims_a_text_without_a_path) {
  add(words(1));
  const auto report = settle({}, {{job_kind::text_embed, 1, false}});
  ASSERT_EQ(report.claimed.size(), 1U);
  EXPECT_TRUE(report.claimed[0].path.empty());
}

// -- orders -------------------------------------------------------------------

inline job_order picture_order(std::string params, std::string key = {}) {
  job_order order;
  order.hash = audio_file("", 77).hash;
  order.bytes = 5;
  order.params = std::move(params);
  order.key = std::move(key);
  return order;
}

TEST_P(library_verbs_contract, orders_a_job_that_names_no_entry) {
  const auto made =
    committed([&] { return store_->order(picture_order("{}"), now_us_); });
  EXPECT_EQ(made.ulid.size(), 26U);
  EXPECT_TRUE(made.is_new);
  reopen();
  const auto claimed =
    settle({}, {{job_kind::image_upscale, 9, false}}).claimed;
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_EQ(claimed[0].ulid, made.ulid);
  EXPECT_EQ(claimed[0].params, "{}");
  EXPECT_TRUE(claimed[0].path.empty());
  EXPECT_EQ(finish(end_of(claimed[0], job_state::done)), end_verdict::accepted);
  EXPECT_TRUE(store_->check()->empty());
}

TEST_P(library_verbs_contract, orders_the_same_job_once_per_key) {
  const auto order = [&](const char* params, const char* key) {
    return committed(
      [&] { return store_->order(picture_order(params, key), now_us_); });
  };
  const auto first = order("{}", "k");
  EXPECT_EQ(order("{}", "k").ulid, first.ulid);
  EXPECT_FALSE(order("{}", "k").is_new);
  EXPECT_NE(order("{}", "").ulid, order("{}", "").ulid);
  EXPECT_EQ(refused([&] {
              return store_->order(picture_order(R"({"a":1})", "k"), now_us_);
            }),
            errc::invalid_argument);
}

TEST_P(library_verbs_contract, urgent_orders_are_claimed_first) {
  for (const int priority : {1, 9, 5}) {
    auto order = picture_order(std::to_string(priority));
    order.priority = priority;
    committed([&] { return store_->order(order, now_us_); });
  }
  std::string seen;
  for (const auto& job :
       settle({}, {{job_kind::image_upscale, 9, false}}).claimed)
    seen += job.params;
  EXPECT_EQ(seen, "951");
}

TEST_P(library_verbs_contract, forgets_an_entry_and_audits_it) {
  job_in(job_state::done);
  const auto entry = entry_at("/m/1");
  committed([&] { return store_->forget(entry.id, note(), now_us_); });
  EXPECT_TRUE(reader()->entries({})->rows.empty());
  EXPECT_EQ(reader()->audit(0, 1)->at(0).action, "test");
  EXPECT_EQ(refused([&] { return store_->forget(entry.id, note(), now_us_); }),
            errc::not_found);
}

TEST_P(library_verbs_contract, keeps_the_results_of_a_tagged_file) {
  job_in(job_state::done);
  const auto before = entry_at("/m/1");
  auto now = audio_file("/m/1", 77);
  now.stamp.mtime_ns += 5;
  bool kept = false;
  committed([&]() -> result<void> {
    const auto done = store_->retag(before.id, now, note(), now_us_);
    kept = done && *done;
    return done ? result<void>{} : done.failure();
  });
  const auto after = entry_at("/m/1");
  EXPECT_TRUE(kept);
  EXPECT_EQ(after.ulid, before.ulid);
  EXPECT_EQ(after.state, entry_state::done);
  EXPECT_EQ(after.document, before.document);
  EXPECT_EQ(after.hash, now.hash);
  EXPECT_EQ(after.stamp, now.stamp);
  EXPECT_EQ(queue().ready, 0);
  EXPECT_EQ(refused([&]() -> result<void> {
              auto none = store_->retag(entry_id{999}, now, note(), now_us_);
              return none ? result<void>{} : none.failure();
            }),
            errc::not_found);
}

TEST_P(library_verbs_contract, leaves_a_shared_content_to_the_others) {
  record({audio_file("/m/a", 1), audio_file("/m/b", 1)});
  auto now = audio_file("/m/a", 2);
  const auto entry = entry_at("/m/a").id;
  bool kept = true;
  committed([&]() -> result<void> {
    const auto done = store_->retag(entry, now, note(), now_us_);
    kept = done && *done;
    return done ? result<void>{} : done.failure();
  });
  EXPECT_FALSE(kept);
  EXPECT_EQ(entry_at("/m/a").hash, now.hash);
  EXPECT_NE(entry_at("/m/b").hash, now.hash);
  EXPECT_EQ(queue().ready, 2);
}

TEST_P(library_verbs_contract, refuses_to_forget_what_is_being_worked_on) {
  record({audio_file("/m/a", 1)});
  EXPECT_EQ(claim(1).size(), 1U);
  const auto entry = entry_at("/m/a");
  EXPECT_EQ(refused([&] { return store_->forget(entry.id, note(), now_us_); }),
            errc::refused);
  EXPECT_EQ(entry_at("/m/a").ulid, entry.ulid);
}

// -- restarts -----------------------------------------------------------------

TEST_P(library_verbs_contract, finds_the_orphans_of_an_earlier_epoch) {
  record({audio_file("/m/a", 1)});
  const auto jobs = claim(1);
  ASSERT_EQ(jobs.size(), 1U);
  const auto claimed_us = now_us_;
  const auto earlier = epoch_.epoch;
  now_us_ += second_us;
  reopen();
  EXPECT_EQ(epoch_.epoch, earlier + 1);
  ASSERT_EQ(epoch_.orphans.size(), 1U);
  EXPECT_EQ(epoch_.orphans[0].key, jobs[0].key);
  EXPECT_EQ(epoch_.orphans[0].hash, jobs[0].hash);
  EXPECT_EQ(epoch_.orphans[0].claimed_us, claimed_us);
  orphan_verdict verdict;
  verdict.key = jobs[0].key;
  verdict.interruptions = 1;
  verdict.message = "the process ended";
  const std::vector verdicts{verdict};
  committed([&] { return store_->settle_orphans(verdicts, now_us_); });
  // Applied twice, it changes nothing.
  committed([&] { return store_->settle_orphans(verdicts, now_us_); });
  const auto again = claim(1);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].attempts_charged, 0);
  const auto details = reader()->job_named(again[0].ulid);
  ASSERT_TRUE(details);
  EXPECT_EQ(details->job.interruptions, 1);
  ASSERT_EQ(details->attempts.size(), 1U);
  EXPECT_EQ(details->attempts[0].outcome, attempt_outcome::interrupted);
}

TEST_P(library_verbs_contract, puts_orphans_behind_what_waited_longer) {
  record({audio_file("/m/a", 1)});
  EXPECT_EQ(claim(1).size(), 1U);
  now_us_ += second_us;
  record({audio_file("/m/b", 2)});
  now_us_ += second_us;
  reopen();
  ASSERT_EQ(epoch_.orphans.size(), 1U);
  orphan_verdict verdict;
  verdict.key = epoch_.orphans[0].key;
  committed(
    [&] { return store_->settle_orphans(std::vector{verdict}, now_us_); });
  const auto jobs = claim(2);
  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(jobs[0].path, "/m/b");
  EXPECT_EQ(jobs[1].path, "/m/a");
}

TEST_P(library_verbs_contract, releases_quarantine_under_another_decoder) {
  job_in(job_state::quarantined);
  reopen();
  EXPECT_TRUE(claim(1).empty());
  EXPECT_EQ(entry_at("/m/1").state, entry_state::quarantined);
  auto recipes = two_recipes();
  recipes[0].decoder = "snd-2";
  reopen(recipes);
  EXPECT_EQ(claim(1).size(), 1U);
}

TEST_P(library_verbs_contract, counts_crashes_under_the_present_decoder_only) {
  record({audio_file("/m/a", 1)});
  EXPECT_EQ(claim(1).size(), 1U);
  reopen();
  ASSERT_EQ(epoch_.orphans.size(), 1U);
  orphan_verdict verdict;
  verdict.key = epoch_.orphans[0].key;
  verdict.charged = true;
  verdict.crashes = 1;
  verdict.why = error_class::crash;
  committed(
    [&] { return store_->settle_orphans(std::vector{verdict}, now_us_); });
  EXPECT_EQ(claim(1).size(), 1U);
  reopen();
  ASSERT_EQ(epoch_.orphans.size(), 1U);
  EXPECT_EQ(epoch_.orphans[0].crashes, 1);
  auto recipes = two_recipes();
  recipes[0].decoder = "snd-2";
  reopen(recipes);
  ASSERT_EQ(epoch_.orphans.size(), 1U);
  EXPECT_EQ(epoch_.orphans[0].crashes, 0);
}

// -- retry, cancel, reconcile -------------------------------------------------

TEST_P(library_verbs_contract, retries_failed_jobs_and_keeps_their_history) {
  const auto job = job_in(job_state::failed);
  EXPECT_EQ(retry({}, true), 1);
  EXPECT_EQ(queue().ready, 0);
  EXPECT_EQ(retry({}), 1);
  EXPECT_EQ(retry({}), 0);
  const auto again = claim(1);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].key.job, job.key.job);
  EXPECT_EQ(again[0].key.claim, job.key.claim + 1);
  EXPECT_EQ(again[0].attempts_charged, 0);
  EXPECT_EQ(reader()->job_named(job.ulid)->attempts.size(), 1U);
}

TEST_P(library_verbs_contract, retries_only_what_the_filter_names) {
  const auto first = job_in(job_state::failed, 1);
  job_in(job_state::failed, 2);
  job_filter filter;
  filter.why = error_class::timeout;
  EXPECT_EQ(retry(filter), 0);
  filter = {};
  filter.kind = job_kind::text_embed;
  EXPECT_EQ(retry(filter), 0);
  filter = {};
  filter.ulid = first.ulid;
  EXPECT_EQ(retry(filter), 1);
  filter.ulid = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
  EXPECT_EQ(
    refused([&] { return store_->retry(filter, false, note(), now_us_); }),
    errc::not_found);
}

TEST_P(library_verbs_contract, refuses_to_retry_quarantine) {
  const auto job = job_in(job_state::quarantined);
  job_filter filter;
  filter.ulid = job.ulid;
  const auto attempt = [&] {
    return store_->retry(filter, false, note(), now_us_);
  };
  EXPECT_EQ(refused(attempt), errc::refused);
  filter = {};
  filter.state = job_state::quarantined;
  EXPECT_EQ(refused(attempt), errc::refused);
  EXPECT_EQ(retry({}), 0);
}

TEST_P(library_verbs_contract, cancels_what_waits_and_not_what_runs) {
  record({audio_file("/m/a", 1)});
  const auto jobs = claim(1);
  ASSERT_EQ(jobs.size(), 1U);
  record({audio_file("/m/b", 2)});
  EXPECT_EQ(cancel({}, true), 1);
  EXPECT_EQ(cancel({}), 1);
  EXPECT_EQ(queue().running, 1);
  EXPECT_EQ(entry_at("/m/b").state, entry_state::failed);
  EXPECT_EQ(entry_at("/m/b").message, "cancelled");
  // Neither reconciling nor finding the file again undoes what a person did.
  EXPECT_EQ(committed([&] { return store_->reconcile(false, now_us_); }), 0);
  EXPECT_EQ(record({audio_file("/m/b", 2)}).jobs_new, 0);
  EXPECT_EQ(retry({}), 1);
}

TEST_P(library_verbs_contract, writes_one_audit_row_per_verb) {
  job_in(job_state::failed);
  const auto before = reader()->status()->audit_rows;
  retry({}, true);
  EXPECT_EQ(reader()->status()->audit_rows, before);
  retry({});
  const auto row = reader()->audit(0, 1)->at(0);
  EXPECT_EQ(row.actor, "uid:1000");
  EXPECT_EQ(row.affected, 1);
  EXPECT_EQ(reader()->status()->audit_rows, before + 1);
}

TEST_P(library_verbs_contract, reconciles_to_nothing_when_all_is_queued) {
  record({audio_file("/m/a", 1), audio_file("/m/b", 2)});
  EXPECT_EQ(committed([&] { return store_->reconcile(false, now_us_); }), 0);
}

// -- care ---------------------------------------------------------------------

TEST_P(library_verbs_contract, copies_a_library_that_is_in_use) {
  job_in(job_state::done);
  const fakes::scratch_folder folder;
  const auto copy = folder.at("copy.db");
  const auto done = store_->backup(copy);
  ASSERT_TRUE(done) << done.failure().detail;
  EXPECT_GT(std::filesystem::file_size(copy), 4096U);
  EXPECT_EQ(store_->backup(copy).failure().code, errc::refused);
}

TEST_P(library_verbs_contract, finds_nothing_wrong_with_a_sound_library) {
  job_in(job_state::done);
  const auto findings = store_->check();
  ASSERT_TRUE(findings);
  EXPECT_TRUE(findings->empty());
  EXPECT_TRUE(store_->checkpoint(true));
  EXPECT_TRUE(store_->checkpoint(false));
}

} // namespace troupe::contracts
