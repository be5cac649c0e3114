// A whole node on a real RabbitMQ server, asked for work by another program.

#include "tests/rabbitmq/node_jobs.hpp"

#include <csignal>
#include <fstream>
#include <string>
#include <vector>

namespace troupe::testing {

namespace {

using namespace std::chrono_literals;

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
