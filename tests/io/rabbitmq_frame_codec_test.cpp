// Frames of a server that are wrong, each in its own way, and what is said of
// them. Numbers are octets of the wire (specification, sections 2.3.5 and 4.2).

#include "io/amqp/rabbitmq_frame_codec.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace troupe::io {

namespace {

using namespace std::string_literals;

std::string number(std::uint64_t value, int octets) {
  std::string out;
  for (int i = octets - 1; i >= 0; --i)
    out += static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
  return out;
}

std::string frame(int type, int channel, const std::string& payload) {
  return number(static_cast<std::uint64_t>(type), 1)
         + number(static_cast<std::uint64_t>(channel), 2)
         + number(payload.size(), 4) + payload + '\xCE';
}

/// A header frame of class basic with these flags and properties.
std::string header(std::uint64_t flags, const std::string& properties) {
  return frame(2, 1,
               number(60, 2) + number(0, 2) + number(5, 8) + number(flags, 2)
                 + properties);
}

std::string table(const std::string& inside) {
  return number(inside.size(), 4) + inside;
}

constexpr std::uint64_t headers_flag = 1U << 13U;

/// The first failure of these bytes; empty: none.
std::string failure_of(std::string_view bytes) {
  const auto codec = open_rabbitmq_frame_codec();
  codec->reset();
  std::vector<amqp::server_frame> frames;
  const auto decoded = codec->decode(bytes, frames);
  if (decoded)
    return {};
  // Whatever comes then: it stays so.
  EXPECT_FALSE(codec->decode(frame(8, 0, ""), frames));
  EXPECT_FALSE(codec->decode(std::string(100'000, '\xFF'), frames));
  codec->reset();
  EXPECT_TRUE(codec->decode(frame(8, 0, ""), frames));
  return decoded.failure().detail;
}

TEST(rabbitmq_frame_codec, says_what_is_wrong_with_a_frame) {
  const auto open_ok = number(10, 2) + number(41, 2) + "\0"s;
  const auto ack = number(60, 2) + number(80, 2) + number(1, 8) + "\0"s;
  auto endless = frame(1, 1, ack);
  endless.back() = '\0';
  const std::pair<std::string, const char*> cases[] = {
    {frame(1, 1, ack), ""},
    {frame(1, 0, open_ok), ""},
    {frame(8, 0, ""), ""},
    {frame(3, 1, std::string(131'064, 'x')), ""},
    {"HTTP/1.1 400 Bad Request", "unknown type 72"},
    {"AMQP\0\1\0\0"s, "another version"},
    {"\x15\3\3\0\2\2\x28"s, "amqps://"},
    {frame(0, 0, ""), "unknown type 0"},
    {frame(4, 1, ""), "unknown type 4"},
    {endless, "without its end mark"},
    {"\1\0\1\xFF\xFF\xFF\xFF"s, "of 131072 at most"},
    {frame(3, 1, std::string(131'065, 'x')), "of 131072 at most"},
    {frame(8, 1, ""), "type 8 on channel 1"},
    {frame(8, 0, "x"), "heartbeat of 1 bytes"},
    {frame(2, 0, ""), "type 2 on channel 0"},
    {frame(3, 0, "x"), "type 3 on channel 0"},
    {frame(1, 0, ack), "method 60.80 on channel 0"},
    {frame(1, 7, open_ok), "method 10.41 on channel 7"},
    {frame(1, 1, ""), "ends in the middle"},
    {frame(1, 1, ack.substr(0, 3)), "ends in the middle"},
    {frame(1, 1, ack.substr(0, 12)), "60.80 ends in the middle"},
    {frame(1, 0, number(10, 2) + number(10, 2) + "\0\x09\xFF\xFF\xFF\xFF"s),
     "10.10 ends in the middle"},
    {frame(2, 1, ""), "too short"},
    {frame(2, 1, std::string(13, '\0')), "too short"},
    {frame(2, 1, std::string(14, '\0')), "of class 0"},
    {header(1, ""), "flags 0x1"},
    {header(1U << 15U, ""), "middle of a property"},
    {header(1U << 15U, "\5text"), "middle of a property"},
    {header(headers_flag, number(9, 4) + "\1a"), "middle of a property"},
    {header(headers_flag, table("\1at")), "middle of a value"},
    {header(headers_flag, table("\1aF" + number(1, 4))), "middle of a value"},
    {header(headers_flag, table("\1a?")), "unknown kind 63"},
  };
  for (const auto& [bytes, said] : cases) {
    const auto failure = failure_of(bytes);
    if (*said == '\0')
      EXPECT_EQ(failure, "");
    else
      EXPECT_NE(failure.find(said), std::string::npos)
        << said << " is not in: " << failure;
  }
}

// Headers of other people's messages come as they were sent: to refuse a deep
// one would end the connection each time that it is delivered again.
TEST(rabbitmq_frame_codec, steps_over_tables_of_any_depth) {
  // Each level is the head of a table that says that it fills the rest.
  std::string deep;
  constexpr std::size_t deep_bytes = 100'000;
  while (deep.size() + 7 < deep_bytes)
    deep += "\1aF" + number(deep_bytes - deep.size() - 7, 4);
  deep.resize(deep_bytes);
  const auto inside = "\4deepF" + table(deep) + "\1nI"
                      + number(static_cast<std::uint32_t>(-7), 4) + "\1tS"
                      + table("text") + "\1vV";
  const auto codec = open_rabbitmq_frame_codec();
  codec->reset();
  std::vector<amqp::server_frame> frames;
  const auto decoded =
    codec->decode(header(headers_flag, table(inside)), frames);
  ASSERT_TRUE(decoded) << decoded.failure().detail;
  ASSERT_EQ(frames.size(), 1U);
  const auto& found = std::get<amqp::content_header>(frames.front().event);
  EXPECT_EQ(found.body_bytes, 5U);
  const amqp::field_table expected{{"n", std::int64_t{-7}},
                                   {"t", std::string{"text"}}};
  EXPECT_EQ(found.properties.headers, expected);
}

TEST(rabbitmq_frame_codec, holds_to_the_limit_that_was_agreed) {
  const auto codec = open_rabbitmq_frame_codec();
  codec->reset();
  codec->limit_frames(4'096);
  std::vector<amqp::server_frame> frames;
  EXPECT_TRUE(codec->decode(frame(3, 1, std::string(4'088, 'x')), frames));
  EXPECT_FALSE(codec->decode(frame(3, 1, std::string(4'089, 'x')), frames));
  EXPECT_EQ(frames.size(), 1U);
}

TEST(rabbitmq_frame_codec, reads_what_it_writes_however_it_is_cut) {
  auto content = std::make_shared<amqp::message>();
  auto& properties = content->properties;
  properties = {"a/b", "gzip", "c1", "replies", "100",         "m1",
                "t",   "app",  2,    3,         1'700'000'000, {}};
  properties.headers = {{"yes", true},
                        {"count", std::int64_t{-5}},
                        {"ratio", 0.25},
                        {"text", std::string{"\0x"s}}};
  content->body.assign(10'000, 'b');
  const auto codec = open_rabbitmq_frame_codec();
  codec->reset();
  codec->limit_frames(4'096);
  std::string bytes;
  ASSERT_TRUE(
    codec->encode(1, amqp::publish_message{"", "q", true, content}, bytes));
  for (const std::size_t step : {1U, 7U, 8U, 1'000U, 1'000'000U}) {
    std::vector<amqp::server_frame> frames;
    for (std::size_t at = 0; at < bytes.size(); at += step)
      ASSERT_TRUE(
        codec->decode(std::string_view{bytes}.substr(at, step), frames));
    // 4,088 octets of a body fit a frame.
    ASSERT_EQ(frames.size(), 5U);
    EXPECT_EQ(std::get<amqp::content_header>(frames[1].event).properties,
              properties);
    std::string body;
    for (std::size_t i = 2; i < frames.size(); ++i)
      body += std::get<amqp::content_body>(frames[i].event).bytes;
    EXPECT_EQ(body, content->body);
  }
}

} // namespace

} // namespace troupe::io
