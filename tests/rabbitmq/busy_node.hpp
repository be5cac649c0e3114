#pragma once

#include "tests/rabbitmq/session_loop.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace troupe::testing {

/// Counts what a session is told, and does its jobs: each is acknowledged at
/// once and remembered by its id.
class busy_node {
public:
  busy_node(const std::string& url, const amqp::session_options& options)
    : loop_(url, options) {
    loop_.on_event = [this](amqp::session_event& event) {
      take(event);
    };
  }

  /// Sends the next message to `queue`.
  bool publish(const std::string& queue, std::size_t bytes = 20) {
    auto content = std::make_shared<amqp::message>();
    amqp::publication x;
    x.token = ++sent_;
    content->properties.message_id = "m" + std::to_string(sent_);
    content->properties.delivery_mode = 2;
    content->body.assign(bytes, 'x');
    x.routing_key = queue;
    x.content = content;
    if (loop_.session().publish(x, amqp::session::lane::replies))
      return true;
    --sent_;
    return false;
  }

  bool until(const std::function<bool()>& seen,
             std::chrono::milliseconds longest = std::chrono::seconds{120}) {
    return loop_.run_until(seen, longest);
  }

  bool until_consuming() {
    return until([this] { return status().consuming_all; });
  }

  [[nodiscard]] amqp::session_status status() {
    return loop_.session().status();
  }

  session_loop& loop() {
    return loop_;
  }

  std::uint64_t sent_ = 0;
  std::map<std::uint64_t, int> ends_;
  std::uint64_t confirmed_ = 0;
  std::set<std::string> done_;
  std::uint64_t deliveries_ = 0;
  std::vector<amqp::delivery> kept_;
  /// Deliveries are kept instead of acknowledged.
  bool keeps_ = false;

private:
  void take(amqp::session_event& event) {
    if (const auto* told = std::get_if<amqp::publish_told>(&event)) {
      ++ends_[told->end.token];
      confirmed_ +=
        told->end.outcome == amqp::publish_outcome::confirmed ? 1 : 0;
    }
    if (auto* told = std::get_if<amqp::delivery_told>(&event)) {
      ++deliveries_;
      if (keeps_) {
        kept_.push_back(std::move(told->what));
        return;
      }
      done_.insert(told->what.content.properties.message_id);
      loop_.session().acknowledge(told->what.handle);
    }
  }

  session_loop loop_;
};

/// Another process does something to the server while the node goes on.
inline bool meanwhile(busy_node& node, const std::function<void()>& deed) {
  std::atomic<bool> done{false};
  std::thread other{[&] {
    deed();
    done = true;
  }};
  const bool in_time =
    node.until([&] { return done.load(); }, std::chrono::seconds{200});
  other.join();
  return in_time;
}

/// Everything was confirmed once and done, however often it came.
inline void expect_whole(busy_node& node) {
  EXPECT_EQ(node.confirmed_, node.sent_);
  EXPECT_EQ(node.ends_.size(), node.sent_);
  EXPECT_EQ(node.done_.size(), node.sent_);
  for (const auto& [token, count] : node.ends_)
    ASSERT_EQ(count, 1) << token;
}

} // namespace troupe::testing
