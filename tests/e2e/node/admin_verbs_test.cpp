// Every admin verb through a node's socket: what it changed, its row in the
// audit, the same verb again, and the states that refuse it.

#include "tests/e2e/node/node_scene.hpp"

#include <csignal>
#include <fstream>
#include <functional>

namespace troupe::testing {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr pause_target audio{pause_scope::one_kind, job_kind::audio_analyze};

class admin_verbs : public node_scene {
protected:
  static constexpr const char* anna = "uid:1000";

  audit_row last_audit(admin_plane& admin) {
    const auto rows = admin.audit({anna, 0, 1});
    EXPECT_TRUE(rows) << rows.failure().detail;
    return rows && !rows->rows.empty() ? rows->rows.front() : audit_row{};
  }

  /// A library with a done, a failed, and a quarantined file.
  void make_history() {
    write_wav("tone.wav");
    std::ofstream{media_ / "bad.wav"} << "RIFF....WAVEfmt nothing";
    const auto crash = write_wav("crash.wav");
    // The second death in the same content convicts it.
    for (int death = 0; death < 2; ++death)
      EXPECT_NE(run(doubles({"index", media_.string()}), place_).code, 0);
    // 5 when the bad file's turn comes only now.
    const auto code = run(troupe({"index", media_.string()}), place_).code;
    EXPECT_TRUE(code == 0 || code == 5) << code;
    EXPECT_EQ(count("quarantined"), 1U);
    EXPECT_EQ(count("failed"), 1U);
    std::filesystem::remove(crash);
  }

  std::string id_of(const std::string& state) const {
    const auto listed = command({"jobs", "list", "--json", "--state", state});
    const auto document = json::parse(listed.out, nullptr, false);
    return document["items"].at(0)["id"].get<std::string>();
  }

  std::string quarantined_hash() const {
    const auto listed = command({"admin", "quarantine", "list", "--json"});
    const auto document = json::parse(listed.out, nullptr, false);
    return document["items"].at(0)["content_sha256"].get<std::string>();
  }

