// A whole node on a real RabbitMQ server, asked for work by another program.

#include "tests/rabbitmq/job_asker.hpp"
#include "tests/rabbitmq/node_jobs.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace troupe::testing {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

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

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

TEST_F(node_jobs, enlarge_pictures_into_a_file_or_into_the_reply) {
  const auto node = start_node();
  ASSERT_TRUE(consumes()) << node->seen().err;
  job_asker asker{url_};
  ASSERT_TRUE(asker.ready());
  const auto media = std::filesystem::canonical(media_);
  const auto input = media / "grey.png";
  std::filesystem::copy_file(TROUPE_ROOT "/tests/data/images/grey.png", input);
  const json params{{"model", "bicubic-fast"}, {"factor", 2}};
  const auto wanted = [&](const std::filesystem::path& output) {
    return json{{"input", {{"path", input.string()}}},
                {"params", params},
                {"output", {{"path", output.string()}}}}
      .dump();
  };
  const auto output = media / "large.png";
  asker.send(job_asker::request("file", "image.upscale", wanted(output)));
  auto inside = job_asker::request("body", "image.upscale", bytes_of(input));
  inside.properties.content_type = "image/png";
  inside.properties.headers = {{"x-params", params.dump()}};
  asker.send(inside);
  asker.send(
    job_asker::request("outside", "image.upscale", wanted("/tmp/large.png")));
  ASSERT_TRUE(asker.until([&] { return asker.replies_count_ == 3; }));
  const auto& file = asker.replies_["for file"].front();
  EXPECT_EQ(file["status"], "ok") << file;
  EXPECT_EQ(file["result"]["output"]["path"], output.string());
  ASSERT_TRUE(std::filesystem::exists(output));
  EXPECT_EQ(asker.replies_["for body"].front()["status"], "ok");
  EXPECT_EQ(asker.pictures_["for body"], bytes_of(output));
  EXPECT_NE(
    asker.replies_["for outside"].front()["error"]["message"].dump().find(
      "roots"),
    std::string::npos);
  // Asked again, it is the same picture, and what is there is not replaced.
  asker.send(inside);
  asker.send(job_asker::request("again", "image.upscale", wanted(output)));
  ASSERT_TRUE(asker.until([&] { return asker.replies_count_ == 5; }));
  EXPECT_EQ(asker.replies_["for body"].size(), 2U);
  EXPECT_EQ(asker.pictures_["for body"], bytes_of(output));
  EXPECT_EQ(asker.replies_["for again"].front()["status"], "error");
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

TEST_F(node_jobs, of_a_node_js_client_are_answered) {
  // Debian has no amqplib: NODE_PATH says where it is, if it is anywhere.
  if (run({"/usr/bin/env", "node", "-e", "require('amqplib')"}).code != 0)
    GTEST_SKIP() << "no Node.js with amqplib; NODE_PATH may name its folder";
  const auto node = start_node();
  ASSERT_TRUE(consumes()) << node->seen().err;
  std::vector<std::string> words{"/usr/bin/env", "node",
                                 TROUPE_ROOT "/tools/examples/submit.js",
                                 "audio.analyze"};
  for (const auto* name : {"a.wav", "b.wav", "c.wav"})
    words.push_back(write_wav(name));
  const auto end = run(words, place_);
  EXPECT_EQ(end.code, 0) << end.err;
  std::istringstream lines{end.out};
  int replies = 0;
  for (std::string line; std::getline(lines, line); ++replies)
    EXPECT_EQ(json::parse(line)["result"]["audio"]["duration_s"], 0.5);
  EXPECT_EQ(replies, 3);
}

} // namespace

} // namespace troupe::testing
