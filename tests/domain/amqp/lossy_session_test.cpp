// Sessions on a server that loses a third, then two thirds, of its confirms
// and deliveries: everything settles, once.

#include "domain/amqp/session.hpp"
#include "tests/fakes/memory_amqp_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace troupe::amqp {

namespace {

constexpr std::uint64_t messages = 200;

/// The worst of these seeds needs 160,000: of 8,000 s, nearly all are waits
/// between two of 2,000 connections.
constexpr int rounds_max = 400'000;

/// As long as calls go on under losses: 200 connections of the asker.
constexpr int lossy_rounds = 20'000;

/// Rounds are a millisecond apart while something is due, 50 ms otherwise.
std::int64_t next_round_us(std::int64_t now_us, std::int64_t due_us) {
  const auto longest = now_us + 50'000;
  return due_us == 0 ? longest : std::clamp(due_us, now_us + 1'000, longest);
}

/// A session on the memory server, in its own time.
struct party {
  party(fakes::memory_amqp_server& server, const session_options& options)
    : publishing(server.transport()), consuming(server.transport()),
      session(options, *publishing, *consuming) {}

  std::vector<session_event> advance(std::int64_t now_us) {
    std::vector<session_event> events;
    session.advance(now_us, events);
    return events;
  }

  std::unique_ptr<amqp_transport> publishing;
  std::unique_ptr<amqp_transport> consuming;
  amqp::session session;
};

publication job(std::uint64_t token) {
  auto content = std::make_shared<message>();
  content->properties.message_id = "m" + std::to_string(token);
  content->body = "body " + std::to_string(token);
  publication x;
  x.token = token;
  x.routing_key = "jobs.a";
  x.content = content;
  return x;
}

session_options worker() {
  session_options options;
  options.job_queues = {"jobs.a"};
  return options;
}

class lossy_session : public ::testing::TestWithParam<double> {};

TEST_P(lossy_session, confirms_and_does_everything_once) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    fakes::memory_amqp_server server{{GetParam(), 0.0}, seed};
    party node{server, worker()};
    std::map<std::uint64_t, int> ends;
    std::set<std::string> done;
    std::uint64_t submitted = 0;
    std::int64_t now_us = 1'000'000;
    int rounds = 0;
    const auto settled = [&] {
      return ends.size() == messages && done.size() == messages
             && server.messages() == 0;
    };
    for (; rounds < rounds_max && !settled(); ++rounds) {
      // Published once its queue exists, a few a round.
      const bool begun = node.session.status().consuming.connects > 0;
      if (begun && submitted < messages) {
        ASSERT_TRUE(
          node.session.publish(job(++submitted), session::lane::replies));
      }
      for (auto& event : node.advance(now_us)) {
        if (const auto* told = std::get_if<publish_told>(&event)) {
          // Until the queue is declared, nobody takes it: sent again.
          if (told->end.outcome == publish_outcome::unroutable) {
            ASSERT_TRUE(node.session.publish(job(told->end.token),
                                             session::lane::replies));
          } else {
            ++ends[told->end.token];
          }
        }
        if (auto* told = std::get_if<delivery_told>(&event)) {
          done.insert(told->what.content.properties.message_id);
          node.session.acknowledge(told->what.handle);
        }
      }
      now_us = next_round_us(now_us, node.session.due_us());
    }
    ASSERT_TRUE(settled()) << "seed " << seed << ": " << ends.size()
                           << " ends, " << done.size() << " done, "
                           << server.messages() << " left";
    for (const auto& [token, count] : ends)
      EXPECT_EQ(count, 1) << token;
    EXPECT_GT(server.ended(), 20U);
    EXPECT_GT(node.session.status().republished, 0U);
    // A connection confirms about 1/p of them and leaves as many unconfirmed.
    // Without the small window after a loss it would be all of them each time:
    // 5,000 here, each of which costs the consumer a connection.
    EXPECT_LT(server.published(), 5 * messages);
  }
}

