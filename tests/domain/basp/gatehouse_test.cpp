// Who is let in, how long they may take, and what lies between two ends.

#include "domain/basp/gatehouse.hpp"
#include "tests/domain/basp/frames.hpp"
#include "tests/fakes/memory_tls_stream.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace troupe::basp {
namespace {

using namespace fakes;
using testing::memory_line;
using testing::memory_queue;
using testing::memory_tls_listener;
using testing::memory_tls_stream;
using line = std::shared_ptr<memory_line>;

constexpr auto greeting = "troupe-door 2 77\n";

class gatehouse_test : public ::testing::Test {
protected:
  gatehouse_test() {
    limits_.handshakes_max = 3;
    limits_.visitors_max = 2;
    limits_.per_address_max = 4;
    open();
  }

  void open() {
    house_.emplace(
      std::make_unique<memory_tls_listener>(queue_), limits_,
      [this](const certificate_facts& x) { return join(x); },
      [this](const gate_news& x) { news_.push_back(x); });
  }

  result<gate_joint> join(const certificate_facts& facts) {
    if (facts.role == peer_role::worker)
      return error{errc::refused, "no workers here"};
    doors_.push_back(make_line());
    gate_joint joint;
    joint.door = std::make_unique<memory_tls_stream>(doors_.back());
    joint.rules = rules_for(facts.role);
    return joint;
  }

  line make_line() {
    auto made = std::make_shared<memory_line>();
    made->descriptor = ++last_descriptor_;
    return made;
  }

  /// Somebody connects.
  line knock(const std::string& address = "192.0.2.1") {
    auto made = make_line();
    made->address = address;
    queue_->waiting.push_back(made);
    lines_.push_back(made);
    step();
    return made;
  }

  /// Somebody connects, and shows a certificate of this role.
  line visit(peer_role role, const std::string& address = "192.0.2.1") {
    auto made = knock(address);
    made->established = true;
    made->facts = certificate_facts{"anna", role, 0, 0, {}, {}};
    step();
    return made;
  }

  /// Everything is ready: one turn.
  void step(std::int64_t passed_ms = 0) {
    now_ms_ += passed_ms;
    std::unordered_set<int> all;
    for (int i = 0; i <= last_descriptor_; ++i)
      all.insert(i);
    house_->advance(all, now_ms_);
  }

  [[nodiscard]] std::size_t refusals(std::string_view word) const {
    std::size_t found = 0;
    for (const auto& each : news_)
      if (each.what == gate_news::kind::refused
          && each.detail.find(word) != std::string::npos)
        ++found;
    return found;
  }

