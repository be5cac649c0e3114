// What can happen to a session between two servers' lives: killed, frozen,
// cut off, slowed down, alarmed, its queue deleted. Nothing is lost, nothing
// waits, and everything is said.

#include "tests/rabbitmq/byte_proxy.hpp"
#include "tests/rabbitmq/rabbitmq_server.hpp"
#include "tests/rabbitmq/session_loop.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <set>
#include <thread>

namespace troupe::testing {

namespace {

using namespace std::chrono_literals;

bool is_campaign() {
  const char* value = std::getenv("TROUPE_CAMPAIGN");
  return value != nullptr && std::string{value} == "full";
}

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
             std::chrono::milliseconds longest = 120s) {
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

class rabbitmq_faults : public ::testing::Test {
protected:
  void SetUp() override {
    if (!rabbitmq_server::installed())
      GTEST_SKIP() << "rabbitmq-server is not installed";
    vhost_ = server().fresh_vhost();
  }

  static rabbitmq_server& server() {
    return rabbitmq_server::shared();
  }

  /// One durable queue, and a heart that beats fast enough for a test.
  static amqp::session_options worker(const std::string& type = "classic") {
    amqp::session_options options;
    options.job_queues = {"jobs.a"};
    options.queue_type = type;
    options.prefetch = 100;
    options.login.heartbeat_s = 2;
    return options;
  }

  /// Another process does something to the server while the node goes on.
  static bool meanwhile(busy_node& node, const std::function<void()>& deed) {
    std::atomic<bool> done{false};
    std::thread other{[&] {
      deed();
      done = true;
    }};
    const bool in_time = node.until([&] { return done.load(); }, 200s);
    other.join();
    return in_time;
  }

  std::string vhost_;
};

/// Everything was confirmed once and done, however often it came.
void expect_whole(busy_node& node) {
  EXPECT_EQ(node.confirmed_, node.sent_);
  EXPECT_EQ(node.ends_.size(), node.sent_);
  EXPECT_EQ(node.done_.size(), node.sent_);
  for (const auto& [token, count] : node.ends_)
    ASSERT_EQ(count, 1) << token;
}

/// A quorum queue of RabbitMQ 3.10.8 that is asked in the moment in which it
/// recovers can stay a follower for ever: nobody else is there to be elected,
/// and only a restart or this call makes it stand. No client can help it.
void elect_leaders(const rabbitmq_server& server) {
  EXPECT_EQ(server
              .control({"eval", "[ra:trigger_election(amqqueue:get_pid(Q)) || "
                                "Q <- rabbit_amqqueue:list(), "
                                "amqqueue:get_type(Q) =:= "
                                "rabbit_quorum_queue]."})
              .code,
            0);
}

TEST_F(rabbitmq_faults, killed_and_frozen_server_loses_no_message) {
  const std::uint64_t total = is_campaign() ? 150'000 : 3'000;
  for (const auto* type : {"classic", "quorum"}) {
    vhost_ = server().fresh_vhost();
    busy_node node{server().url(vhost_), worker(type)};
    ASSERT_TRUE(node.until_consuming());
    const auto send_up_to = [&](std::uint64_t count) {
      return node.until([&] {
        for (int i = 0; i < 50 && node.sent_ < count; ++i)
          if (!node.publish("jobs.a"))
            break;
        return node.sent_ == count;
      });
    };
    ASSERT_TRUE(send_up_to(total / 3));
    ASSERT_TRUE(meanwhile(node, [] {
      server().kill();
      EXPECT_TRUE(server().start());
      elect_leaders(server());
    }));
    ASSERT_TRUE(send_up_to(total * 2 / 3));
    // Frozen for longer than it takes to give the connection up.
    server().pause();
    EXPECT_TRUE(node.until(
      [&] { return node.status().publishing.why == amqp::loss::silent; }));
    server().resume();
    ASSERT_TRUE(send_up_to(total));
    EXPECT_TRUE(node.until(
      [&] {
        return node.confirmed_ == node.sent_ && node.done_.size() == node.sent_;
      },
      300s));
    expect_whole(node);
    std::cout << type << ": " << node.sent_ << " sent, " << node.deliveries_
              << " delivered, " << node.status().republished
              << " published again, longest step " << node.loop().longest_us()
              << " us\n";
  }
}

TEST_F(rabbitmq_faults, clean_restart_is_followed) {
  busy_node node{server().url(vhost_), worker()};
  ASSERT_TRUE(node.until_consuming());
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(node.publish("jobs.a"));
  ASSERT_TRUE(meanwhile(node, [] { server().stop(); }));
  EXPECT_NE(node.status().publishing.why, amqp::loss::none);
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(node.publish("jobs.a"));
  ASSERT_TRUE(meanwhile(node, [] { EXPECT_TRUE(server().start()); }));
  EXPECT_TRUE(node.until([&] { return node.done_.size() == 200; }));
  EXPECT_TRUE(node.until([&] { return node.confirmed_ == 200; }));
  expect_whole(node);
}

TEST_F(rabbitmq_faults, frozen_server_never_makes_a_call_wait) {
  auto options = worker();
  options.limits.waiting_bytes_max = 8U << 20U;
  busy_node node{server().url(vhost_), options};
  ASSERT_TRUE(node.until_consuming());
  server().pause();
  // More than any buffer of the system takes: the rest is refused as busy.
  std::uint64_t refused = 0;
  for (int i = 0; i < 400; ++i) {
    refused += node.publish("jobs.a", 64U << 10U) ? 0 : 1;
    node.loop().round(steady_us());
  }
  EXPECT_GT(refused, 0U);
  const bool given_up = node.until(
    [&] { return node.status().publishing.why == amqp::loss::silent; }, 20s);
  server().resume();
  EXPECT_TRUE(given_up);
  // A system call that waited would have waited for the heartbeat at least.
  EXPECT_LT(node.loop().longest_us(), 1'000'000);
  EXPECT_TRUE(node.until([&] { return node.confirmed_ == node.sent_; }));
}

TEST_F(rabbitmq_faults, cut_in_the_middle_of_a_message_brings_it_again) {
  byte_proxy proxy{server().port()};
  {
    busy_node first{server().url(vhost_), worker()};
    ASSERT_TRUE(first.until_consuming());
  }
  busy_node sender{server().url(vhost_), {}};
  ASSERT_TRUE(sender.publish("jobs.a", 8U << 20U));
  ASSERT_TRUE(sender.until([&] { return sender.confirmed_ == 1; }));
  // The answers of a log-in are a few kilobytes: it stalls in the body.
  proxy.stall_after(1'000'000);
  busy_node node{
    fmt::format("amqp://guest:guest@127.0.0.1:{}/{}", proxy.port(), vhost_),
    worker()};
  EXPECT_TRUE(node.until(
    [&] { return node.status().consuming.why == amqp::loss::silent; }));
  EXPECT_EQ(node.deliveries_, 0U);
  proxy.set(byte_proxy::mode::pass);
  EXPECT_TRUE(node.until([&] { return node.done_.size() == 1; }));
  EXPECT_GE(node.status().consuming.connects, 2U);
}

TEST_F(rabbitmq_faults, reset_connection_comes_back_within_two_seconds) {
  byte_proxy proxy{server().port()};
  busy_node node{
    fmt::format("amqp://guest:guest@127.0.0.1:{}/{}", proxy.port(), vhost_),
    worker()};
  ASSERT_TRUE(node.until_consuming());
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(node.publish("jobs.a"));
  const auto before = node.status().publishing.connects;
  proxy.reset();
  const auto begun = steady_us();
  EXPECT_TRUE(
    node.until([&] { return node.status().publishing.connects > before; }));
  EXPECT_LT(steady_us() - begun, 2'000'000);
  EXPECT_TRUE(node.until([&] { return node.done_.size() == 50; }));
  EXPECT_TRUE(node.until([&] { return node.confirmed_ == 50; }));
  expect_whole(node);
}

TEST_F(rabbitmq_faults, withheld_confirms_are_published_again_under_one_id) {
  byte_proxy proxy{server().port()};
  busy_node node{
    fmt::format("amqp://guest:guest@127.0.0.1:{}/{}", proxy.port(), vhost_),
    worker()};
  ASSERT_TRUE(node.until_consuming());
  proxy.set(byte_proxy::mode::swallow_answers);
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(node.publish("jobs.a"));
  EXPECT_TRUE(node.until(
    [&] { return node.status().publishing.why == amqp::loss::silent; }));
  EXPECT_EQ(node.confirmed_, 0U);
  proxy.set(byte_proxy::mode::pass);
  EXPECT_TRUE(node.until([&] { return node.confirmed_ == 20; }));
  EXPECT_TRUE(node.until([&] { return node.done_.size() == 20; }));
  expect_whole(node);
  EXPECT_GE(node.status().republished, 20U);
}

TEST_F(rabbitmq_faults, slow_link_is_busy_and_stays_alive) {
  byte_proxy proxy{server().port()};
  auto options = worker();
  options.limits.waiting_bytes_max = 1U << 20U;
  options.limits.output_bytes_max = 64U << 10U;
  busy_node node{
    fmt::format("amqp://guest:guest@127.0.0.1:{}/{}", proxy.port(), vhost_),
    options};
  ASSERT_TRUE(node.until_consuming());
  // More than all buffers on the way hold: 13 MB at 1 MB/s.
  proxy.limit(1 << 20);
  std::uint64_t refused = 0;
  for (int i = 0; i < 400; ++i) {
    refused += node.publish("jobs.a", 32U << 10U) ? 0 : 1;
    node.loop().round(steady_us() + 1'000);
  }
  EXPECT_GT(refused, 0U);
  EXPECT_TRUE(node.until([&] { return node.confirmed_ == node.sent_; }));
  // It took longer than two heartbeats, and the connection lived.
  EXPECT_EQ(node.status().publishing.connects, 1U);
}

TEST_F(rabbitmq_faults, deleted_queue_is_made_again_and_consumed) {
  busy_node node{server().url(vhost_), worker()};
  ASSERT_TRUE(node.until_consuming());
  ASSERT_TRUE(meanwhile(node, [&] {
    const auto end = server().control({"-p", vhost_, "delete_queue", "jobs.a"});
    EXPECT_EQ(end.code, 0) << end.err;
  }));
  EXPECT_TRUE(node.until_consuming());
  ASSERT_TRUE(node.publish("jobs.a"));
  EXPECT_TRUE(node.until([&] { return node.done_.size() == 1; }));
}

TEST_F(rabbitmq_faults, consumer_timeout_costs_the_channel_not_the_job) {
  const auto set = [](int timeout_ms, int tick_ms) {
    return server().control(
      {"eval", fmt::format("application:set_env(rabbit, consumer_timeout, {}), "
                           "application:set_env(rabbit, "
                           "channel_tick_interval, {}).",
                           timeout_ms, tick_ms)});
  };
  ASSERT_EQ(set(2'000, 1'000).code, 0);
  busy_node node{server().url(vhost_), worker()};
  node.keeps_ = true;
  ASSERT_TRUE(node.until_consuming());
  ASSERT_TRUE(node.publish("jobs.a"));
  // The job runs for longer than the server allows: it comes again.
  EXPECT_TRUE(node.until([&] { return node.kept_.size() == 2; }));
  ASSERT_EQ(node.kept_.size(), 2U);
  EXPECT_TRUE(node.kept_[1].redelivered);
  EXPECT_EQ(node.kept_[0].content, node.kept_[1].content);
  EXPECT_NE(node.kept_[0].handle, node.kept_[1].handle);
  // The first handle names nothing any more, and its end hurts nobody.
  EXPECT_FALSE(node.loop().session().acknowledge(node.kept_[0].handle));
  EXPECT_TRUE(node.loop().session().acknowledge(node.kept_[1].handle));
  EXPECT_EQ(node.status().consuming.connects, 1U);
  EXPECT_EQ(node.status().stale_acknowledgements, 1U);
  EXPECT_EQ(set(1'800'000, 60'000).code, 0);
}

TEST_F(rabbitmq_faults, alarm_stops_publishing_and_nothing_else) {
  busy_node node{server().url(vhost_), worker()};
  node.keeps_ = true;
  ASSERT_TRUE(node.until_consuming());
  ASSERT_TRUE(node.publish("jobs.a"));
  ASSERT_TRUE(node.until([&] { return node.kept_.size() == 1; }));
  ASSERT_TRUE(meanwhile(node, [] {
    EXPECT_EQ(server().control({"set_vm_memory_high_watermark", "0.0001"}).code,
              0);
  }));
  // The server says so to whoever publishes.
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(node.publish("jobs.a"));
  EXPECT_TRUE(node.until([&] {
    return node.status().publishing.state == amqp::link_state::blocked;
  }));
  EXPECT_FALSE(node.status().publishing.text.empty());
  EXPECT_TRUE(node.loop().session().acknowledge(node.kept_[0].handle));
  EXPECT_EQ(node.status().consuming.state, amqp::link_state::up);
  ASSERT_TRUE(meanwhile(node, [] {
    EXPECT_EQ(server()
                .control({"set_vm_memory_high_watermark", "absolute", "1500MB"})
                .code,
              0);
  }));
  EXPECT_TRUE(node.until([&] { return node.confirmed_ == 11; }));
  EXPECT_TRUE(node.until([&] { return node.kept_.size() == 11; }));
  for (std::size_t i = 0; i < node.kept_.size(); ++i)
    EXPECT_EQ(node.kept_[i].content.properties.message_id,
              "m" + std::to_string(i + 1));
}

TEST_F(rabbitmq_faults, oversize_is_refused_here_and_costs_no_channel) {
  auto options = worker();
  options.limits.message_bytes_max = 1'000;
  busy_node node{server().url(vhost_), options};
  ASSERT_TRUE(node.until_consuming());
  EXPECT_FALSE(node.publish("jobs.a", 1'001));
  EXPECT_TRUE(node.publish("jobs.a", 1'000));
  EXPECT_TRUE(node.until([&] { return node.done_.size() == 1; }));
  EXPECT_EQ(node.status().publishing.connects, 1U);
}

TEST_F(rabbitmq_faults, late_reply_is_counted_and_reaches_nobody) {
  busy_node service{server().url(vhost_), worker()};
  service.keeps_ = true;
  ASSERT_TRUE(service.until_consuming());
  amqp::session_options asking;
  asking.services = {{"s", "jobs.a", amqp::reply_way::direct, ""}};
  session_loop asker{server().url(vhost_), asking};
  std::vector<amqp::call_end> ends;
  asker.on_event = [&](amqp::session_event& event) {
    if (auto* told = std::get_if<amqp::call_told>(&event))
      ends.push_back(std::move(told->end));
  };
  ASSERT_TRUE(asker.run_until([&] {
    return asker.session().status().publishing.state == amqp::link_state::up;
  }));
  amqp::call_order order;
  order.token = 1;
  order.id = "c1";
  order.deadline_us = steady_us() + 3'000'000;
  ASSERT_TRUE(asker.session().call("s", order));
  ASSERT_TRUE(asker.run_until([&] { return !ends.empty(); }));
  EXPECT_EQ(ends.front().outcome, amqp::call_outcome::timed_out);
  ASSERT_TRUE(service.until([&] { return service.kept_.size() == 1; }));
  auto reply = std::make_shared<amqp::message>();
  reply->properties.correlation_id = "c1";
  reply->properties.message_id = "r1";
  amqp::publication late;
  late.token = 99;
  late.routing_key = service.kept_[0].content.properties.reply_to;
  late.content = reply;
  ASSERT_TRUE(
    service.loop().session().publish(late, amqp::session::lane::replies));
  ASSERT_TRUE(service.until([&] { return service.ends_.contains(99); }));
  ASSERT_TRUE(asker.run_until(
    [&] { return asker.session().status().late_replies == 1; }));
  EXPECT_EQ(ends.size(), 1U);
}

/// Entries of a folder of /proc/self.
std::size_t count_in(const char* folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& each :
       std::filesystem::directory_iterator{folder})
    ++count;
  return count;
}

TEST_F(rabbitmq_faults, flapping_server_costs_no_descriptor_and_no_thread) {
  const int times = is_campaign() ? 20 : 1;
  busy_node node{server().url(vhost_), worker()};
  ASSERT_TRUE(node.until_consuming());
  const auto descriptors = count_in("/proc/self/fd");
  const auto threads = count_in("/proc/self/task");
  for (int i = 0; i < times; ++i) {
    ASSERT_TRUE(meanwhile(node, [] {
      server().kill();
      EXPECT_TRUE(server().start());
    }));
    ASSERT_TRUE(node.until([&] {
      const auto status = node.status();
      return status.consuming_all
             && status.publishing.state == amqp::link_state::up;
    }));
  }
  EXPECT_EQ(count_in("/proc/self/fd"), descriptors);
  EXPECT_EQ(count_in("/proc/self/task"), threads);
}

} // namespace

} // namespace troupe::testing