  bool is_running(const std::string& name) const {
    return until([&] {
      return command({"jobs", "list", "--json", "--state", "running"})
               .out.find(name)
             != std::string::npos;
    });
  }
};

// -- each verb, twice, and its record -----------------------------------------

/// A verb and what it does the first and the second time.
struct verb_row {
  const char* action;
  std::string target;
  std::function<errc(admin_plane&)> ask;
  /// As the audit has it.
  std::int64_t first;
  std::int64_t again;
  /// What the second time is refused with, and then leaves no row.
  errc refused = errc::none;
};

template <class T>
errc code_of(const result<T>& outcome) {
  return outcome ? errc::none : outcome.failure().code;
}

void expect_row(const audit_row& found, const verb_row& row,
                std::int64_t affected) {
  EXPECT_EQ(found.actor, "uid:1000") << row.action;
  EXPECT_EQ(found.action, row.action);
  EXPECT_EQ(found.target, row.target) << row.action;
  EXPECT_EQ(found.affected, affected) << row.action;
}

TEST_F(admin_verbs, are_each_on_record_and_done_once) {
  make_history();
  const auto running = start_node();
  const auto failed = id_of("failed");
  const auto hash = quarantined_hash();
  const auto copy = (root_ / "copy.db").string();
  const auto client = connect();
  ASSERT_NE(client, nullptr);
  auto& admin = client->admin();
  const auto lease = admin.begin_import({anna, 600'000});
  ASSERT_TRUE(lease);
  expect_row(last_audit(admin), {"import begin", lease->token, {}, 1, 0}, 1);
  const import_change_request change{anna, lease->token, 900'000};
  const std::vector<verb_row> rows = {
    {"pause", "audio.analyze",
     [](auto& to) {
       return code_of(to.pause({anna, audio, "disk", 0}));
     },
     1, 0},
    {"import end", lease->token,
     [&](auto& to) { return code_of(to.end_import(change)); }, 1, 0},
    {"scale", "analyzers",
     [](auto& to) {
       return code_of(to.scale({anna, "analyzers", 2, true}));
     },
     1, 0},
    {"quarantine release", hash,
     [&](auto& to) {
       return code_of(to.release({anna, hash}));
     },
     1, 0},
    {"retry", failed,
     [&](auto& to) {
       return code_of(to.retry({anna, failed, {}, {}, {}, false}));
     },
     1, 0, errc::refused},
    // The one that was released, and the one that was to be tried again.
    {"cancel", "",
     [](auto& to) {
       return code_of(to.cancel({anna, {}, {}, "audio.analyze", {}, false}));
     },
     2, 0},
    {"reconcile", "",
     [](auto& to) {
       return code_of(to.reconcile({anna, false}));
     },
     0, 0},
    {"backup", copy,
     [&](auto& to) {
       return code_of(to.backup({anna, copy}));
     },
     1, 0, errc::refused},
    {"check", "", [](auto& to) { return code_of(to.check(anna)); }, 0, 0},
    {"prune", "",
     [](auto& to) {
       return code_of(to.prune({anna, false}));
     },
     0, 0},
    {"resume", "audio.analyze",
     [](auto& to) {
       return code_of(to.resume({anna, audio, {}}));
     },
     1, 0},
    {"drain", "",
     [](auto& to) {
       return code_of(to.drain({anna, 60'000}));
     },
     0, 0},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(row.ask(admin), errc::none) << row.action;
    expect_row(last_audit(admin), row, row.first);
    EXPECT_EQ(row.ask(admin), row.refused) << row.action;
    expect_row(last_audit(admin), row,
               row.refused == errc::none ? row.again : row.first);
  }
  EXPECT_EQ(code_of(admin.shutdown(anna)), errc::none);
  const auto end = running->end(60s);
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_NE(end.err.find("ending, as uid:1000 wants"), std::string::npos);
  const auto told = run(troupe({"admin", "audit", "--json", "--limit", "1"}));
  EXPECT_EQ(json::parse(told.out)["items"][0]["action"], "shutdown");
}

TEST_F(admin_verbs, that_only_ask_leave_no_record) {
  write_wav("tone.wav");
  EXPECT_EQ(run(troupe({"index", media_.string()}), place_).code, 0);
  const auto running = start_node();
  const auto client = connect();
  ASSERT_NE(client, nullptr);
  auto& admin = client->admin();
  const auto status = admin.status(anna);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->library.coverage.at(0).done, 1);
  EXPECT_EQ(status->supervision.pools.pools.at(0).name, "analyzers");
  const auto workers = admin.workers(anna);
  ASSERT_TRUE(workers);
  EXPECT_EQ(workers->pools.pools.at(0).live,
            status->supervision.pools.pools.at(0).live);
  EXPECT_TRUE(admin.quarantined({anna, 10}));
  const auto why = admin.why({anna, (media_ / "tone.wav").string()});
  ASSERT_TRUE(why) << why.failure().detail;
  EXPECT_EQ(why->cause, idle_cause::done);
  EXPECT_TRUE(admin.trace({anna, why->job}));
  const auto after = admin.status(anna);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->library.audit_rows, status->library.audit_rows);
}

// -- what the present state refuses -------------------------------------------

TEST_F(admin_verbs, are_refused_by_the_state_with_its_reason) {
  make_history();
  write_wav("stall.wav");
  const auto running = start_node_with_doubles();
  const auto copy = (root_ / "copy.db").string();
  std::ofstream{copy} << "mine";
  child_process index{troupe({"index", media_.string()}), place_};
  ASSERT_TRUE(is_running("stall.wav"));
  const auto begun = command({"admin", "import", "begin"});
  ASSERT_EQ(begun.code, 0) << begun.err;
  auto token = begun.out;
  token.pop_back();
  child_process drain{troupe({"admin", "drain", "--timeout", "10m"}), place_};
  ASSERT_TRUE(until([&] {
    return command({"admin", "audit", "--limit", "1"}).out.find("drain")
           != std::string::npos;
  }));

  struct refusal {
    std::vector<std::string> words;
    int code;
    std::string said;
  };

  const std::vector<refusal> rows = {
    {{"admin", "import", "begin"}, 4, "imports since"},
    {{"admin", "import", "extend", "01NOSUCH"}, 3, "01NOSUCH"},
    {{"admin", "import", "end", "01NOSUCH"}, 3, "01NOSUCH"},
    {{"add", "--text", "slow"}, 4, "intake is held"},
    {{"admin", "drain"}, 4, "drain"},
    {{"admin", "scale", "dancers", "1"}, 2, "dancers not in"},
    {{"admin", "backup", copy}, 4, copy},
    {{"jobs", "retry", id_of("quarantined")}, 4, "quarantine"},
    {{"jobs", "retry", id_of("done")}, 4, "done"},
    {{"admin", "quarantine", "release", "0000abcd"}, 3, "0000abcd"},
    {{"jobs", "why", "01NOSUCH"}, 3, "01NOSUCH"},
    {{"jobs", "trace", "01NOSUCH", "-o", copy + ".json"}, 3, "01NOSUCH"},
    {{"admin", "import", "begin", "--ttl", "0s"}, 2, "1 ms"},
    {{"admin", "pause", "--for", "soon"}, 2, "soon"},
  };
  for (const auto& row : rows) {
    const auto end = command(row.words);
    EXPECT_EQ(end.code, row.code) << row.words.back() << ": " << end.err;
    EXPECT_NE(end.err.find(row.said), std::string::npos)
      << row.words.back() << ": " << end.err;
  }
  EXPECT_EQ(command({"admin", "import", "end", token}).code, 0);
  // Once ended, it cannot be revived.
  EXPECT_EQ(command({"admin", "import", "extend", token}).code, 4);
  running->signal(SIGKILL);
  EXPECT_EQ(drain.end(60s).code, 69);
}

TEST_F(admin_verbs, refuse_a_drain_of_what_is_paused) {
  const auto running = start_node();
  ASSERT_EQ(command({"admin", "pause", "audio.analyze"}).code, 0);
  write_wav("tone.wav");
  child_process index{troupe({"index", media_.string()}), place_};
  ASSERT_TRUE(until([&] { return count("pending") == 1; }));
  const auto refused = command({"admin", "drain"});
  EXPECT_EQ(refused.code, 4);
  EXPECT_NE(refused.err.find("audio.analyze is paused by"), std::string::npos)
    << refused.err;
}

// -- from the shell -----------------------------------------------------------

TEST_F(admin_verbs, tell_the_shell_what_they_did) {
  write_wav("tone.wav");
  const auto running = start_node();
  ASSERT_EQ(command({"index", media_.string()}).code, 0);

  struct told {
    std::vector<std::string> words;
    json expected;
  };

  const std::vector<told> rows = {
    {{"pause", "image.embed", "--reason", "disk"}, {{"changed", 1}}},
    {{"pause", "image.embed", "--reason", "disk"}, {{"changed", 0}}},
    // Another end is another pause.
    {{"pause", "image.embed", "--for", "10m"}, {{"changed", 1}}},
    {{"resume", "image.embed"}, {{"changed", 1}, {"pauses", json::array()}}},
    {{"resume", "image.embed"}, {{"changed", 0}}},
    {{"drain", "--hold"}, {{"drained", true}, {"held", true}}},
    {{"resume", "intake"}, {{"changed", 1}}},
    {{"scale", "analyzers", "1", "--save"}, {{"slots", 1}, {"saved", true}}},
    {{"reconcile", "--dry-run"}, {{"queued", 0}, {"dry_run", true}}},
    {{"prune", "--dry-run"}, {{"jobs", 0}, {"attempts", 0}}},
    {{"check"}, {{"findings", json::array()}}},
  };
  for (const auto& row : rows) {
    std::vector<std::string> words{"--json", "admin"};
    words.insert(words.end(), row.words.begin(), row.words.end());
    const auto end = command(words);
    EXPECT_EQ(end.code, 0) << row.words.front() << ": " << end.err;
    const auto found = json::parse(end.out, nullptr, false);
    EXPECT_EQ(found["schema"], 1) << end.out;
    for (const auto& [key, value] : row.expected.items())
      EXPECT_EQ(found[key], value) << row.words.front() << ": " << end.out;
  }
  const auto workers = command({"--json", "admin", "workers"});
  EXPECT_EQ(json::parse(workers.out)["pools"][0]["slots"], 1) << workers.out;
}

TEST_F(admin_verbs, name_the_blocker_of_a_drain_that_is_late) {
  write_wav("stall.wav");
  const auto running = start_node_with_doubles();
  child_process index{troupe({"index", media_.string()}), place_};
  ASSERT_TRUE(is_running("stall.wav"));
  const auto late = command({"--json", "admin", "drain", "--timeout", "100ms"});
  EXPECT_EQ(late.code, 75) << late.err;
  const auto found = json::parse(late.out, nullptr, false);
  EXPECT_EQ(found["drained"], false);
  EXPECT_EQ(found["left"], 1);
  EXPECT_EQ(found["blockers"][0]["path"], (media_ / "stall.wav").string());
}

} // namespace

} // namespace troupe::testing
