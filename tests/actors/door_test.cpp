// What crosses a node's door, and the sockets below it.

#include "actors/actor_settings.hpp"
#include "actors/basp_door_socket.hpp"
#include "actors/client/run_baseline.hpp"
#include "actors/messages/types.hpp"
#include "tests/fakes/scratch_folder.hpp"
#include "tools/node_reload.hpp"

#include <caf/actor_system.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

namespace troupe {

namespace {

using namespace std::chrono_literals;

// -- the greeting -------------------------------------------------------------

TEST(door_greeting, comes_back_as_it_was_said) {
  const auto line = format_greeting({7, 4321});
  ASSERT_TRUE(line.ends_with('\n'));
  const auto back = parse_greeting(line.substr(0, line.size() - 1));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->protocol, 7);
  EXPECT_EQ(back->pid, 4321);
}

TEST(door_greeting, is_told_from_anything_else) {
  for (const auto* line :
       {"", "troupe-door", "troupe-door ", "troupe-door 1", "troupe-door x 1",
        "troupe-door 1 x", "troupe-door 1 2 3", "HTTP/1.1 400 Bad Request"})
    EXPECT_FALSE(parse_greeting(line)) << line;
}

// -- sockets ------------------------------------------------------------------

class door_sockets : public ::testing::Test {
protected:
  fakes::scratch_folder folder_;
  std::string path_ = folder_.path() + "/troupe/x.admin";
};

TEST_F(door_sockets, end_a_visit_that_nobody_greets) {
  auto listener = listen_at(path_);
  ASSERT_TRUE(listener) << listener.failure().detail;
  // Nobody accepts: the kernel's queue takes the caller, who then waits.
  const auto visit = knock_at(path_, 1, 20ms);
  ASSERT_FALSE(visit);
  EXPECT_EQ(visit.failure().code, errc::unreachable);
}

TEST_F(door_sockets, are_not_taken_from_who_listens) {
  const auto first = listen_at(path_);
  ASSERT_TRUE(first);
  const auto second = listen_at(path_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.failure().code, errc::locked);
}

TEST_F(door_sockets, replace_what_nobody_listens_on) {
  ASSERT_TRUE(listen_at(path_));
  EXPECT_TRUE(std::filesystem::exists(path_));
  EXPECT_TRUE(listen_at(path_));
}

TEST_F(door_sockets, never_replace_a_file) {
  std::filesystem::create_directory(folder_.path() + "/troupe");
  std::filesystem::permissions(folder_.path() + "/troupe",
                               std::filesystem::perms::owner_all);
  std::ofstream{path_} << "mine";
  const auto listener = listen_at(path_);
  ASSERT_FALSE(listener);
  EXPECT_EQ(listener.failure().code, errc::refused);
}

TEST_F(door_sockets, have_paths_of_at_most_107_bytes) {
  // The kernel's 108, less the zero at the end.
  const std::string fits = "/" + std::string(106, 'x');
  EXPECT_EQ(knock_at(fits, 1, 1ms).failure().code, errc::unreachable);
  const auto over = knock_at(fits + "x", 1, 1ms);
  EXPECT_EQ(over.failure().code, errc::too_large);
  EXPECT_NE(over.failure().detail.find("108 bytes"), std::string::npos);
}

// -- messages -----------------------------------------------------------------

class wire : public ::testing::Test {
protected:
  template <class T>
  T across(T value) {
    std::vector<char> bytes;
    caf::binary_serializer write{system_, bytes};
    EXPECT_FALSE(write(value));
    T copy{};
    caf::binary_deserializer read{system_, bytes};
    EXPECT_FALSE(read(copy));
    return copy;
  }

