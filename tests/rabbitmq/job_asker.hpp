#pragma once

#include "tests/rabbitmq/session_loop.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::testing {

/// Another program that hands jobs to a node and collects the replies in a
/// queue of its own.
class job_asker {
public:
  static constexpr const char* replies_queue = "test.replies";

  explicit job_asker(const std::string& url) : loop_(url, options()) {
    loop_.on_event = [this](amqp::session_event& event) {
      take(event);
    };
  }

  /// Waits until replies can come.
  bool ready() {
    return until([this] { return loop_.session().status().consuming_all; });
  }

  bool until(const std::function<bool()>& seen,
             std::chrono::milliseconds longest = std::chrono::seconds{60}) {
    return loop_.run_until(seen, longest);
  }

  /// A request for a job queue, to be changed before it is sent.
  static amqp::message request(const std::string& id, const std::string& type,
                               const std::string& body,
                               const std::string& reply_to = replies_queue) {
    amqp::message x;
    x.properties.message_id = id;
    x.properties.correlation_id = "for " + id;
    x.properties.type = type;
    x.properties.reply_to = reply_to;
    x.properties.content_type = "application/json";
    x.properties.delivery_mode = 2;
    x.body = body;
    return x;
  }

  /// A text to be embedded, in the message itself.
  static amqp::message text_request(const std::string& id,
                                    const std::string& text) {
    auto x = request(id, "text.embed", text);
    x.properties.content_type = "text/plain";
    return x;
  }

  void send(amqp::message content) {
    amqp::publication x;
    x.token = ++sent_;
    x.routing_key = "jobs." + content.properties.type;
    if (content.properties.type.empty())
      x.routing_key = "jobs.text.embed";
    // A message that is returned is known by its id only.
    x.mandatory = !content.properties.message_id.empty();
    x.content = std::make_shared<const amqp::message>(std::move(content));
    EXPECT_TRUE(loop_.session().publish(x, amqp::session::lane::replies));
  }

  /// Correlation id → replies, as they came.
  std::map<std::string, std::vector<nlohmann::json>> replies_;
  std::size_t replies_count_ = 0;
  /// Correlation id → the picture that came as a body.
  std::map<std::string, std::string> pictures_;

private:
  static amqp::session_options options() {
    amqp::session_options options;
    options.job_queues = {replies_queue};
    options.queue_type = "classic";
    options.prefetch = 100;
    return options;
  }

  void take(amqp::session_event& event) {
    auto* told = std::get_if<amqp::delivery_told>(&event);
    if (told == nullptr)
      return;
    const auto& content = told->what.content;
    auto text = content.body;
    for (const auto& [name, value] : content.properties.headers)
      if (name == "x-result") {
        text = std::get<std::string>(value);
        pictures_[content.properties.correlation_id] = content.body;
      }
    auto reply = nlohmann::json::parse(text);
    // Celery's replies have its own form.
    EXPECT_EQ(content.properties.type == "job.result", reply.contains("v"));
    replies_[content.properties.correlation_id].push_back(std::move(reply));
    ++replies_count_;
    loop_.session().acknowledge(told->what.handle);
  }

  session_loop loop_;
  std::uint64_t sent_ = 0;
};

} // namespace troupe::testing
