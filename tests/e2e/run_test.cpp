#include "tests/e2e/troupe_scene.hpp"

#include <csignal>
#include <fstream>

namespace troupe::testing {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using nlohmann::json;

/// Decoders that hang are given one second and one try.
const std::map<std::string, std::string> impatient{
  {"TROUPE_ANALYZER_TIMEOUT_S", "1"}, {"TROUPE_SUPERVISOR_ATTEMPTS_MAX", "1"}};

class long_run : public troupe_scene {
protected:
  /// Jobs in this state.
  [[nodiscard]] std::size_t jobs(const std::string& state) const {
    const auto listed =
      run(troupe({"jobs", "list", "--json", "--state", state}));
    const auto document = json::parse(listed.out, nullptr, false);
    return document.contains("items") ? document["items"].size() : 0;
  }

  /// Everything that the library exports, without the ids: they name an
  /// entry's moment of birth.
  [[nodiscard]] json exported() const {
    auto document = json::parse(run(troupe({"export"})).out, nullptr, false);
    for (auto& entry : document["entries"])
      entry.erase("id");
    return document;
  }
};

TEST_F(long_run, stops_at_once_at_the_second_ctrl_c) {
  write_wav("stall.wav");
  child_process index{doubles({"index", media_.string()})};
  ASSERT_TRUE(until([this] { return jobs("running") == 1; }));
  index.signal(SIGINT);
  ASSERT_TRUE(index.wait_for("Ctrl-C again stops at once", 60s));
  index.signal(SIGINT);
  // The grace period alone is 20 s.
  const auto end = index.end(15s);
  EXPECT_EQ(end.code, 130) << end.err;
}

TEST_F(long_run, keeps_all_slots_live_beside_decoders_that_hang) {
  for (int i = 0; i < 6; ++i)
    write_wav("tone" + std::to_string(i) + ".wav");
  write_wav("spin.wav");
  write_wav("stall.wav");
  const auto end = run(
    doubles({"index", "--json", "--workers", "2", media_.string()}), impatient);
  EXPECT_EQ(end.code, 5) << end.err << end.out;
  const auto summary = json::parse(end.out);
  const auto& pool = summary["pools"][0];
  EXPECT_EQ(pool["configured"], 2);
  EXPECT_EQ(pool["live"], pool["configured"]);
  EXPECT_EQ(pool["stuck"], 2);
  ASSERT_EQ(summary["failures"].size(), 2U);
  EXPECT_EQ(summary["failures"][0]["class"], "timeout");
  EXPECT_EQ(summary["failures"][1]["class"], "timeout");
  EXPECT_EQ(count("done"), 6U);
}

TEST_F(long_run, gives_up_at_the_third_decoder_that_hangs) {
  // One slot takes the files in the order of their names.
  for (int i = 0; i < 3; ++i)
    write_wav("a-stall" + std::to_string(i) + ".wav");
  for (int i = 0; i < 4; ++i)
    write_wav("tone" + std::to_string(i) + ".wav");
  const auto end =
    run(doubles({"index", "--workers", "1", media_.string()}), impatient);
  EXPECT_EQ(end.code, 1) << end.err << end.out;
  EXPECT_NE(end.err.find("the analyzers gave up"), std::string::npos)
    << end.err;
  EXPECT_NE(end.err.find("next:"), std::string::npos) << end.err;
  EXPECT_GE(count("pending"), 4U);
  // A decoder that does not hang finishes it.
  const auto again = run(troupe({"index", "--retry-failed", media_.string()}));
  EXPECT_EQ(again.code, 0) << again.err << again.out;
  EXPECT_NE(again.err.find("trying"), std::string::npos) << again.err;
  EXPECT_EQ(count("done"), 7U);
}

TEST_F(long_run, gives_the_same_result_ten_times) {
  json first;
  for (int i = 0; i < 10; ++i) {
    library_ = root_ / ("library" + std::to_string(i) + ".db");
    const auto end = run(troupe({"index", "--json", TROUPE_SAMPLE}));
    ASSERT_EQ(end.code, 0) << end.err << end.out;
    // Twelve pieces, eight pictures and four texts.
    ASSERT_EQ(json::parse(end.out)["jobs"]["done"], 24);
    const auto document = exported();
    ASSERT_EQ(document["entries"].size(), 24U);
    if (i == 0)
      first = document;
    else
      ASSERT_EQ(document, first);
  }
}

// -- the node -----------------------------------------------------------------

TEST_F(long_run, a_node_analyses_what_appears_in_a_watched_folder) {
  write_wav("before.wav");
  child_process node{troupe({"node", "--watch", media_.string()})};
  ASSERT_TRUE(node.wait_for("ready pid=", 60s));
  ASSERT_TRUE(until([this] { return count("done") == 1; }));
  write_wav("after.wav");
  EXPECT_TRUE(until([this] { return count("done") == 2; }));
  const auto status =
    json::parse(run(troupe({"admin", "status", "--json"})).out);
  EXPECT_TRUE(status["node"].is_object()) << status;
  node.signal(SIGTERM);
  const auto end = node.end(60s);
  EXPECT_EQ(end.code, 0) << end.err;
}

TEST_F(long_run, a_killed_node_says_at_its_next_start_what_it_took_up_again) {
  write_wav("stall.wav");
  const auto command = doubles({"node", "--watch", media_.string()});
  {
    child_process node{command};
    ASSERT_TRUE(node.wait_for("ready pid=", 60s));
    ASSERT_TRUE(until([this] { return jobs("running") == 1; }));
    node.signal(SIGKILL);
    EXPECT_EQ(node.end(60s).code, 128 + SIGKILL);
  }
  child_process node{troupe({"node"})};
  ASSERT_TRUE(node.wait_for(" requeued=1 ", 60s));
  EXPECT_TRUE(until([this] { return count("done") == 1; }));
  node.signal(SIGTERM);
  EXPECT_EQ(node.end(60s).code, 0);
}

} // namespace

} // namespace troupe::testing