  gate_limits limits_;
  std::shared_ptr<memory_queue> queue_ = std::make_shared<memory_queue>();
  std::vector<gate_news> news_;
  std::vector<line> doors_;
  std::vector<line> lines_;
  std::optional<gatehouse> house_;
  int last_descriptor_ = 10;
  std::int64_t now_ms_ = 1'000;
};

TEST_F(gatehouse_test, carries_what_an_honest_visitor_and_its_node_say) {
  const auto anna = visit(peer_role::viewer);
  ASSERT_EQ(doors_.size(), 1U);
  doors_[0]->incoming = greeting;
  anna->incoming = handshake();
  step();
  EXPECT_EQ(anna->outgoing, greeting);
  EXPECT_EQ(doors_[0]->outgoing, handshake());
  EXPECT_EQ(house_->visitors(), 1U);
  EXPECT_EQ(news_.back().what, gate_news::kind::admitted);
  EXPECT_EQ(news_.back().who, "cert:anna");
}

TEST_F(gatehouse_test, lets_nothing_of_a_refused_frame_through) {
  const auto anna = visit(peer_role::viewer);
  anna->incoming = handshake();
  step();
  // The header that ends a process of CAF.
  anna->incoming = frame(operation::client_handshake, {});
  step();
  EXPECT_EQ(doors_[0]->outgoing, handshake());
  EXPECT_EQ(refusals("handshake of 0 bytes"), 1U);
  EXPECT_EQ(house_->visitors(), 0U);
  EXPECT_TRUE(doors_[0]->is_closed || !anna->outgoing.empty());
  // It is told why, and has a second to read it.
  EXPECT_EQ(parse_notice(anna->outgoing).code, errc::corrupt);
  EXPECT_FALSE(anna->is_closed);
  step(1'001);
  EXPECT_TRUE(anna->is_closed);
}

TEST_F(gatehouse_test, says_that_another_role_could) {
  const auto anna = visit(peer_role::viewer);
  anna->incoming = handshake();
  for (const auto& each : verbs())
    if (each.word == "pause")
      anna->incoming += request(each, "cert:anna");
  step();
  EXPECT_EQ(parse_notice(anna->outgoing).code, errc::not_authorised);
  EXPECT_EQ(doors_[0]->outgoing, handshake());
  EXPECT_EQ(refusals("may not ask for \"pause\""), 1U);
}

TEST_F(gatehouse_test, records_what_a_visitor_changes) {
  const auto anna = visit(peer_role::operating);
  anna->incoming = handshake();
  for (const auto& each : verbs())
    if (each.word == "text" || each.word == "progress")
      anna->incoming += request(each, "");
  step();
  ASSERT_EQ(news_.size(), 2U);
  EXPECT_EQ(news_.back().what, gate_news::kind::asked);
  EXPECT_EQ(news_.back().detail, "text");
}

TEST_F(gatehouse_test, leaves_out_what_the_node_asks_of_named_actors) {
  const auto anna = visit(peer_role::viewer);
  const auto asked = frame(operation::direct_message, "question", 1, 2, 3, 1);
  const auto told = frame(operation::direct_message, "answer", 1, 2, 3, 0);
  doors_[0]->incoming = greeting + asked + told + asked;
  step();
  EXPECT_EQ(anna->outgoing, greeting + told);
}

TEST_F(gatehouse_test, ends_a_handshake_that_takes_too_long) {
  const auto slow = knock();
  step(4'999);
  EXPECT_FALSE(slow->is_closed);
  EXPECT_EQ(house_->due_ms(), 6'000);
  step(1);
  EXPECT_TRUE(slow->is_closed);
  EXPECT_EQ(refusals("no handshake"), 1U);
}

TEST_F(gatehouse_test, ends_the_oldest_handshake_when_more_come) {
  const auto first = knock("192.0.2.2");
  knock("192.0.2.3");
  knock("192.0.2.4");
  EXPECT_FALSE(first->is_closed);
  const auto fourth = knock("192.0.2.5");
  EXPECT_TRUE(first->is_closed);
  EXPECT_FALSE(fourth->is_closed);
  EXPECT_EQ(house_->handshakes(), 3U);
}

TEST_F(gatehouse_test, bounds_the_connections_of_one_host) {
  limits_.handshakes_max = 100;
  open();
  for (int i = 0; i < 4; ++i)
    EXPECT_FALSE(knock("192.0.2.9")->is_closed);
  EXPECT_TRUE(knock("192.0.2.9")->is_closed);
  EXPECT_FALSE(knock("192.0.2.8")->is_closed);
  // Those that ended do not count.
  step(5'000);
  EXPECT_FALSE(knock("192.0.2.9")->is_closed);
}

TEST_F(gatehouse_test, bounds_the_visitors_and_tells_the_next) {
  const auto first = visit(peer_role::viewer, "192.0.2.2");
  visit(peer_role::viewer, "192.0.2.3");
  const auto third = visit(peer_role::viewer, "192.0.2.4");
  EXPECT_EQ(house_->visitors(), 2U);
  EXPECT_EQ(parse_notice(third->outgoing).code, errc::overloaded);
  first->ended = error{errc::unreachable, "gone"};
  step();
  EXPECT_EQ(house_->visitors(), 1U);
  visit(peer_role::viewer, "192.0.2.5");
  EXPECT_EQ(house_->visitors(), 2U);
}

TEST_F(gatehouse_test, sends_away_whom_it_has_no_door_for) {
  const auto mill = visit(peer_role::worker);
  EXPECT_EQ(parse_notice(mill->outgoing).code, errc::refused);
  EXPECT_EQ(house_->visitors(), 0U);
  // It hangs up, and is forgotten before the second is over.
  mill->ended = error{errc::unreachable, "gone"};
  step();
  EXPECT_TRUE(mill->is_closed);
}

TEST_F(gatehouse_test, rests_while_no_descriptor_is_left) {
  queue_->exhausted = true;
  step();
  std::vector<relay::wish> wishes;
  house_->add_wishes(wishes);
  EXPECT_TRUE(wishes.empty());
  EXPECT_EQ(house_->due_ms(), now_ms_ + 200);
  queue_->exhausted = false;
  step(200);
  EXPECT_FALSE(knock()->is_closed);
}

TEST_F(gatehouse_test, makes_room_by_the_oldest_handshake_before_it_rests) {
  const auto slow = knock();
  queue_->exhausted = true;
  step();
  EXPECT_TRUE(slow->is_closed);
}

TEST_F(gatehouse_test, reads_nothing_that_the_other_side_does_not_take) {
  const auto anna = visit(peer_role::viewer);
  doors_[0]->incoming = greeting;
  step();
  anna->stuck = true;
  const std::string much(relay::unsent_max, 'x');
  doors_[0]->incoming = frame(operation::direct_message, much, 1, 2, 3);
  step();
  doors_[0]->incoming = "more";
  step();
  EXPECT_EQ(doors_[0]->incoming, "more");
  std::vector<relay::wish> wishes;
  house_->add_wishes(wishes);
  for (const auto& each : wishes)
    EXPECT_FALSE(each.read && each.descriptor == doors_[0]->descriptor);
  anna->stuck = false;
  step();
  EXPECT_TRUE(doors_[0]->incoming.empty());
}

TEST_F(gatehouse_test, still_sends_what_a_node_said_before_its_end) {
  const auto anna = visit(peer_role::viewer);
  doors_[0]->incoming = greeting;
  step();
  anna->stuck = true;
  doors_[0]->ended = error{errc::unreachable, "gone"};
  step();
  EXPECT_FALSE(anna->is_closed);
  anna->stuck = false;
  step();
  EXPECT_TRUE(anna->is_closed);
}

TEST_F(gatehouse_test, keeps_who_is_in_when_it_closes) {
  const auto anna = visit(peer_role::viewer);
  house_->close();
  const auto late = knock();
  EXPECT_FALSE(late->is_closed);
  EXPECT_EQ(queue_->waiting.size(), 1U);
  anna->incoming = handshake();
  step();
  EXPECT_EQ(doors_[0]->outgoing, handshake());
}

TEST_F(gatehouse_test, records_a_flood_in_a_few_lines) {
  limits_.per_address_max = 0;
  open();
  for (int i = 0; i < 1'000; ++i)
    knock("192.0.2.7");
  EXPECT_EQ(refusals("more than"), 1U);
  step(refusal_ledger::window_ms);
  EXPECT_EQ(refusals("more than"), 2U);
  EXPECT_EQ(news_.back().times, 999);
}

TEST(refusal_ledger_test, keeps_few_kinds_and_loses_no_count) {
  refusal_ledger ledger;
  std::int64_t told = 0;
  for (int i = 0; i < 1'000; ++i)
    if (ledger.note("host" + std::to_string(i), "x", 5))
      ++told;
  EXPECT_EQ(told, 256);
  EXPECT_EQ(ledger.due_ms(), 5 + refusal_ledger::window_ms);
  EXPECT_TRUE(ledger.settle(6).empty());
  for (const auto& each : ledger.settle(ledger.due_ms()))
    told += each.times;
  EXPECT_EQ(told, 1'000);
  EXPECT_EQ(ledger.due_ms(), 0);
}

// -- the client's end ---------------------------------------------------------

TEST(node_sieve_test, ends_with_the_notice_however_it_is_cut) {
  const error why{errc::not_authorised, "the role viewer may not"};
  const auto told = frame(operation::direct_message, "answer", 1, 2, 3, 0);
  const auto stream = greeting + told + format_notice(why);
  for (const std::size_t step :
       {std::size_t{1}, std::size_t{7}, stream.size()}) {
    node_sieve sieve;
    std::string out;
    result<void> passed;
    for (std::size_t at = 0; at < stream.size() && passed; at += step)
      passed = sieve.pass(std::string_view{stream}.substr(at, step), out);
    ASSERT_FALSE(passed);
    EXPECT_EQ(passed.failure(), why);
    EXPECT_EQ(out, greeting + told);
  }
}

TEST(node_sieve_test, takes_a_notice_in_the_place_of_a_greeting) {
  node_sieve sieve;
  std::string out;
  const error why{errc::refused, "no"};
  const auto passed = sieve.pass(format_notice(why), out);
  ASSERT_FALSE(passed);
  EXPECT_EQ(passed.failure(), why);
  EXPECT_TRUE(out.empty());
}

TEST(node_sieve_test, keeps_a_node_from_harming_its_clients) {
  const std::vector<std::string> harmful = {
    frame(operation::server_handshake, {}),
    frame(operation::client_handshake, {}),
    frame(operation::routed_message, "x"),
    std::string(32, '\x50'),
  };
  for (const auto& bytes : harmful) {
    node_sieve sieve;
    std::string out;
    ASSERT_TRUE(sieve.pass(greeting, out));
    EXPECT_EQ(sieve.pass(bytes, out).failure().code, errc::corrupt);
    EXPECT_EQ(out, greeting);
  }
  node_sieve sieve;
  std::string out;
  EXPECT_FALSE(sieve.pass(std::string(100, 'x'), out));
}

} // namespace
} // namespace troupe::basp
