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
};

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
