#include "actors/finder.hpp"
#include "actors/reader.hpp"
#include "tests/actors/supervisor_fixture.hpp"
#include "tests/fakes/memory_media_finder.hpp"

#include <set>
#include <string>

namespace troupe::testing {
namespace {

/// A FINDER and a READER beside the SUPERVISOR; its workers never answer.
class finder_test : public supervisor_fixture {
protected:
  finder_test() {
    tunables_of_finder.where = placement::pooled;
  }

  ~finder_test() override {
    caf::anon_send_exit(finder, caf::exit_reason::kill);
    caf::anon_send_exit(reader, caf::exit_reason::kill);
    finder = finder_actor{};
    reader = reader_actor{};
    run();
  }

  void start_finder() {
    start();
    reader = spawn_reader(
      system,
      [this] {
        return io::open_sqlite_library_reader(library_name, recipes());
      },
      placement::pooled);
    finder =
      spawn_finder(system, tunables_of_finder, supervisor, reader, files);
  }

  void put(int number, std::uint8_t content = 0, std::int64_t mtime_ns = 1) {
    files.put(path_of(number),
              {{1'000, mtime_ns},
               content == 0 ? static_cast<std::uint8_t>(number) : content,
               true,
               {}});
  }

  static std::string path_of(int number) {
    return "/music/" + std::to_string(number) + ".wav";
  }

  find_report find(find_request request = {{"/music"}, false, false, false}) {
    auto report = ask<find_report>(finder, find_atom_v, request);
    EXPECT_TRUE(report) << report.failure().detail;
    return report ? report.value() : find_report{};
  }

  result<entry_row> entry_of(int number) {
    return ask<entry_row>(reader, entryat_atom_v, path_of(number));
  }

  finder_tunables tunables_of_finder;
  memory_media_finder files;
  reader_actor reader;
  finder_actor finder;
};

TEST_F(finder_test, records_what_it_finds) {
  start_finder();
  put(1);
  put(2);
  const auto report = find();
  EXPECT_EQ(report.counts.files_seen, 2);
  EXPECT_EQ(report.counts.media[static_cast<int>(media_kind::audio)], 2);
  EXPECT_EQ(report.counts.recorded.entries_new, 2);
  EXPECT_EQ(report.counts.recorded.jobs_new, 2);
  EXPECT_EQ(report.counts.bytes_read, 2'000);
  EXPECT_TRUE(report.counts.finished);
  EXPECT_EQ(jobs.size(), 2U);
}

TEST_F(finder_test, does_nothing_the_second_time) {
  start_finder();
  put(1);
  put(2);
  find();
  const auto examined = files.examined();
  const auto records = calls["record"];
  const auto report = find();
  EXPECT_EQ(report.counts.unchanged, 2);
  EXPECT_EQ(files.examined(), examined);
  EXPECT_EQ(calls["record"], records);
  EXPECT_EQ(report.vanished, 0);
}

TEST_F(finder_test, tells_new_changed_and_touched_files_apart) {
  start_finder();
  put(1);
  put(2);
  put(3);
  find();
  put(1, 0, 2);
  put(2, 99, 2);
  put(4);
  const auto report = find();
  EXPECT_EQ(report.counts.unchanged, 1);
  EXPECT_EQ(report.counts.recorded.entries_touched, 1);
  EXPECT_EQ(report.counts.recorded.entries_changed, 1);
  EXPECT_EQ(report.counts.recorded.entries_new, 1);
}

TEST_F(finder_test, keeps_the_entry_of_a_file_that_moved) {
  start_finder();
  for (int i = 1; i <= 3; ++i)
    put(i);
  find();
  const auto before = entry_of(1);
  files.drop(path_of(1));
  put(7, 1);
  const auto report = find();
  EXPECT_EQ(report.swept.entries_moved + report.counts.recorded.entries_moved,
            1);
  EXPECT_EQ(report.swept.entries_missing, 0);
  const auto after = entry_of(7);
  ASSERT_TRUE(before && after);
  EXPECT_EQ(after->ulid, before->ulid);
}

TEST_F(finder_test, marks_what_vanished_and_welcomes_it_back) {
  start_finder();
  for (int i = 1; i <= 3; ++i)
    put(i);
  find();
  files.drop(path_of(1));
  const auto report = find();
  EXPECT_EQ(report.vanished, 1);
  EXPECT_EQ(report.known, 3);
  EXPECT_EQ(report.swept.entries_missing, 1);
  EXPECT_EQ(entry_of(1)->state, entry_state::missing);
  put(1);
  find();
  EXPECT_EQ(entry_of(1)->state, entry_state::pending);
}

TEST_F(finder_test, does_not_believe_that_half_vanished_unless_forced) {
  start_finder();
  for (int i = 1; i <= 4; ++i)
    put(i);
  find();
  files.drop(path_of(1));
  files.drop(path_of(2));
  const auto refused = find();
  EXPECT_TRUE(refused.vanish_refused);
  EXPECT_EQ(refused.vanished, 2);
  EXPECT_EQ(entry_of(1)->state, entry_state::pending);
  const auto forced = find({{"/music"}, false, false, true});
  EXPECT_FALSE(forced.vanish_refused);
  EXPECT_EQ(forced.swept.entries_missing, 2);
  EXPECT_EQ(entry_of(1)->state, entry_state::missing);
}

TEST_F(finder_test, marks_nothing_when_a_folder_could_not_be_read) {
  start_finder();
  for (int i = 1; i <= 4; ++i)
    put(i);
  find();
  files.drop(path_of(1));
  files.hinder({"/music/locked", {errc::permission_denied, "denied"}});
  const auto report = find();
  EXPECT_EQ(report.vanished, 1);
  EXPECT_EQ(report.swept.entries_missing, 0);
  EXPECT_EQ(report.problems_total, 1);
  EXPECT_EQ(entry_of(1)->state, entry_state::pending);
  files.hinder_no_more();
  EXPECT_EQ(find().swept.entries_missing, 1);
}

TEST_F(finder_test, spares_a_known_file_that_it_cannot_read) {
  start_finder();
  for (int i = 1; i <= 4; ++i)
    put(i);
  find();
  files.put(path_of(1),
            {{1'000, 2}, 1, true, error{errc::io_failure, "read error"}});
  const auto report = find();
  EXPECT_EQ(report.vanished, 0);
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_EQ(report.problems[0].path, path_of(1));
}

TEST_F(finder_test, marks_what_is_no_media_any_more) {
  start_finder();
  for (int i = 1; i <= 4; ++i)
    put(i);
  find();
  files.put(path_of(1), {{1'000, 2}, 1, false, {}});
  EXPECT_EQ(find().swept.entries_missing, 1);
}

TEST_F(finder_test, counts_all_problems_and_keeps_a_thousand) {
  start_finder();
  for (int i = 1; i <= 1'500; ++i)
    files.put(path_of(i),
              {{1, 1}, 0, true, error{errc::io_failure, "read error"}});
  const auto report = find();
  EXPECT_EQ(report.problems_total, 1'500);
  EXPECT_EQ(report.problems.size(), 1'000U);
}

TEST_F(finder_test, records_nothing_in_a_dry_run_of_any_size) {
  start_finder();
  // 40 MiB each: every second file fills a batch of 64 MiB.
  for (int i = 1; i <= 10; ++i)
    files.put(path_of(i),
              {{40LL << 20, 1}, static_cast<std::uint8_t>(i), true, {}});
  const auto report = find({{"/music"}, true, false, false});
  EXPECT_EQ(report.counts.media[static_cast<int>(media_kind::audio)], 10);
  EXPECT_EQ(calls["record"], 0);
  EXPECT_EQ(calls["sweep"], 0);
  EXPECT_TRUE(jobs.empty());
}

TEST_F(finder_test, sends_short_batches_when_the_files_are_large) {
  start_finder();
  for (int i = 1; i <= 10; ++i)
    files.put(path_of(i),
              {{40LL << 20, 1}, static_cast<std::uint8_t>(i), true, {}});
  EXPECT_EQ(find().counts.recorded.entries_new, 10);
  // Of 40 MiB each: one per batch while the limit grows from 1 to 32 MiB (6
  // batches), then two per batch of 64 MiB (2 batches).
  EXPECT_EQ(calls["record"], 8);
}

TEST_F(finder_test, fails_when_a_root_does_not_exist) {
  start_finder();
  put(1);
  files.lose_root("/nowhere");
  const auto report =
    ask<find_report>(finder, find_atom_v, find_request{{"/nowhere"}});
  EXPECT_FALSE(report);
  EXPECT_EQ(find().counts.files_seen, 1) << "the next walk is made";
}

TEST_F(finder_test, makes_one_walk_after_the_other) {
  start_finder();
  put(1);
  auto first =
    self->request(finder, caf::infinite, find_atom_v, find_request{{"/music"}});
  auto second =
    self->request(finder, caf::infinite, find_atom_v, find_request{{"/music"}});
  run();
  std::int64_t recorded = 0;
  std::int64_t unchanged = 0;
  const auto fail = [](const caf::error&) {
    FAIL();
  };
  first.receive(
    [&](const find_report& x) { recorded = x.counts.recorded.entries_new; },
    fail);
  second.receive([&](const find_report& x) { unchanged = x.counts.unchanged; },
                 fail);
  EXPECT_EQ(recorded, 1);
  EXPECT_EQ(unchanged, 1) << "the second saw what the first recorded";
}

TEST_F(finder_test, cancels_the_present_walk_and_all_that_wait) {
  start_finder();
  put(1);
  auto first =
    self->request(finder, caf::infinite, find_atom_v, find_request{{"/music"}});
  auto second =
    self->request(finder, caf::infinite, find_atom_v, find_request{{"/music"}});
  self->send(finder, cancel_atom_v);
  run();
  int cancelled_walks = 0;
  const auto count = [&](const find_report& x) {
    cancelled_walks += x.cancelled ? 1 : 0;
  };
  const auto fail = [](const caf::error&) {
    FAIL();
  };
  first.receive(count, fail);
  second.receive(count, fail);
  EXPECT_EQ(cancelled_walks, 2);
  EXPECT_EQ(calls["record"], 0);
  EXPECT_EQ(find().counts.recorded.entries_new, 1);
}

TEST_F(finder_test, gives_up_when_the_library_cannot_be_written) {
  start_finder();
  put(1);
  fail_call = [](std::string_view name) -> std::optional<error> {
    if (name == "record")
      return error{errc::no_space, "disk full"};
    return std::nullopt;
  };
  const auto report =
    ask<find_report>(finder, find_atom_v, find_request{{"/music"}});
  EXPECT_FALSE(report);
  fail_call = nullptr;
  EXPECT_EQ(find().counts.recorded.entries_new, 1);
}

// -- the READER ---------------------------------------------------------------

TEST_F(finder_test, lets_the_reader_answer_about_entries_jobs_and_counts) {
  start_finder();
  put(1);
  put(2);
  find();
  const auto page = ask<entry_page>(reader, entries_atom_v, entry_query{});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->rows.size(), 2U);
  const auto found = ask<job_page>(reader, jobs_atom_v, job_query{});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->rows.size(), 2U);
  const auto job = ask<job_details>(reader, job_atom_v, found->rows[0].ulid);
  ASSERT_TRUE(job);
  EXPECT_EQ(job->job.ulid, found->rows[0].ulid);
  const auto status = ask<library_status>(reader, status_atom_v);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->epoch, 1);
  EXPECT_FALSE(ask<entry_row>(reader, entry_atom_v, std::string{"nobody"}));
  EXPECT_TRUE(ask<audit_rows>(reader, audit_atom_v, audit_query{}));
}

TEST_F(finder_test, lets_the_reader_open_again_after_a_failure) {
  start();
  int opened = 0;
  reader = spawn_reader(
    system,
    [&, this]() -> result<std::unique_ptr<library_reader>> {
      if (++opened == 1)
        return error{errc::locked, "busy"};
      return io::open_sqlite_library_reader(library_name, recipes());
    },
    placement::pooled);
  EXPECT_FALSE(ask<library_status>(reader, status_atom_v));
  EXPECT_TRUE(ask<library_status>(reader, status_atom_v));
  EXPECT_TRUE(ask<library_status>(reader, status_atom_v));
  EXPECT_EQ(opened, 2);
}

} // namespace
} // namespace troupe::testing
