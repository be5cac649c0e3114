// An importer that dies leaves nothing behind: intake opens by itself, and what
// a person paused stays paused. An importer is a shell script here, killed
// where it stands.

#include "tests/e2e/node/node_scene.hpp"

#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <set>

namespace troupe::testing {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

class import_death : public node_scene {
protected:
  import_death() {
    // Nobody ever writes to it: who reads it stands still.
    mkfifo((root_ / "never").c_str(), 0600);
  }

  [[nodiscard]] std::string troupe_words() const {
    return std::string{TROUPE_BINARY} + " --library " + library_.string() + ' ';
  }

  /// A shell that runs the steps, says so, and stands still.
  [[nodiscard]] std::vector<std::string>
  importer(const std::string& steps) const {
    return {"/bin/sh", "-ec",
            steps + "\necho standing\nexec cat " + (root_ / "never").string()};
  }

  /// An importer that went through its steps. Its hold must not end while it
  /// does: on a slow machine it is given more time, from the start.
  std::unique_ptr<child_process> start_importer(const std::string& steps) {
    for (ttl_ms_ = 2'000; ttl_ms_ <= 64'000; ttl_ms_ *= 2) {
      auto place = place_;
      place["TTL"] = std::to_string(ttl_ms_) + "ms";
      auto started = std::make_unique<child_process>(importer(steps), place);
      if (started->wait_for("standing", 120s))
        return started;
      expect_intake_opens(0);
    }
    return nullptr;
  }

  [[nodiscard]] static std::int64_t now_us() {
    return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
  }

  [[nodiscard]] json status() const {
    return json::parse(command({"--json", "admin", "status"}).out, nullptr,
                       false);
  }

  /// Waits until somebody without the token may add, and looks whether that
  /// was not too early.
  void expect_intake_opens(std::int64_t until_us) const {
    EXPECT_TRUE(until([&] {
      const auto added = command({"add", "--text", "from outside"});
      if (added.code == 4) {
        EXPECT_NE(added.err.find("intake is held"), std::string::npos);
      }
      return added.code == 0;
    }));
    EXPECT_GE(now_us(), until_us);
  }

  void expect_still_paused() const {
    const auto pauses = status()["pauses"];
    ASSERT_EQ(pauses.size(), 1U) << pauses;
    EXPECT_EQ(pauses[0]["target"], "audio.analyze");
    EXPECT_EQ(pauses[0]["reason"], "mine");
  }

  [[nodiscard]] std::set<std::string> texts() const {
    const auto listed = json::parse(
      command({"list", "--json", "--kind", "text"}).out, nullptr, false);
    std::set<std::string> found;
    for (const auto& item : listed["items"])
      found.insert(item.value("title", ""));
    return found;
  }

  std::int64_t ttl_ms_ = 0;
};

TEST_F(import_death, at_any_step_opens_intake_and_resumes_nobodys_pause) {
  const auto running = start_node();
  ASSERT_EQ(
    command({"admin", "pause", "audio.analyze", "--reason", "mine"}).code, 0);
  const auto begin = "export TROUPE_IMPORT_TOKEN=$(" + troupe_words()
                     + "admin import begin --ttl $TTL)\n";
  const auto add = [this](const std::string& title) {
    return troupe_words() + "add --text '" + title + "' --title '" + title
           + "'\n";
  };
  const auto extend =
    troupe_words() + "admin import extend $TROUPE_IMPORT_TOKEN --ttl $TTL\n";

  struct death {
    std::string steps;
    std::set<std::string> added;
  };

  // Between all steps: after begin, between two adds, after an extension, and
  // before the end.
  const std::vector<death> deaths = {
    {begin, {}},
    {begin + add("a"), {"a"}},
    {begin + add("b") + extend, {"b"}},
    {begin + add("c") + extend + add("d"), {"c", "d"}},
  };
  for (const auto& one : deaths) {
    const auto importer_process = start_importer(one.steps);
    ASSERT_NE(importer_process, nullptr);
    const auto held = connect()->admin().status("uid:1000");
    ASSERT_TRUE(held);
    const auto& lease = held->library.held.import;
    // Whenever it opens, it is within the time to live.
    EXPECT_LE(lease.until_us, now_us() + ttl_ms_ * 1'000);
    importer_process->signal(SIGKILL);
    EXPECT_EQ(importer_process->end(60s).code, 128 + SIGKILL);
    expect_intake_opens(lease.until_us);
    expect_still_paused();
    const auto stored = texts();
    for (const auto& title : one.added)
      EXPECT_TRUE(stored.contains(title)) << title;
    EXPECT_TRUE(status()["imports"].empty());
  }
}

TEST_F(import_death, of_import_run_opens_intake) {
  const auto running = start_node();
  ASSERT_EQ(
    command({"admin", "pause", "audio.analyze", "--reason", "mine"}).code, 0);
  auto words =
    troupe({"admin", "import", "run", "--ttl", "6s", "--timeout", "1s", "--"});
  const auto script =
    importer(troupe_words() + "add --text inside --title inside");
  words.insert(words.end(), script.begin(), script.end());
  auto importer_process = std::make_unique<child_process>(words, place_);
  ASSERT_TRUE(importer_process->wait_for("standing", 60s))
    << importer_process->seen().err;
  const auto lease = status()["imports"].at(0);
  importer_process->signal(SIGKILL);
  importer_process.reset();
  expect_intake_opens(lease["until_us"].get<std::int64_t>());
  expect_still_paused();
  EXPECT_TRUE(texts().contains("inside"));
}

TEST_F(import_death, of_its_command_is_the_end_of_the_import) {
  const auto running = start_node();
  auto words = troupe({"admin", "import", "run", "--", "/bin/sh", "-c",
                       troupe_words()
                         + "add --text inside --title inside; "
                           "exit 3"});
  const auto end = run(words, place_);
  EXPECT_EQ(end.code, 3) << end.err;
  EXPECT_TRUE(texts().contains("inside"));
  EXPECT_EQ(command({"add", "--text", "from outside"}).code, 0);
  const auto audit =
    json::parse(command({"--json", "admin", "audit"}).out)["items"];
  std::vector<std::string> actions;
  for (const auto& row : audit)
    if (row["action"].get<std::string>().starts_with("import"))
      actions.push_back(row["action"]);
  EXPECT_EQ(actions, (std::vector<std::string>{"import end", "import begin"}));
}

} // namespace

} // namespace troupe::testing
