// The session on a real RabbitMQ server: what it promises, and what it does
// when a person must mend something.

#include "tests/rabbitmq/echo_service.hpp"
#include "tests/rabbitmq/live_bytes.hpp"
#include "tests/rabbitmq/rabbitmq_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <set>

namespace troupe::testing {

namespace {

using namespace std::chrono_literals;

class rabbitmq_session : public ::testing::Test {
protected:
  void SetUp() override {
    if (!rabbitmq_server::installed())
      GTEST_SKIP() << "rabbitmq-server is not installed";
    vhost_ = server().fresh_vhost();
  }

  static rabbitmq_server& server() {
    return rabbitmq_server::shared();
  }

  static amqp::publication message_to(const std::string& queue,
                                      std::uint64_t token,
                                      const std::string& body) {
    auto content = std::make_shared<amqp::message>();
    content->properties.message_id = "m" + std::to_string(token);
    content->properties.delivery_mode = 2;
    content->properties.headers = {{"x-number", std::int64_t(token)},
                                   {"x-word", std::string{"word"}},
                                   {"x-flag", true}};
    content->body = body;
    amqp::publication x;
    x.token = token;
    x.routing_key = queue;
    x.content = content;
    return x;
  }

  static amqp::session_options consuming(const std::string& queue) {
    amqp::session_options options;
    options.job_queues = {queue};
    options.queue_type = "classic";
    options.prefetch = 10;
    return options;
  }

