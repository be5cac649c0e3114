// What passes the filter, and everything that must not.

#include "domain/basp/frame_filter.hpp"
#include "tests/domain/basp/frames.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <vector>

namespace troupe::basp {
namespace {

using namespace fakes;

constexpr std::array roles = {peer_role::viewer, peer_role::operating,
                              peer_role::admin, peer_role::worker};

/// A filter behind a visitor's handshake.
frame_filter greeted(peer_role role) {
  frame_filter filter{rules_for(role)};
  EXPECT_TRUE(filter.check(handshake()));
  return filter;
}

/// With one byte of the frame changed.
std::string with(std::string frame, std::size_t at, char byte) {
  frame.at(at) = byte;
  return frame;
}

const verb& verb_named(std::string_view word) {
  for (const auto& each : verbs())
    if (each.word == word)
      return each;
  throw std::out_of_range{std::string{word}};
}

TEST(frame_filter_test, passes_what_an_honest_command_says) {
  frame_filter filter{rules_for(peer_role::admin)};
  const auto pass = [&](const std::string& frame) {
    const auto fate = filter.check(frame);
    ASSERT_TRUE(fate) << fate.failure().detail;
    EXPECT_EQ(*fate, frame_fate::pass);
  };
  pass(handshake());
  // CAF repeats it, with the flag that chooses the connection.
  pass(frame(operation::client_handshake, visitor(), 0, 0, 0, 2));
  pass(monitor(porter_id));
  pass(request(verb_named("hello"), ""));
  pass(request(verb_named("desk"), ""));
  pass(monitor(administrator_id));
  pass(request(verb_named("pause"), "cert:anna"));
  pass(frame(operation::heartbeat, {}));
  // The answer to news, and an error in its place.
  const auto bool_reply = message("@<>+bool", "\x01");
  pass(frame(operation::direct_message, bool_reply, client_id, porter_id,
             request_id | response_flag));
  const auto empty = std::string(2, '\0') + text("@<>");
  pass(frame(operation::direct_message,
             message("@<>+@error", "\x28" + big_endian(77, 8) + empty), 0,
             porter_id, request_id | response_flag));
  pass(
    frame(operation::down_message,
          visitor() + our_node() + "\x04" + big_endian(0x0FABDBB9, 8) + empty,
          client_id));
}

TEST(frame_filter_test, drops_the_question_after_the_spawn_server) {
  auto filter = greeted(peer_role::viewer);
  const auto elements =
    big_endian(0x3F8FB8, 8) + big_endian(0x3ECAB9, 8) + text("info");
  const auto question =
    frame(operation::direct_message, message("@<>+@atom+@atom+@str", elements),
          7, atom_number("SpawnServ"), 0x1000000000000000, 1);
  const auto fate = filter.check(question);
  ASSERT_TRUE(fate) << fate.failure().detail;
  EXPECT_EQ(*fate, frame_fate::drop);
  // The same to CAF's other named actor, or another question, is refused.
  EXPECT_FALSE(filter.check(
    frame(operation::direct_message, message("@<>+@atom+@atom+@str", elements),
          7, atom_number("ConfigServ"), 0x1000000000000000, 1)));
  EXPECT_FALSE(filter.check(with(question, question.size() - 1, 'x')));
}

TEST(frame_filter_test, knows_every_verb_of_every_role) {
  // CONTRACT: viewer reads; operator also submits, retries, pauses; admin
  // all; worker only its own door.
  const std::vector<std::string> reads = {
    "hello",   "desk",     "leave", "progress", "status", "idle",
    "workers", "convicts", "why",   "audit",    "trace"};
  const std::vector<std::string> operates = {"find",  "text",   "order",
                                             "pause", "resume", "retry"};
  const auto has = [](const auto& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
  };
  for (const auto& each : verbs())
    for (const auto role : roles) {
      const bool expected =
        role == peer_role::admin
        || (role == peer_role::operating && has(operates, each.word))
        || (role <= peer_role::operating && has(reads, each.word))
        || (role == peer_role::worker && each.word == "hello");
      auto filter = greeted(role);
      const auto fate = filter.check(request(each, "cert:anna"));
      EXPECT_EQ(static_cast<bool>(fate), expected)
        << to_string(role) << " " << each.word;
      if (!fate) {
        EXPECT_EQ(fate.failure().code, errc::not_authorised) << each.word;
        EXPECT_NE(fate.failure().detail.find(each.word), std::string::npos);
      } else {
        EXPECT_EQ(filter.last_verb(), &each);
      }
    }
}

TEST(frame_filter_test, believes_no_asker_but_the_certificates) {
  for (const auto& each : verbs()) {
    if (each.asker == asker_place::nowhere)
      continue;
    for (const std::string_view asker : {"uid:0", "cert:ann", "cert:anna2", ""})
      EXPECT_FALSE(greeted(peer_role::admin).check(request(each, asker)))
        << each.word << " " << asker;
  }
}

// -- what must not pass -------------------------------------------------------

TEST(frame_filter_test, refuses_the_killers_of_caf_in_every_role) {
  // notes/caf.md 5: an empty handshake ends the process; a length of 4 GiB is
  // allocated at once.
  for (const auto role : roles)
    for (const auto what :
         {operation::server_handshake, operation::client_handshake}) {
      frame_filter fresh{rules_for(role)};
      EXPECT_FALSE(fresh.check(frame(what, {})));
      auto later = greeted(role);
      EXPECT_FALSE(later.check(frame(what, {})));
      frame_header huge;
      huge.operation = static_cast<std::uint8_t>(what);
      huge.payload_bytes = 0xFFFFFFFF;
      EXPECT_FALSE(fresh.check_header(huge));
      huge.operation = static_cast<std::uint8_t>(operation::direct_message);
      EXPECT_EQ(later.check_header(huge).failure().code, errc::too_large);
    }
}

TEST(frame_filter_test, lets_nobody_end_an_actor) {
  // caf::exit_msg{nobody, exit_reason::kill} as CAF writes it.
  const auto kill =
    message("@<>+@exit", big_endian(0, 8) + big_endian(0xF, 8) + "\x05"
                           + big_endian(0x0FABDBB9, 8) + std::string(2, '\0')
                           + text("@<>"));
  for (const auto role : roles)
    for (const auto dest : {porter_id, administrator_id, std::uint64_t{5}})
      for (const auto id : {request_id, std::uint64_t{0x1000000000000000}})
        EXPECT_FALSE(greeted(role).check(
          frame(operation::direct_message, kill, client_id, dest, id)));
}

TEST(frame_filter_test, wants_the_handshake_first_and_of_one_id) {
  frame_filter filter{rules_for(peer_role::admin)};
  EXPECT_FALSE(filter.check(monitor(porter_id)));
  EXPECT_FALSE(filter.check(request(verb_named("hello"), "")));
  EXPECT_FALSE(filter.check(frame(operation::heartbeat, {})));
  EXPECT_FALSE(filter.check(handshake(our_node())));
  EXPECT_FALSE(filter.check(handshake(std::string(32, '\0'))));
  EXPECT_TRUE(filter.check(handshake()));
  EXPECT_FALSE(filter.check(handshake(node_id(3))));
  EXPECT_TRUE(filter.check(handshake()));
  EXPECT_FALSE(filter.check(handshake()));
}

TEST(frame_filter_test, refuses_every_single_oddity) {
  const auto ask = request(verb_named("desk"), "");
  const auto pause = request(verb_named("pause"), "cert:anna");
  const auto reply =
    frame(operation::direct_message, message("@<>+bool", "\x01"), client_id,
          porter_id, request_id | response_flag);
  const auto down = visitor() + our_node() + "\x04" + big_endian(1, 8)
                    + std::string(2, '\0') + text("@<>");

  struct row {
    const char* what;
    std::string frame;
  };

  const std::vector<row> rows = {
    {"padding", with(ask, 1, 1)},
    {"padding", with(ask, 2, 1)},
    {"an unknown flag", with(ask, 3, 4)},
    {"a receiver by name", with(ask, 3, 1)},
    {"an unknown operation", with(ask, 0, 7)},
    {"a notice", with(ask, 0, static_cast<char>(0xFE))},
    {"a routed message", with(ask, 0, 3)},
    {"a server's handshake", frame(operation::server_handshake, visitor())},
    {"another actor", with(ask, 31, 5)},
    {"actor 0", with(ask, 31, 0)},
    {"no source", with(ask, 23, 0)},
    {"a forwarding stack", with(ask, 32, 1)},
    {"a type number", with(ask, 33, 1)},
    {"a length beyond the end", with(ask, 35, 120)},
    {"an endless length", with(ask, 35, static_cast<char>(0x80))},
    {"other types", with(ask, 40, 'x')},
    {"another atom", with(ask, ask.size() - 2, 'x')},
    {"a door that takes no such request",
     with(pause, 31, static_cast<char>(porter_id))},
    {"no question", with(with(ask, 8, 0x10), 15, 0)},
    {"an answered one", with(ask, 8, 0x50)},
    {"a stream", with(ask, 8, 0x20)},
    {"another reply", with(reply, reply.size() - 1, 2)},
    {"a reply to the administrator",
     with(reply, 31, static_cast<char>(administrator_id))},
    {"a longer reply",
     frame(operation::direct_message, message("@<>+bool", "\x01x"), client_id,
           porter_id, request_id | response_flag)},
    {"a heartbeat with bytes", frame(operation::heartbeat, "x")},
    {"a heartbeat for somebody", frame(operation::heartbeat, {}, 0, 1)},
    {"a monitor of no door", monitor(5)},
    {"a monitor for another node",
     frame(operation::monitor_message, visitor() + node_id(9), 0, porter_id)},
    {"a monitor of another visitor",
     frame(operation::monitor_message, node_id(9) + our_node(), 0, porter_id)},
    {"a short monitor",
     frame(operation::monitor_message, visitor(), 0, porter_id)},
    {"a down of nobody", frame(operation::down_message, down, 0)},
    {"a down with context", frame(operation::down_message, down + "x", 8)},
    {"a down of another visitor",
     frame(operation::down_message, node_id(9) + down.substr(32), 8)},
    {"an empty message",
     frame(operation::direct_message, {}, 8, porter_id, request_id)},
  };
  for (const auto& row : rows) {
    auto filter = greeted(peer_role::admin);
    const auto fate = filter.check(row.frame);
    EXPECT_FALSE(fate) << row.what;
    EXPECT_TRUE(fate || !fate.failure().detail.empty()) << row.what;
  }
}

TEST(frame_filter_test, has_nobody_behind_a_door_that_is_not_there) {
  auto rules = rules_for(peer_role::admin);
  rules.administrator = 0;
  frame_filter filter{rules};
  ASSERT_TRUE(filter.check(handshake()));
  EXPECT_FALSE(filter.check(monitor(0)));
  EXPECT_FALSE(filter.check(request(verb_named("pause"), "cert:anna")));
}

TEST(peer_role_test, has_words_that_stay) {
  for (const auto role : roles)
    EXPECT_EQ(parse_peer_role(to_string(role)), role);
  EXPECT_EQ(to_string(peer_role::operating), "operator");
  EXPECT_FALSE(parse_peer_role("root"));
  EXPECT_FALSE(parse_peer_role(""));
}

} // namespace
} // namespace troupe::basp