  actor_settings settings_{1, remoting::off};
  caf::actor_system system_{settings_};
};

TEST_F(wire, keeps_which_jobs_a_verb_means) {
  job_verb verb;
  verb.filter.ulid = "01";
  verb.filter.kind = job_kind::index;
  verb.filter.why = error_class::crash;
  verb.dry_run = true;
  verb.note = {"uid:1", "retry", "t", "d"};
  const auto back = across(verb);
  EXPECT_EQ(back.filter.ulid, "01");
  EXPECT_EQ(back.filter.state, std::nullopt);
  EXPECT_EQ(back.filter.kind, job_kind::index);
  EXPECT_EQ(back.filter.why, error_class::crash);
  EXPECT_TRUE(back.dry_run);
  EXPECT_EQ(back.note.action, "retry");
}

TEST_F(wire, keeps_what_a_walk_found) {
  find_report report;
  report.counts.media = {0, 3, 2, 1};
  report.counts.current = "/a\xff";
  report.counts.recorded.jobs_new = 5;
  report.swept.entries_missing = 6;
  report.problems.push_back({"/b", {errc::permission_denied, "no"}});
  report.vanish_refused = true;
  const auto back = across(report);
  EXPECT_EQ(back.counts.media, report.counts.media);
  EXPECT_EQ(back.counts.current, "/a\xff");
  EXPECT_EQ(back.counts.recorded.jobs_new, 5);
  EXPECT_EQ(back.swept.entries_missing, 6);
  ASSERT_EQ(back.problems.size(), 1U);
  EXPECT_EQ(back.problems[0].why.code, errc::permission_denied);
  EXPECT_TRUE(back.vanish_refused);
}

TEST_F(wire, keeps_a_text_and_its_hash) {
  text_entry entry{"slow", "mood", "key", {}};
  entry.hash[31] = 0xfe;
  const auto back = across(entry);
  EXPECT_EQ(back.text, "slow");
  EXPECT_EQ(back.key, "key");
  EXPECT_EQ(back.hash, entry.hash);
}

TEST_F(wire, keeps_what_is_asked_for_and_what_is_near) {
  const near_query query{"space-1", {0.5F, -1.0F}, {7U, 0xffffffffU},
                         9,         content_id{3}, {"/m/\xff", "jazz"},
                         true};
  const auto asked = across(query);
  EXPECT_EQ(asked.space, "space-1");
  EXPECT_EQ(asked.vector, query.vector);
  EXPECT_EQ(asked.features, query.features);
  EXPECT_EQ(asked.count, 9U);
  EXPECT_EQ(asked.skip, content_id{3});
  EXPECT_EQ(asked.filter.under, "/m/\xff");
  EXPECT_EQ(asked.filter.tag, "jazz");
  EXPECT_TRUE(asked.with_vectors);
  const near_answer answer{
    {{content_id{4}, entry_id{5}, 0.25, 0.75, {1.0F}}}, {0.5F, -1.0F}, 11};
  const auto told = across(answer);
  ASSERT_EQ(told.rows.size(), 1U);
  EXPECT_EQ(told.rows[0].content, content_id{4});
  EXPECT_EQ(told.rows[0].entry, entry_id{5});
  EXPECT_EQ(told.rows[0].cosine, 0.25);
  EXPECT_EQ(told.rows[0].proximity, 0.75);
  EXPECT_EQ(told.rows[0].vector, std::vector<float>{1.0F});
  EXPECT_EQ(told.asked, answer.asked);
  EXPECT_EQ(told.vectors, 11U);
}

// -- a run's share of a node's figures ----------------------------------------

TEST(run_baseline, counts_from_the_start_of_the_run) {
  work_progress before;
  before.total = 10;
  before.done = 4;
  before.failed = 1;
  before.quarantined = 1;
  work_progress now = before;
  now.total = 13;
  now.done = 9;
  now.waiting = 2;
  const auto since = progress_since(before, now);
  // 4 of 10 were still to be done, 3 came: 7, of which 5 are done.
  EXPECT_EQ(since.total, 7);
  EXPECT_EQ(since.done, 5);
  EXPECT_EQ(since.failed, 0);
  EXPECT_EQ(since.quarantined, 0);
  EXPECT_EQ(since.waiting, 2);
}

TEST(run_baseline, counts_a_pool_that_grew) {
  pool_statuses before;
  before.pools.push_back(
    {"analyzers", job_kind::audio_analyze, 1, 1, 0, {}, {{3, 1}}});
  pool_statuses now;
  now.pools.push_back(
    {"analyzers", job_kind::audio_analyze, 2, 2, 0, {}, {{5, 1}, {7, 0}}});
  const auto since = pools_since(before, now);
  EXPECT_EQ(since.pools[0].workers[0].succeeded, 2);
  EXPECT_EQ(since.pools[0].workers[0].failed, 0);
  EXPECT_EQ(since.pools[0].workers[1].succeeded, 7);
}

// -- SIGHUP -------------------------------------------------------------------

TEST(node_reload, tells_what_holds_at_once_from_what_waits) {
  loaded_config before;
  before.keys = {{"log", "level", "\"info\"", {}},
                 {"analyzer", "workers", "0", {}},
                 {"node", "name", "\"\"", {}}};
  auto now = before;
  EXPECT_EQ(describe_reload(compare_configs(before, now)),
            "reload: nothing changed");
  now.keys[0].value = "\"debug\"";
  now.keys[1].value = "3";
  EXPECT_EQ(describe_reload(compare_configs(before, now)),
            "reload: log.level = \"debug\"; only after a new start: "
            "analyzer.workers = 3");
}

} // namespace

} // namespace troupe