  std::string vhost_;
};

TEST_F(rabbitmq_session, carries_messages_of_every_size_and_header) {
  session_loop loop{server().url(vhost_), consuming("jobs.a")};
  std::map<std::uint64_t, std::string> bodies = {
    {1, ""},
    {2, "x"},
    {3, std::string(131'072 - 8, 'a')},
    {4, std::string(131'072 - 7, 'b')},
    {5, std::string(3'000'000, 'c')},
  };
  std::set<std::uint64_t> confirmed;
  std::map<std::string, amqp::message> delivered;
  loop.on_event = [&](amqp::session_event& event) {
    if (const auto* end = std::get_if<amqp::publish_told>(&event)) {
      EXPECT_EQ(end->end.outcome, amqp::publish_outcome::confirmed);
      confirmed.insert(end->end.token);
    }
    if (auto* job = std::get_if<amqp::delivery_told>(&event)) {
      EXPECT_TRUE(loop.session().acknowledge(job->what.handle));
      delivered[job->what.content.properties.message_id] =
        std::move(job->what.content);
    }
  };
  // The queue is there once it is consumed.
  ASSERT_TRUE(
    loop.run_until([&] { return loop.session().status().consuming_all; }));
  for (const auto& [token, body] : bodies)
    ASSERT_TRUE(loop.session().publish(message_to("jobs.a", token, body),
                                       amqp::session::lane::replies));
  ASSERT_TRUE(loop.run_until(
    [&] { return confirmed.size() == 5 && delivered.size() == 5; }));
  for (const auto& [token, body] : bodies) {
    const auto sent = message_to("jobs.a", token, body);
    EXPECT_EQ(delivered["m" + std::to_string(token)], *sent.content);
  }
}

TEST_F(rabbitmq_session, says_that_no_queue_took_a_message) {
  session_loop loop{server().url(vhost_), {}};
  std::vector<amqp::publish_end> ends;
  loop.on_event = [&](amqp::session_event& event) {
    if (const auto* end = std::get_if<amqp::publish_told>(&event))
      ends.push_back(end->end);
  };
  ASSERT_TRUE(loop.session().publish(message_to("nobody", 1, "x"),
                                     amqp::session::lane::replies));
  // A missing exchange closes the channel; the next message finds it open.
  auto astray = message_to("k", 2, "x");
  astray.exchange = "no.such.exchange";
  ASSERT_TRUE(loop.session().publish(astray, amqp::session::lane::events));
  ASSERT_TRUE(loop.run_until([&] { return ends.size() == 2; }));
  std::map<std::uint64_t, amqp::publish_outcome> by_token;
  for (const auto& end : ends)
    by_token[end.token] = end.outcome;
  EXPECT_EQ(by_token[1], amqp::publish_outcome::unroutable);
  EXPECT_EQ(by_token[2], amqp::publish_outcome::refused);
  ASSERT_TRUE(loop.session().publish(message_to("nobody", 3, "x"),
                                     amqp::session::lane::events));
  ASSERT_TRUE(loop.run_until([&] { return ends.size() == 3; }));
  EXPECT_EQ(ends.back().outcome, amqp::publish_outcome::unroutable);
}

TEST_F(rabbitmq_session, asks_services_by_all_three_ways_of_reply) {
  session_loop service{server().url(vhost_), consuming("ask")};
  amqp::session_options options;
  options.services = {
    {"direct", "ask", amqp::reply_way::direct, ""},
    {"exclusive", "ask", amqp::reply_way::exclusive, "own.replies"},
    {"fixed", "ask", amqp::reply_way::fixed, "fixed.replies"},
  };
  session_loop asker{server().url(vhost_), options};
  service.on_event = [&](amqp::session_event& event) {
    EXPECT_TRUE(echo(service, event));
  };
  std::map<std::uint64_t, amqp::call_end> ends;
  asker.on_event = [&](amqp::session_event& event) {
    if (auto* end = std::get_if<amqp::call_told>(&event)) {
      EXPECT_FALSE(ends.contains(end->end.token));
      ends[end->end.token] = std::move(end->end);
    }
  };
  ASSERT_TRUE(service.run_until(
    [&] { return service.session().status().consuming_all; }));
  std::uint64_t token = 0;
  for (const auto* name : {"direct", "exclusive", "fixed"})
    for (int i = 0; i < 10; ++i) {
      amqp::call_order order;
      order.token = ++token;
      order.id = "call" + std::to_string(token);
      order.body = "abc" + std::to_string(token % 7);
      order.deadline_us = steady_us() + 30'000'000;
      ASSERT_TRUE(asker.session().call(name, order));
    }
  // Two loops take turns on one thread: neither may sleep for long.
  for (int i = 0; i < 10'000 && ends.size() < 30; ++i) {
    service.round(steady_us() + 1'000);
    asker.round(steady_us() + 1'000);
  }
  ASSERT_EQ(ends.size(), 30U);
  for (const auto& [number, end] : ends) {
    EXPECT_EQ(end.outcome, amqp::call_outcome::answered);
    EXPECT_EQ(end.reply.body, std::to_string(number % 7) + "cba");
  }
  EXPECT_EQ(asker.session().call("nobody", {}).failure().code, errc::not_found);
}

/// A service that holds what it is asked until it is let go, and one who asks
/// it, on one thread.
class held_service {
public:
  held_service(const std::string& url, const amqp::session_options& serving,
               const amqp::session_options& asking)
    : service(url, serving), asker(url, asking) {
    service.on_event = [this](amqp::session_event& event) {
      if (holds && std::holds_alternative<amqp::delivery_told>(event))
        held.push_back(std::move(event));
      else
        EXPECT_TRUE(echo(service, event));
    };
    asker.on_event = [this](amqp::session_event& event) {
      const auto* told = std::get_if<amqp::call_told>(&event);
      if (told == nullptr)
        return;
      ++ends[told->end.token];
      answered += told->end.reply.body == "cba" ? 1 : 0;
    };
  }

  /// They take turns: neither may sleep for long.
  bool until(const std::function<bool()>& seen) {
    const auto late_us = steady_us() + 120'000'000;
    while (!seen() && steady_us() < late_us) {
      service.round(steady_us() + 1'000);
      asker.round(steady_us() + 1'000);
      peak = std::max(peak, live_bytes());
    }
    return seen();
  }

  void let_go() {
    holds = false;
    for (auto& each : std::exchange(held, {}))
      EXPECT_TRUE(echo(service, each));
  }

  session_loop service;
  session_loop asker;
  bool holds = true;
  std::vector<amqp::session_event> held;
  /// By token: how often the call ended.
  std::map<std::uint64_t, int> ends;
  std::uint64_t answered = 0;
  std::size_t peak = 0;
};

TEST_F(rabbitmq_session, ten_thousand_open_calls_are_answered_in_little_room) {
  constexpr std::uint64_t calls = 10'000;
  amqp::session_options asking;
  asking.services = {{"s", "ask", amqp::reply_way::direct, ""}};
  held_service both{server().url(vhost_), consuming("ask"), asking};
  ASSERT_TRUE(both.until([&] {
    return both.service.session().status().consuming_all
           && both.asker.session().status().publishing.connects == 1;
  }));
  for (std::uint64_t token = 0; token < calls; ++token)
    both.ends[token] = 0;
  const auto before = live_bytes();
  for (std::uint64_t token = 0; token < calls; ++token) {
    amqp::call_order order;
    order.token = token;
    order.id = "call" + std::to_string(token);
    order.body = "abc";
    order.deadline_us = steady_us() + 300'000'000;
    ASSERT_TRUE(both.asker.session().call("s", order));
  }
  // The server has them all, and nobody has answered one.
  ASSERT_TRUE(both.until([&] {
    return both.asker.session().status().unconfirmed == 0
           && both.held.size() == 10;
  }));
  EXPECT_EQ(both.asker.session().status().open_calls, calls);
  EXPECT_EQ(both.answered, 0U);
  const auto begun_us = steady_us();
  both.let_go();
  EXPECT_TRUE(both.until([&] {
    return both.asker.session().status().open_calls == 0
           && both.service.session().status().unconfirmed == 0;
  }));
  const auto taken_ms = (steady_us() - begun_us) / 1'000;
  EXPECT_EQ(both.answered, calls);
  for (const auto& [token, count] : both.ends)
    ASSERT_EQ(count, 1) << token;
  const auto left = std::max(live_bytes(), before) - before;
  const auto each = (both.peak - before) / calls;
  std::cout << calls << " calls in flight: " << each
            << " bytes each at most, all answered in " << taken_ms << " ms, "
            << left << " bytes left\n";
  EXPECT_LT(each, 2'048U);
  // Three tables keep their buckets; no call leaves anything else.
  EXPECT_LT(left, calls * 64U);
}

struct bad_login {
  const char* user;
  const char* password;
  const char* vhost;
  amqp::loss why;
};

TEST_F(rabbitmq_session, names_why_it_cannot_log_in_and_tries_slowly) {
  for (const auto& bad :
       {bad_login{"guest", "wrong", "v0", amqp::loss::auth_failed},
        bad_login{"nobody", "guest", "v0", amqp::loss::auth_failed},
        bad_login{"guest", "guest", "nope", amqp::loss::vhost_missing}}) {
    amqp::server_address address;
    address.host = "127.0.0.1";
    address.port = static_cast<std::uint16_t>(server().port());
    address.user = bad.user;
    address.password = bad.password;
    address.vhost = bad.vhost;
    session_loop loop{address, {}};
    ASSERT_TRUE(loop.run_until([&] {
      return loop.session().status().publishing.why != amqp::loss::none;
    }));
    EXPECT_EQ(loop.session().status().publishing.why, bad.why);
    // Nothing happens for seconds: the next try is 2.5 s away at least.
    EXPECT_GE(loop.session().due_us(), steady_us() + 2'000'000);
  }
}

TEST_F(rabbitmq_session, is_told_at_once_that_nobody_listens) {
  amqp::server_address address;
  address.host = "127.0.0.1";
  // The discard port: nobody listens there.
  address.port = 9;
  session_loop loop{address, {}};
  std::vector<amqp::publish_end> ends;
  loop.on_event = [&](amqp::session_event& event) {
    if (const auto* end = std::get_if<amqp::publish_told>(&event))
      ends.push_back(end->end);
  };
  auto x = message_to("q", 1, "x");
  x.deadline_us = steady_us() + 300'000;
  ASSERT_TRUE(loop.session().publish(x, amqp::session::lane::replies));
  ASSERT_TRUE(loop.run_until([&] { return !ends.empty(); }, 10s));
  EXPECT_EQ(ends.front().outcome, amqp::publish_outcome::timed_out);
  EXPECT_EQ(loop.session().status().publishing.why, amqp::loss::unreachable);
  EXPECT_LT(loop.rounds(), 40U);
}

TEST_F(rabbitmq_session, uses_a_queue_of_another_type_and_says_so) {
  {
    session_loop first{server().url(vhost_), consuming("jobs.a")};
    ASSERT_TRUE(
      first.run_until([&] { return first.session().status().consuming_all; }));
  }
  auto options = consuming("jobs.a");
  options.job_queues.emplace_back("jobs.b");
  options.queue_type = "quorum";
  session_loop second{server().url(vhost_), options};
  ASSERT_TRUE(
    second.run_until([&] { return second.session().status().consuming_all; }));
  const auto troubles = second.session().status().troubles;
  EXPECT_TRUE(troubles.contains("jobs.a"));
  EXPECT_TRUE(troubles.contains("jobs.dead"));
  EXPECT_FALSE(troubles.contains("jobs.b"));
  // One that may configure nothing uses what is there.
  session_loop third{server().url(vhost_, "worker"), options};
  ASSERT_TRUE(
    third.run_until([&] { return third.session().status().consuming_all; }));
  EXPECT_TRUE(third.session().status().troubles.empty());
}

} // namespace

} // namespace troupe::testing
