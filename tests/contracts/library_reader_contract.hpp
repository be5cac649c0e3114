#pragma once

#include "domain/library/path_digest.hpp"
#include "tests/contracts/library_fixture.hpp"

namespace troupe::contracts {

/// What every `library_reader` promises about what a store has committed.
class library_reader_contract : public library_fixture {
protected:
  /// Three files and a text: /m/a done, /m/b failed, /m/sub/c pending.
  void fill() {
    record({audio_file("/m/a", 1), audio_file("/m/b", 2)});
    const auto jobs = claim(2);
    ASSERT_EQ(jobs.size(), 2U);
    ASSERT_EQ(finish(end_of(jobs[0], job_state::done)), end_verdict::accepted);
    ASSERT_EQ(finish(end_of(jobs[1], job_state::failed)),
              end_verdict::accepted);
    now_us_ += second_us;
    record({audio_file("/m/sub/c", 3)});
    text_entry text{"some words", "Title", "key-1", {}};
    text.hash[0] = 200;
    text_id_ = committed([&] { return store_->add_text(text, now_us_); });
  }

  static std::vector<std::string> paths_of(const entry_page& page) {
    std::vector<std::string> paths;
    for (const auto& row : page.rows)
      paths.push_back(row.path);
    return paths;
  }

  std::string text_id_;
};

TEST_P(library_reader_contract, lists_entries_by_path_and_texts_last) {
  fill();
  const auto page = reader()->entries({});
  ASSERT_TRUE(page) << page.failure().detail;
  EXPECT_EQ(paths_of(*page),
            (std::vector<std::string>{"/m/a", "/m/b", "/m/sub/c", ""}));
  EXPECT_TRUE(page->next.empty());
  EXPECT_EQ(page->rows[0].state, entry_state::done);
  EXPECT_EQ(page->rows[0].document, R"({"a":1})");
  EXPECT_EQ(page->rows[0].space, "space-1");
  EXPECT_EQ(page->rows[0].dim, 2);
  EXPECT_EQ(page->rows[1].state, entry_state::failed);
  EXPECT_EQ(page->rows[1].message, "it broke");
  EXPECT_EQ(page->rows[2].state, entry_state::pending);
  EXPECT_EQ(page->rows[3].title, "Title");
  EXPECT_EQ(page->rows[3].kind, media_kind::text);
}

TEST_P(library_reader_contract, pages_through_all_entries_once) {
  fill();
  const auto reading = reader();
  entry_query query;
  query.limit = 1;
  std::vector<std::string> seen;
  do {
    const auto page = reading->entries(query);
    ASSERT_TRUE(page) << page.failure().detail;
    ASSERT_EQ(page->rows.size(), 1U);
    seen.push_back(page->rows[0].path);
    query.cursor = page->next;
  } while (!query.cursor.empty() && seen.size() < 10);
  EXPECT_EQ(seen, (std::vector<std::string>{"/m/a", "/m/b", "/m/sub/c", ""}));
}

TEST_P(library_reader_contract, filters_by_kind_state_and_folder) {
  fill();
  record({audio_file("/m/sub-x", 9), audio_file("/m/sub.y", 10)});
  const auto reading = reader();
  entry_query query;
  query.under = "/m/sub";
  EXPECT_EQ(paths_of(*reading->entries(query)),
            std::vector<std::string>{"/m/sub/c"});
  query.under = "/m/b";
  EXPECT_EQ(paths_of(*reading->entries(query)),
            std::vector<std::string>{"/m/b"});
  query = {};
  query.state = entry_state::failed;
  EXPECT_EQ(paths_of(*reading->entries(query)),
            std::vector<std::string>{"/m/b"});
  query = {};
  query.kind = media_kind::text;
  EXPECT_EQ(reading->entries(query)->rows.size(), 1U);
}

TEST_P(library_reader_contract, keeps_paths_that_are_not_utf8) {
  const std::string path = "/m/\xff\xfe\x01 %20?";
  record({audio_file(path, 1)});
  const auto found = reader()->entry_at(path);
  ASSERT_TRUE(found) << found.failure().detail;
  EXPECT_EQ(found->path, path);
}

TEST_P(library_reader_contract, finds_an_entry_by_id_prefix_or_key) {
  fill();
  const auto reading = reader();
  EXPECT_EQ(reading->entry_named(text_id_)->ulid, text_id_);
  EXPECT_EQ(reading->entry_named("key-1")->ulid, text_id_);
  const auto whole = reading->entry_at("/m/sub/c");
  ASSERT_TRUE(whole);
  auto lower = whole->ulid;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  EXPECT_EQ(reading->entry_named(lower)->path, "/m/sub/c");
  EXPECT_EQ(reading->entry_named("nothing-like-it").failure().code,
            errc::not_found);
  EXPECT_EQ(reading->entry_at("/m/nowhere").failure().code, errc::not_found);
}

TEST_P(library_reader_contract, lists_the_matches_of_an_ambiguous_prefix) {
  fill();
  const auto reading = reader();
  // All were made within two seconds: the first characters agree.
  const auto found = reading->entry_named(text_id_.substr(0, 5));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.failure().code, errc::invalid_argument);
  EXPECT_NE(found.failure().detail.find(text_id_), std::string::npos);
  const auto job = reading->job_named(text_id_.substr(0, 5));
  ASSERT_FALSE(job);
  EXPECT_EQ(job.failure().code, errc::invalid_argument);
}

