#pragma once

#include "tests/e2e/troupe_scene.hpp"
#include "tests/rabbitmq/busy_node.hpp"
#include "tests/rabbitmq/rabbitmq_server.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace troupe::testing {

/// A whole `troupe node` that takes jobs in from a vhost of its own.
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
                           << "heartbeat_s = 600\nroots = [\""
                           << std::filesystem::canonical(media_).string()
                           << "\"]\n"
                              "[broker.service.crawling]\n"
                              "reply = \"exclusive\"\n";
    std::filesystem::permissions(root_, std::filesystem::perms::owner_all);
  }

  static rabbitmq_server& server() {
    return rabbitmq_server::shared();
  }

  [[nodiscard]] std::unique_ptr<child_process> start_node() const {
    return started(troupe({"--config", config_, "node", "--amqp", url_}));
  }

  /// The same with decoders that misbehave by name.
  [[nodiscard]] std::unique_ptr<child_process> start_node_with_doubles() const {
    return started(doubles({"--config", config_, "node", "--amqp", url_}));
  }

  [[nodiscard]] std::unique_ptr<child_process>
  started(const std::vector<std::string>& command) const {
    auto node = std::make_unique<child_process>(command, place_);
    EXPECT_TRUE(node->wait_for("coverage=", std::chrono::seconds{120}))
      << node->seen().err;
    return node;
  }

  /// `admin status --json`; null when the node does not answer.
  [[nodiscard]] nlohmann::json status() const {
    const auto end = run(troupe({"admin", "status", "--json"}), place_);
    auto facts = nlohmann::json::parse(end.out, nullptr, false);
    return facts.is_object() ? facts : nlohmann::json{};
  }

  /// Waits until the node consumes: its queues are there then.
  [[nodiscard]] bool consumes() const {
    return until([&] {
      const auto facts = status();
      return !facts.is_null() && facts["broker"].value("consuming", false);
    });
  }

  /// Attempts that all workers made since the node began.
  [[nodiscard]] std::int64_t processed() const {
    std::int64_t count = 0;
    const auto facts = status();
    for (const auto& pool : facts["pools"])
      count += pool.value("processed", 0);
    return count;
  }

  /// One reply per file.
  [[nodiscard]] std::vector<nlohmann::json>
  submit(const std::string& kind, const std::vector<std::string>& files) {
    std::vector<std::string> words{
      "/usr/bin/python3", TROUPE_ROOT "/tools/examples/submit.py", kind};
    words.insert(words.end(), files.begin(), files.end());
    last_ = run(words, place_);
    std::vector<nlohmann::json> replies;
    std::istringstream lines{last_.out};
    for (std::string line; std::getline(lines, line);)
      replies.push_back(nlohmann::json::parse(line));
    return replies;
  }

  /// Messages in the queue of dead letters; they are taken.
  [[nodiscard]] std::size_t dead_letters() const {
    amqp::session_options options;
    options.job_queues = {"jobs.dead"};
    options.queue_type = "classic";
    options.prefetch = 1'000;
    busy_node reader{url_, options};
    EXPECT_TRUE(reader.until_consuming());
    // The end of what there is: a letter of our own.
    EXPECT_TRUE(reader.publish("jobs.dead"));
    EXPECT_TRUE(reader.until([&] { return reader.done_.contains("m1"); }));
    return reader.deliveries_ - 1;
  }

  std::string url_;
  std::string config_;
  std::map<std::string, std::string> place_;
  process_end last_;
};

} // namespace troupe::testing