// Every republished request brings one more reply, and every reply may end
// the connection: under two thirds of loss, late replies come faster than
// they can be taken. So the losses end, and what they left is settled.
TEST_P(lossy_session, answers_every_call_once) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    fakes::memory_amqp_server server{{GetParam(), 0.0}, seed};
    party service{server, worker()};
    session_options asking;
    asking.services = {{"direct", "jobs.a", reply_way::direct, ""},
                       {"fixed", "jobs.a", reply_way::fixed, "answers"}};
    party asker{server, asking};
    std::map<std::uint64_t, call_end> ends;
    std::int64_t now_us = 1'000'000;
    std::uint64_t asked = 0;
    int rounds = 0;
    for (; rounds < rounds_max && ends.size() < messages; ++rounds) {
      if (rounds == lossy_rounds) {
        EXPECT_EQ(asked, messages);
        EXPECT_GT(server.ended(), 100U);
        EXPECT_FALSE(ends.empty());
        server.lose({});
      }
      if (service.session.status().consuming_all && asked < messages) {
        call_order order;
        order.token = ++asked;
        order.id = "c" + std::to_string(asked);
        order.body = std::to_string(asked);
        order.deadline_us = now_us + 1'000'000'000'000;
        ASSERT_TRUE(
          asker.session.call(asked % 2 == 0 ? "direct" : "fixed", order));
      }
      for (auto& event : service.advance(now_us))
        if (auto* told = std::get_if<delivery_told>(&event)) {
          auto reply = std::make_shared<message>();
          const auto& from = told->what.content;
          reply->properties.correlation_id = from.properties.correlation_id;
          reply->properties.message_id = from.properties.correlation_id;
          reply->body = "re " + from.body;
          publication x;
          x.routing_key = from.properties.reply_to;
          x.content = reply;
          ASSERT_TRUE(service.session.publish(x, session::lane::replies));
          service.session.acknowledge(told->what.handle);
        }
      for (auto& event : asker.advance(now_us))
        if (auto* told = std::get_if<call_told>(&event)) {
          ASSERT_FALSE(ends.contains(told->end.token));
          ends[told->end.token] = std::move(told->end);
        }
      now_us = next_round_us(
        now_us, earlier_due(service.session.due_us(), asker.session.due_us()));
    }
    ASSERT_EQ(ends.size(), messages) << "seed " << seed;
    // They need seconds once nothing is lost: a back-off of 5 s and a round
    // trip, not one back-off after the other.
    EXPECT_LT(rounds, lossy_rounds + 1'000) << "seed " << seed;
    for (const auto& [token, end] : ends) {
      EXPECT_EQ(end.outcome, call_outcome::answered);
      EXPECT_EQ(end.reply.body, "re " + std::to_string(token));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(a_third_and_two_thirds, lossy_session,
                         ::testing::Values(0.33, 0.66));

TEST(refused_message, is_told_alone_and_the_others_arrive) {
  fakes::memory_amqp_server server{{0.0, 0.0}, 1};
  party node{server, worker()};
  std::int64_t now_us = 1'000'000;
  for (int i = 0; i < 100; ++i, now_us += 1'000)
    static_cast<void>(node.advance(now_us));
  server.limit_bodies(100);
  for (std::uint64_t token = 1; token <= 9; ++token) {
    auto x = job(token);
    if (token % 3 == 0) {
      auto large = std::make_shared<message>(*x.content);
      large->body.assign(101, 'x');
      x.content = large;
    }
    ASSERT_TRUE(node.session.publish(x, session::lane::replies));
  }
  std::map<std::uint64_t, publish_outcome> ends;
  for (int i = 0; i < 1'000 && ends.size() < 9; ++i) {
    for (auto& event : node.advance(now_us))
      if (const auto* told = std::get_if<publish_told>(&event)) {
        EXPECT_FALSE(ends.contains(told->end.token));
        ends[told->end.token] = told->end.outcome;
      }
    now_us = next_round_us(now_us, node.session.due_us());
  }
  EXPECT_EQ(ends.size(), 9U);
  for (const auto& [token, outcome] : ends)
    EXPECT_EQ(outcome, token % 3 == 0 ? publish_outcome::refused
                                      : publish_outcome::confirmed)
      << token;
  EXPECT_EQ(node.session.status().publishing.connects, 1U);
}

// 60 s is how long a confirm may be out; an alarm does not count.
TEST(blocked_connection, is_given_up_only_when_confirms_stay_out_after_it) {
  fakes::memory_amqp_server server{{0.0, 1.0}, 1};
  auto options = worker();
  // The memory server's heart does not beat.
  options.login.heartbeat_s = 0;
  party node{server, options};
  std::int64_t now_us = 1'000'000;
  const auto pass = [&](std::int64_t seconds) {
    for (const auto until = now_us + seconds * 1'000'000; now_us < until;
         now_us += 10'000)
      static_cast<void>(node.advance(now_us));
    return node.session.status().publishing;
  };
  pass(1);
  ASSERT_TRUE(node.session.publish(job(1), session::lane::replies));
  EXPECT_EQ(pass(50).state, link_state::up);
  server.block(true);
  EXPECT_EQ(pass(100).state, link_state::blocked);
  server.block(false);
  const auto after = pass(59);
  EXPECT_EQ(after.state, link_state::up);
  EXPECT_EQ(after.connects, 1U);
  EXPECT_GT(pass(5).connects, 1U);
}

TEST(withheld_confirms, make_the_connection_suspect) {
  fakes::memory_amqp_server server{{0.0, 0.5}, 7};
  party node{server, worker()};
  std::map<std::uint64_t, int> ends;
  std::int64_t now_us = 1'000'000;
  for (int i = 0; i < 100; ++i, now_us += 1'000)
    static_cast<void>(node.advance(now_us));
  for (std::uint64_t token = 1; token <= 20; ++token)
    ASSERT_TRUE(node.session.publish(job(token), session::lane::replies));
  const auto begun_us = now_us;
  for (int i = 0; i < rounds_max && ends.size() < 20; ++i, now_us += 100'000)
    for (auto& event : node.advance(now_us))
      if (const auto* told = std::get_if<publish_told>(&event))
        ++ends[told->end.token];
  EXPECT_EQ(ends.size(), 20U);
  // Half of them came at once, the others after the patience of 60 s.
  EXPECT_GT(now_us - begun_us, 59'000'000);
  EXPECT_GT(node.session.status().publishing.connects, 1U);
}

} // namespace

} // namespace troupe::amqp