TEST_P(library_reader_contract, shows_a_job_with_its_attempts) {
  record({audio_file("/m/a", 1)});
  auto jobs = claim(1);
  ASSERT_EQ(jobs.size(), 1U);
  auto end = end_of(jobs[0], job_state::retry);
  end.message = std::string(5000, 'x');
  end.not_before_us = now_us_;
  finish(end);
  queue();
  jobs = claim(1);
  ASSERT_EQ(jobs.size(), 1U);
  finish(end_of(jobs[0], job_state::done));
  const auto found = reader()->job_named(jobs[0].ulid);
  ASSERT_TRUE(found) << found.failure().detail;
  EXPECT_EQ(found->job.state, job_state::done);
  EXPECT_EQ(found->job.version, "audio-1");
  EXPECT_EQ(found->job.path, "/m/a");
  ASSERT_EQ(found->attempts.size(), 2U);
  EXPECT_EQ(found->attempts[0].number, 1);
  EXPECT_EQ(found->attempts[0].outcome, attempt_outcome::failed);
  EXPECT_EQ(found->attempts[0].message.size(), 4096U);
  EXPECT_EQ(found->attempts[1].number, 2);
  EXPECT_EQ(found->attempts[1].outcome, attempt_outcome::succeeded);
  EXPECT_EQ(found->attempts[1].worker, "analyzer-1");
}

TEST_P(library_reader_contract, counts_the_jobs_ahead) {
  for (std::uint32_t i = 0; i < 3; ++i, now_us_ += second_us)
    record({audio_file("/m/" + std::to_string(i), i)});
  const auto reading = reader();
  const auto page = reading->jobs({});
  ASSERT_TRUE(page) << page.failure().detail;
  ASSERT_EQ(page->rows.size(), 3U);
  // Most recently changed first: the last one has two ahead of it.
  EXPECT_EQ(reading->job_named(page->rows[0].ulid)->job.ahead, 2);
}

TEST_P(library_reader_contract, pages_and_filters_jobs) {
  fill();
  const auto reading = reader();
  job_query query;
  query.limit = 2;
  std::size_t seen = 0;
  do {
    const auto page = reading->jobs(query);
    ASSERT_TRUE(page) << page.failure().detail;
    seen += page->rows.size();
    query.cursor = page->next;
  } while (!query.cursor.empty() && seen < 10);
  EXPECT_EQ(seen, 4U);
  query = {};
  query.why = error_class::permanent;
  ASSERT_EQ(reading->jobs(query)->rows.size(), 1U);
  query = {};
  query.since_us = now_us_;
  EXPECT_EQ(reading->jobs(query)->rows.size(), 2U);
}

TEST_P(library_reader_contract, knows_the_stamps_below_its_roots) {
  fill();
  record({audio_file("/n/d", 4)});
  const auto reading = reader();
  const auto files = reading->known_files({"/m", "/m/sub"});
  ASSERT_TRUE(files) << files.failure().detail;
  ASSERT_EQ(files->size(), 3U);
  const auto digest = digest_path("/m/a");
  EXPECT_EQ(files->front().path_digest_high, digest.high);
  EXPECT_EQ(files->front().path_digest_low, digest.low);
  EXPECT_EQ(files->front().stamp, audio_file("/m/a", 1).stamp);
  EXPECT_EQ(reading->known_files({"/"})->size(), 4U);
}

TEST_P(library_reader_contract, sums_up_the_library) {
  fill();
  const auto status = reader()->status();
  ASSERT_TRUE(status) << status.failure().detail;
  EXPECT_EQ(status->epoch, epoch_.epoch);
  EXPECT_GT(status->file_bytes, 0);
  EXPECT_EQ(status->results_accepted, 1);
  ASSERT_EQ(status->coverage.size(), 2U);
  EXPECT_EQ(status->coverage[0].kind, media_kind::audio);
  EXPECT_EQ(status->coverage[0].entries, 3);
  EXPECT_EQ(status->coverage[0].done, 1);
  EXPECT_EQ(status->coverage[0].failed, 1);
  EXPECT_EQ(status->coverage[0].pending, 1);
  ASSERT_FALSE(status->queues.empty());
  EXPECT_EQ(status->queues[0].kind, job_kind::audio_analyze);
  EXPECT_EQ(status->queues[0].counts[static_cast<int>(job_state::ready)], 1);
  EXPECT_EQ(status->queues[0].oldest_ready_us, now_us_);
  ASSERT_EQ(status->failures.size(), 1U);
  EXPECT_EQ(status->failures[0].why, error_class::permanent);
  EXPECT_EQ(status->failures[0].sample, "it broke");
}

TEST_P(library_reader_contract, lists_audit_rows_latest_first) {
  const auto write = [&](const std::string& action) {
    auto row = note();
    row.action = action;
    committed([&] { return store_->audit(row, 3, now_us_); });
    now_us_ += second_us;
  };
  write("one");
  write("two");
  const auto rows = reader()->audit(0, 10);
  ASSERT_TRUE(rows) << rows.failure().detail;
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(rows->at(0).action, "two");
  EXPECT_EQ(rows->at(1).actor, "uid:1000");
  EXPECT_EQ(rows->at(1).affected, 3);
  EXPECT_EQ(reader()->audit(rows->at(0).at_us, 10)->size(), 1U);
}

TEST_P(library_reader_contract,
       holds_old_results_for_pending_after_an_upgrade) {
  fill();
  auto upgraded = two_recipes();
  upgraded[0].version = "audio-2";
  reopen(upgraded);
  EXPECT_EQ(reader()->entry_at("/m/a")->state, entry_state::pending);
  // /m/a and /m/b and /m/sub/c lack a result of the new version.
  EXPECT_EQ(committed([&] { return store_->reconcile(true, now_us_); }), 3);
  EXPECT_EQ(committed([&] { return store_->reconcile(false, now_us_); }), 3);
  EXPECT_EQ(committed([&] { return store_->reconcile(false, now_us_); }), 0);
  EXPECT_EQ(claim(10).size(), 3U);
}

} // namespace troupe::contracts
