// What can happen to a session while its server lives: frozen, cut off, slowed
// down, alarmed, its queue deleted. Nothing is lost, nothing waits, and
// everything is said.

#include "tests/rabbitmq/byte_proxy.hpp"
#include "tests/rabbitmq/rabbitmq_faults.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace troupe::testing {

namespace {

using namespace std::chrono_literals;

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

/// The longest that each system call of one thread took, in seconds.
using call_times = std::map<std::string, double>;

/// From the lines of `strace -T`: "sendto(5, …) = 12 <0.000031>".
call_times longest_calls(const std::string& trace) {
  call_times longest;
  std::ifstream lines{trace};
  for (std::string line; std::getline(lines, line);) {
    const auto name_end = line.find('(');
    const auto time_begin = line.rfind('<');
    if (name_end == std::string::npos || time_begin == std::string::npos)
      continue;
    auto& slot = longest[line.substr(0, name_end)];
    slot = std::max(slot, std::atof(line.c_str() + time_begin + 1));
  }
  return longest;
}

TEST_F(rabbitmq_faults, frozen_server_holds_no_system_call) {
  const fakes::scratch_folder folder;
  const auto trace = folder.at("trace");
  busy_node node{server().url(vhost_), worker()};
  ASSERT_TRUE(node.until_consuming());
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
  child_process strace{
    {"/usr/bin/strace", "-T", "-o", trace, "-p", std::to_string(gettid())}};
  if (!strace.wait_for("attached", 20s))
    GTEST_SKIP() << "no strace here: " << strace.seen().err;
  server().pause();
  for (int i = 0; i < 400; ++i) {
    static_cast<void>(node.publish("jobs.a", 64U << 10U));
    node.loop().round(steady_us());
  }
  const bool given_up = node.until(
    [&] { return node.status().publishing.why == amqp::loss::silent; }, 20s);
  server().resume();
  strace.signal(SIGINT);
  strace.end(20s);
  EXPECT_TRUE(given_up);
  // It slept in poll(2), and nowhere else.
  auto longest = longest_calls(trace);
  EXPECT_GT(longest["poll"], 0.2);
  EXPECT_TRUE(longest.contains("sendto"));
  longest.erase("poll");
  for (const auto& [name, seconds] : longest)
    EXPECT_LT(seconds, 1.0) << name;
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

/// What rabbitmqctl is told to raise an alarm, and to end it.
struct alarm_words {
  const char* name;
  std::vector<std::string> raise;
  std::vector<std::string> end;
};

class rabbitmq_alarms : public rabbitmq_faults,
                        public ::testing::WithParamInterface<alarm_words> {};

TEST_P(rabbitmq_alarms, stop_publishing_and_nothing_else) {
  busy_node node{server().url(vhost_), worker()};
  node.keeps_ = true;
  ASSERT_TRUE(node.until_consuming());
  ASSERT_TRUE(node.publish("jobs.a"));
  ASSERT_TRUE(node.until([&] { return node.kept_.size() == 1; }));
  ASSERT_TRUE(meanwhile(
    node, [] { EXPECT_EQ(server().control(GetParam().raise).code, 0); }));
  // The server says so to whoever publishes.
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(node.publish("jobs.a"));
  EXPECT_TRUE(node.until([&] {
    return node.status().publishing.state == amqp::link_state::blocked;
  }));
  EXPECT_FALSE(node.status().publishing.text.empty());
  EXPECT_TRUE(node.loop().session().acknowledge(node.kept_[0].handle));
  EXPECT_EQ(node.status().consuming.state, amqp::link_state::up);
  ASSERT_TRUE(meanwhile(
    node, [] { EXPECT_EQ(server().control(GetParam().end).code, 0); }));
  EXPECT_TRUE(node.until([&] { return node.confirmed_ == 11; }));
  EXPECT_TRUE(node.until([&] { return node.kept_.size() == 11; }));
  for (std::size_t i = 0; i < node.kept_.size(); ++i)
    EXPECT_EQ(node.kept_[i].content.properties.message_id,
              "m" + std::to_string(i + 1));
}

INSTANTIATE_TEST_SUITE_P(
  of_the_server, rabbitmq_alarms,
  ::testing::Values(alarm_words{"memory",
                                {"set_vm_memory_high_watermark", "0.0001"},
                                {"set_vm_memory_high_watermark", "absolute",
                                 "1500MB"}},
                    alarm_words{"disk",
                                {"set_disk_free_limit", "100000GB"},
                                {"set_disk_free_limit", "50MB"}}),
  [](const auto& x) { return x.param.name; });

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

} // namespace

} // namespace troupe::testing
