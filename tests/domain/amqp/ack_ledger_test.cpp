#include "domain/amqp/ack_ledger.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

namespace troupe::amqp {

namespace {

using acks = std::vector<acknowledge>;

ack_ledger with_deliveries(std::uint64_t count) {
  ack_ledger ledger;
  for (std::uint64_t tag = 1; tag <= count; ++tag)
    ledger.note_delivered(tag);
  return ledger;
}

TEST(ack_ledger, says_at_once_what_was_done_without_a_gap) {
  auto ledger = with_deliveries(5);
  for (const std::uint64_t tag : {2U, 1U, 3U, 5U})
    EXPECT_TRUE(ledger.acknowledge(tag));
  EXPECT_EQ(ledger.take(), (acks{{3, true}, {5, false}}));
  EXPECT_FALSE(ledger.has_pending());
  EXPECT_EQ(ledger.open_count(), 1U);
  // The one that was said already is not said again.
  EXPECT_TRUE(ledger.acknowledge(4));
  EXPECT_EQ(ledger.take(), (acks{{4, false}}));
  EXPECT_TRUE(ledger.take().empty());
}

TEST(ack_ledger, ends_each_delivery_once) {
  auto ledger = with_deliveries(3);
  EXPECT_TRUE(ledger.settle(2));
  EXPECT_FALSE(ledger.acknowledge(2));
  EXPECT_TRUE(ledger.acknowledge(1));
  EXPECT_FALSE(ledger.acknowledge(1));
  EXPECT_FALSE(ledger.settle(1));
  EXPECT_FALSE(ledger.acknowledge(4));
  EXPECT_FALSE(ledger.acknowledge(0));
  EXPECT_EQ(ledger.take(), (acks{{1, false}}));
  EXPECT_FALSE(ledger.acknowledge(1));
  EXPECT_EQ(ledger.open_count(), 1U);
  ledger.reset();
  EXPECT_EQ(ledger.open_count(), 0U);
  EXPECT_FALSE(ledger.acknowledge(3));
}

/// What a server makes of acknowledgements: those that it does not wait for
/// would end the channel.
class strict_server {
public:
  void deliver(std::uint64_t tag) {
    open_.insert(tag);
  }

  void reject(std::uint64_t tag) {
    EXPECT_EQ(open_.erase(tag), 1U);
  }

  void take(const acknowledge& x) {
    ASSERT_TRUE(open_.contains(x.tag)) << x.tag;
    for (auto at = x.multiple ? open_.begin() : open_.find(x.tag);
         at != open_.end() && *at <= x.tag; at = open_.erase(at))
      ended_.insert(*at);
  }

  std::set<std::uint64_t> open_;
  std::set<std::uint64_t> ended_;
};

TEST(ack_ledger, never_says_more_or_less_than_what_was_done) {
  std::mt19937 random{7};
  for (int round = 0; round < 200; ++round) {
    ack_ledger ledger;
    strict_server server;
    std::vector<std::uint64_t> open;
    std::set<std::uint64_t> done;
    std::uint64_t last = 0;
    for (int step = 0; step < 200; ++step) {
      const auto dice = random() % 10;
      if (dice < 4) {
        ledger.note_delivered(++last);
        server.deliver(last);
        open.push_back(last);
      } else if (dice < 8 && !open.empty()) {
        const auto at = random() % open.size();
        const auto tag = open[at];
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
        if (dice == 7) {
          ASSERT_TRUE(ledger.settle(tag));
          server.reject(tag);
        } else {
          ASSERT_TRUE(ledger.acknowledge(tag));
          done.insert(tag);
        }
      } else {
        for (const auto& each : ledger.take())
          server.take(each);
        ASSERT_EQ(server.ended_, done);
        ASSERT_EQ(server.open_.size(), open.size());
        ASSERT_EQ(ledger.open_count(), open.size());
      }
    }
  }
}

} // namespace

} // namespace troupe::amqp
