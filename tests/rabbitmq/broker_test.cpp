// The BROKER on a real RabbitMQ server, asked by many at once: a service that
// stalls holds up no other, and whoever waits is answered once, even when the
// BROKER dies.

#include "tests/rabbitmq/caller_crowd.hpp"
#include "tests/rabbitmq/echo_service.hpp"
#include "tests/rabbitmq/live_broker.hpp"
#include "tests/rabbitmq/rabbitmq_faults.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <string>

namespace troupe::testing {

namespace {

using failures_by_code = std::map<errc, std::size_t>;

/// One service that answers, one that never does, and a BROKER that asks both.
struct two_asked {
  explicit two_asked(const std::string& url)
    : ai(url, "ai.ask"),
      crawling(url, "crawling.ask", echo_service::manner::stalls),
      broker(url, options()) {
    broker.start();
  }

  static amqp::session_options options() {
    amqp::session_options options;
    options.services = {
      {"ai", "ai.ask", amqp::reply_way::exclusive, "ai.replies"},
      {"crawling", "crawling.ask", amqp::reply_way::fixed, "crawling.replies"},
    };
    return options;
  }

  bool ready() {
    return broker.until([&](const broker_status& x) {
      return x.state == "up" && ai.ready() && crawling.ready();
    });
  }

  echo_service ai;
  echo_service crawling;
  live_broker broker;
};

class rabbitmq_broker : public rabbitmq_faults {};

TEST_F(rabbitmq_broker, service_that_stalls_holds_up_no_other) {
  constexpr std::size_t callers = 100;
  constexpr std::size_t calls_each = 10;
  two_asked both{server().url(vhost_)};
  auto& broker = both.broker;
  ASSERT_TRUE(both.ready());
  const auto stalled =
    send_crowd(broker.system(), broker.handle(), "crawling", callers, 1);
  ASSERT_TRUE(broker.until(
    [](const broker_status& x) { return x.open_calls == callers; }));
  const auto answered =
    send_crowd(broker.system(), broker.handle(), "ai", callers, calls_each);
  EXPECT_TRUE(answered->wait_for(callers * calls_each));
  EXPECT_EQ(answered->answered_us().size(), callers * calls_each);
  EXPECT_EQ(broker.status().open_calls, callers);
  EXPECT_TRUE(stalled->failures().empty());
  // Nobody who still waits is forgotten.
  broker.end();
  ASSERT_TRUE(stalled->wait_for(callers));
  EXPECT_EQ(stalled->failures(),
            (failures_by_code{{errc::unreachable, callers}}));
  EXPECT_TRUE(stalled->answered_us().empty());
}

TEST_F(rabbitmq_broker, that_dies_answers_each_call_and_another_goes_on) {
  constexpr std::size_t callers = 100;
  two_asked both{server().url(vhost_)};
  auto& broker = both.broker;
  ASSERT_TRUE(both.ready());
  const auto cut_off =
    send_crowd(broker.system(), broker.handle(), "crawling", callers, 1);
  ASSERT_TRUE(broker.until(
    [](const broker_status& x) { return x.open_calls == callers; }));
  const auto killed_us = steady_us();
  broker.kill();
  ASSERT_TRUE(cut_off->wait_for(callers));
  EXPECT_EQ(cut_off->failures(),
            (failures_by_code{{errc::unreachable, callers}}));
  ASSERT_TRUE(
    broker.until([](const broker_status& x) { return x.state == "up"; }));
  EXPECT_TRUE(broker.log().says("another one begins"));
  const auto back_ms = (steady_us() - killed_us) / 1'000;
  // The same callers go on, by the same handle.
  const auto after =
    send_crowd(broker.system(), broker.handle(), "ai", callers, 2);
  EXPECT_TRUE(after->wait_for(2 * callers));
  EXPECT_EQ(after->answered_us().size(), 2 * callers);
  std::cout << "a killed BROKER was back after " << back_ms << " ms\n";
}

} // namespace

} // namespace troupe::testing
