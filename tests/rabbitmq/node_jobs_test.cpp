// A whole node on a real RabbitMQ server, asked for work by another program.

#include "tests/e2e/troupe_scene.hpp"
#include "tests/rabbitmq/rabbitmq_server.hpp"

#include <nlohmann/json.hpp>

#include <csignal>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace troupe::testing {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

class node_jobs : public troupe_scene {
protected:
  void SetUp() override {
    if (!rabbitmq_server::installed())
      GTEST_SKIP() << "rabbitmq-server is not installed";
    url_ = server().url(server().fresh_vhost());
    place_["XDG_RUNTIME_DIR"] = root_.string();
    place_["RABBITMQ_URL"] = url_;
    config_ = (root_ / "node.toml").string();
    // Neither a heartbeat nor another try for a queue that is not there wakes
    // the BROKER in time.
    std::ofstream{config_} << "[broker]\nqueue_type = \"classic\"\n"
                              "heartbeat_s = 600\n"
                              "[broker.service.crawling]\n"
                              "reply = \"exclusive\"\n";
    std::filesystem::permissions(root_, std::filesystem::perms::owner_all);
  }

  static rabbitmq_server& server() {
    return rabbitmq_server::shared();
  }

  [[nodiscard]] std::unique_ptr<child_process> start_node() const {
    auto node = std::make_unique<child_process>(
      troupe({"--config", config_, "node", "--amqp", url_}), place_);
    EXPECT_TRUE(node->wait_for("coverage=", 120s)) << node->seen().err;
    return node;
  }

  /// Waits until the node consumes: its queues are there then.
  [[nodiscard]] bool consumes() const {
    return until([&] {
      const auto status = run(troupe({"admin", "status", "--json"}), place_);
      const auto facts = json::parse(status.out, nullptr, false);
      return facts.is_object() && facts["broker"].value("consuming", false);
    });
  }

  /// One reply per file.
  [[nodiscard]] std::vector<json>
  submit(const std::string& kind, const std::vector<std::string>& files) {
    std::vector<std::string> words{
      "/usr/bin/python3", TROUPE_ROOT "/tools/examples/submit.py", kind};
    words.insert(words.end(), files.begin(), files.end());
    last_ = run(words, place_);
    std::vector<json> replies;
    std::istringstream lines{last_.out};
    for (std::string line; std::getline(lines, line);)
      replies.push_back(json::parse(line));
    return replies;
  }

  std::string url_;
  std::string config_;
  std::map<std::string, std::string> place_;
  process_end last_;
};

TEST_F(node_jobs, are_done_and_answered_one_after_the_other) {
  const auto node = start_node();
  ASSERT_TRUE(consumes()) << node->seen().err;
  std::vector<std::string> files;
  for (const auto* name : {"a.wav", "b.wav", "c.wav", "d.wav"})
    files.push_back(write_wav(name));
  const auto sounds = submit("audio.analyze", files);
  ASSERT_EQ(sounds.size(), files.size()) << last_.err;
  EXPECT_EQ(last_.code, 0);
  for (std::size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(sounds[i]["file"], files[i]);
    EXPECT_EQ(sounds[i]["status"], "ok") << sounds[i];
    EXPECT_EQ(sounds[i]["result"]["audio"]["duration_s"], 0.5);
  }
  const auto song = (root_ / "song.txt").string();
  std::ofstream{song} << "slow song";
  const auto texts = submit("text.embed", {song});
  ASSERT_EQ(texts.size(), 1U) << last_.err;
  EXPECT_EQ(texts[0]["status"], "ok") << texts[0];
  node->signal(SIGTERM);
  EXPECT_EQ(node->end(60s).code, 0);
}

TEST_F(node_jobs, that_cannot_be_done_are_refused_with_the_reason) {
  const auto node = start_node();
  ASSERT_TRUE(consumes()) << node->seen().err;
  const auto song = (root_ / "song.txt").string();
  std::ofstream{song} << "slow song";
  const auto refused = submit("audio.analyze", {song, song});
  ASSERT_EQ(refused.size(), 2U) << last_.err;
  EXPECT_EQ(last_.code, 1);
  for (const auto& reply : refused) {
    EXPECT_EQ(reply["status"], "error");
    EXPECT_EQ(reply["error"]["code"], "bad_request");
    EXPECT_FALSE(reply["error"]["retryable"].get<bool>());
  }
  node->signal(SIGTERM);
  EXPECT_EQ(node->end(60s).code, 0);
}

} // namespace

} // namespace troupe::testing
