// The server ends and begins again, killed or in good order, or stands still
// for longer than a connection lives. Nothing is lost, and each message is done
// once.

#include "tests/rabbitmq/live_bytes.hpp"
#include "tests/rabbitmq/rabbitmq_faults.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>

namespace troupe::testing {

namespace {

using namespace std::chrono_literals;

/// A node that sends to itself, all the time, whatever its server does.
class survivor {
public:
  survivor(rabbitmq_server& server, busy_node& node, std::uint64_t total)
    : server_(server), node_(node), total_(total) {}

  /// Goes on until that many are confirmed on connections that stand.
  bool confirm(std::uint64_t count) {
    return work_until([&] {
      const auto status = node_.status();
      return node_.confirmed_ >= count && status.consuming_all
             && status.publishing.state == amqp::link_state::up;
    });
  }

  /// Confirms and does all of them.
  bool finish() {
    return work_until([&] {
      return node_.confirmed_ == total_ && node_.done_.size() == total_;
    });
  }

  /// Killed while it answers for messages that nobody did yet, some of them
  /// delivered, and started again.
  bool kill() {
    node_.keeps_ = true;
    if (!work_until([&] {
          return node_.confirmed_ >= node_.done_.size() + at_stake
                 && !node_.kept_.empty();
        }))
      return false;
    const bool back = meanwhile(node_, [this] {
      server_.kill();
      EXPECT_TRUE(server_.start());
    });
    node_.kept_.clear();
    node_.keeps_ = false;
    return back;
  }

  /// Frozen for that long, and for longer than it takes to give the
  /// connection up.
  bool freeze(std::chrono::microseconds least) {
    const auto until_us = steady_us() + least.count();
    server_.pause();
    const bool given_up = work_until([&] {
      return steady_us() >= until_us
             && node_.status().publishing.why == amqp::loss::silent;
    });
    server_.resume();
    return given_up;
  }

private:
  static constexpr std::uint64_t at_stake = 500;

  bool work_until(const std::function<bool()>& seen) {
    return node_.until(
      [&] {
        for (int i = 0; i < 50 && node_.sent_ < total_; ++i)
          if (!node_.publish("jobs.a"))
            break;
        return seen();
      },
      600s);
  }

  rabbitmq_server& server_;
  busy_node& node_;
  std::uint64_t total_;
};

void lose_nothing(rabbitmq_server& server, const std::string& vhost,
                  const amqp::session_options& options) {
  const bool full = is_campaign();
  const std::uint64_t total = full ? 150'000 : 3'000;
  busy_node node{server.url(vhost), options};
  survivor both{server, node, total};
  ASSERT_TRUE(node.until_consuming());
  ASSERT_TRUE(meanwhile(node, [&] { EXPECT_TRUE(server.sync_queues()); }));
  ASSERT_TRUE(both.confirm(total / 4));
  ASSERT_TRUE(both.kill());
  ASSERT_TRUE(both.confirm(total / 2));
  ASSERT_TRUE(both.freeze(full ? 12s : 0s));
  ASSERT_TRUE(both.confirm(total * 3 / 4));
  if (full) {
    ASSERT_TRUE(both.kill());
  }
  EXPECT_TRUE(both.finish());
  expect_whole(node);
  const auto status = node.status();
  EXPECT_EQ(status.publishing.connects, full ? 4U : 3U);
  std::cout << options.queue_type << ": " << node.sent_ << " sent, "
            << node.confirmed_ << " confirmed, " << node.done_.size()
            << " done, " << node.deliveries_ << " delivered, "
            << status.republished << " published again, "
            << status.publishing.connects << " connections, longest step "
            << node.loop().longest_us() << " us, "
            << node.loop().longest_cpu_us() << " us of CPU\n";
}

TEST_F(rabbitmq_faults, killed_and_frozen_server_loses_no_message_classic) {
  lose_nothing(server(), vhost_, worker("classic"));
}

TEST_F(rabbitmq_faults, killed_and_frozen_server_loses_no_message_quorum) {
  lose_nothing(server(), vhost_, worker("quorum"));
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

/// Entries of a folder of /proc/self.
std::size_t count_in(const char* folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& each :
       std::filesystem::directory_iterator{folder})
    ++count;
  return count;
}

TEST_F(rabbitmq_faults, flapping_server_costs_nothing_that_stays) {
  const int times = is_campaign() ? 20 : 1;
  busy_node node{server().url(vhost_), worker()};
  ASSERT_TRUE(node.until_consuming());
  const auto descriptors = count_in("/proc/self/fd");
  const auto threads = count_in("/proc/self/task");
  // The first time fills what is kept between two connections.
  std::size_t bytes = 0;
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
    bytes = i == 0 ? live_bytes() : bytes;
  }
  const auto grown =
    static_cast<std::int64_t>(live_bytes()) - static_cast<std::int64_t>(bytes);
  std::cout << times << " kills: " << grown << " bytes more\n";
  EXPECT_LT(grown, 64 << 10);
  EXPECT_EQ(count_in("/proc/self/fd"), descriptors);
  EXPECT_EQ(count_in("/proc/self/task"), threads);
}

} // namespace

} // namespace troupe::testing
