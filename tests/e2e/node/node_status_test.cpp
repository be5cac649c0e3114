// What a running node tells about itself: once as JSON, on a whole screen, and
// a job's life message by message.

#include "tests/e2e/node/node_scene.hpp"
#include "tests/e2e/node/pty_process.hpp"

#include <csignal>
#include <fstream>

namespace troupe::testing {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

class node_status_test : public node_scene {
protected:
  /// A node with a job that never ends in hand, and one that is done.
  std::unique_ptr<child_process> start_busy_node() {
    write_wav("stall.wav");
    auto running = start_node_with_doubles({{"TROUPE_ANALYZER_WORKERS", "2"}});
    index_ = std::make_unique<child_process>(troupe({"index", media_.string()}),
                                             place_);
    EXPECT_TRUE(until([&] {
      const auto found = status();
      return !found["running"].empty();
    }));
    return running;
  }

  [[nodiscard]] json status() const {
    return json::parse(command({"--json", "admin", "status"}).out, nullptr,
                       false);
  }

  static bool shows(const screen_model& screen, const std::string& text) {
    for (const auto& line : screen.lines())
      if (line.find(text) != std::string::npos)
        return true;
    return false;
  }

  std::unique_ptr<child_process> index_;
};

TEST_F(node_status_test, has_the_live_pools_of_the_contract) {
  write_wav("tone.wav");
  const auto running = start_busy_node();
  ASSERT_TRUE(until([&] { return count("done") == 1; }));
  ASSERT_EQ(command({"admin", "pause", "image.embed", "--reason", "disk"}).code,
            0);
  const auto found = status();
  EXPECT_EQ(found["schema"], 1);
  EXPECT_NE(found["node"]["held_by"].get<std::string>().find(
              std::to_string(running->pid())),
            std::string::npos);
  EXPECT_FALSE(found["node"]["shutting_down"].get<bool>());
  const auto& pool = found["pools"].at(0);
  EXPECT_EQ(pool["name"], "analyzers");
  EXPECT_EQ(pool["configured"], 2);
  EXPECT_EQ(pool["live"], 2);
  EXPECT_EQ(pool["state"], "works");
  EXPECT_EQ(pool["succeeded"], 1);
  EXPECT_EQ(pool["workers"].size(), 2U);
  const auto& held = found["running"].at(0);
  EXPECT_EQ(held["path"], (media_ / "stall.wav").string());
  EXPECT_GE(held["elapsed_s"].get<double>(), 0.0);
  // One job has ended, so that it is known what is usual.
  EXPECT_GT(held["usual_s"].get<double>(), 0.0);
  EXPECT_EQ(found["pauses"].at(0)["target"], "image.embed");
  EXPECT_EQ(found["pauses"].at(0)["reason"], "disk");
  for (const auto* block : {"coverage", "queues", "broker", "remote_workers",
                            "imports", "failures"})
    EXPECT_TRUE(found.contains(block)) << block;
}

TEST_F(node_status_test, fills_a_terminal_and_follows_its_size) {
  const auto running = start_busy_node();
  pty_process watch{troupe({"admin", "status", "--watch", "--every", "100ms"}),
                    place_, 80, 24};
  ASSERT_TRUE(watch.until([](const auto& screen) {
    return screen.on_page() && shows(screen, "stall.wav")
           && shows(screen, "analyzers");
  }));
  EXPECT_TRUE(shows(watch.screen(), "KIND"));
  EXPECT_FALSE(watch.screen().overflowed());
  // News comes by itself.
  ASSERT_EQ(command({"admin", "pause", "text.embed", "--reason", "me"}).code,
            0);
  EXPECT_TRUE(watch.until(
    [](const auto& screen) { return shows(screen, "text.embed by uid:"); }));
  // Too small for all of it: it is cut and says so.
  watch.resize(40, 5);
  EXPECT_TRUE(watch.until(
    [](const auto& screen) { return shows(screen, "more lines"); }));
  watch.resize(120, 40);
  EXPECT_TRUE(
    watch.until([](const auto& screen) { return shows(screen, "stall.wav"); }));
  EXPECT_FALSE(watch.screen().overflowed());
  watch.type("q");
  EXPECT_EQ(watch.end(), 0);
  // The page before is back.
  EXPECT_FALSE(watch.screen().on_page());
}

TEST_F(node_status_test, goes_on_when_the_node_goes_away) {
  auto running = start_node();
  pty_process watch{troupe({"admin", "status", "--watch", "--every", "100ms"}),
                    place_, 80, 24};
  ASSERT_TRUE(watch.until(
    [](const auto& screen) { return shows(screen, "troupe node"); }));
  running->signal(SIGKILL);
  EXPECT_TRUE(
    watch.until([](const auto& screen) { return shows(screen, "nobody"); }));
  watch.type("\x03");
  EXPECT_EQ(watch.end(), 130);
  EXPECT_FALSE(watch.screen().on_page());
}

TEST_F(node_status_test, needs_a_terminal_to_watch) {
  const auto running = start_node();
  const auto end = command({"admin", "status", "--watch"});
  EXPECT_EQ(end.code, 2);
  EXPECT_NE(end.err.find("--watch needs a terminal"), std::string::npos);
}

// -- trace --------------------------------------------------------------------

TEST_F(node_status_test, tells_a_jobs_life_message_by_message) {
  write_wav("tone.wav");
  const auto running = start_node();
  ASSERT_EQ(command({"index", media_.string()}).code, 0);
  const auto listed = json::parse(command({"jobs", "list", "--json"}).out);
  const auto id = listed["items"].at(0)["id"].get<std::string>();
  const auto file = (root_ / "job.json").string();
  const auto end = command({"jobs", "trace", id, "-o", file});
  ASSERT_EQ(end.code, 0) << end.err;
  const auto document = json::parse(std::ifstream{file});
  EXPECT_EQ(document["otherData"]["job"], id);
  EXPECT_EQ(document["otherData"]["messages_lost"], false);
  // Claimed, given to an ANALYZER, ended, and settled.
  std::map<std::string, std::string> receivers;
  bool attempted = false;
  for (const auto& event : document["traceEvents"]) {
    attempted = attempted || event["name"] == "attempt 1: succeeded";
    if (event.value("cat", "") != "message" || event["ph"] != "X")
      continue;
    const auto& facts = event["args"];
    receivers[event["name"]] = facts["receiver"];
    EXPECT_GE(facts["queued_us"].get<double>(), 0.0);
    EXPECT_GE(facts["run_us"].get<double>(), 0.0);
    EXPECT_GE(facts["mailbox_depth"].get<int>(), 1);
    EXPECT_GE(event["ts"].get<double>(), 0.0);
  }
  EXPECT_TRUE(attempted);
  EXPECT_TRUE(receivers["work"].starts_with("troupe.analyzer#"));
  EXPECT_TRUE(receivers["end"].starts_with("troupe.supervisor#"));
  EXPECT_TRUE(receivers["settle"].starts_with("troupe.librarian#"));
  // A file is never replaced unasked.
  EXPECT_EQ(command({"jobs", "trace", id, "-o", file}).code, 4);
  EXPECT_EQ(command({"jobs", "trace", id, "-o", file, "--force"}).code, 0);
  running->signal(SIGTERM);
  EXPECT_EQ(running->end(60s).code, 0);
  const auto alone = command({"jobs", "trace", id, "-o", file, "--force"});
  EXPECT_EQ(alone.code, 4);
  EXPECT_NE(alone.err.find("only a node remembers"), std::string::npos);
}

} // namespace

} // namespace troupe::testing
