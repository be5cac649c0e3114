// What a server says, damaged and cut anywhere, against codec and session: no
// crash, and a connection that was broken is closed with a reason.

#include "domain/amqp/session.hpp"
#include "io/amqp/rabbitmq_frame_codec.hpp"
#include "tests/fuzz/file_mutation.hpp"

#include <amqp.h>
#include <amqp_framing.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

namespace troupe::fuzz {
namespace {

constexpr std::int64_t streams_of_a_run = 20'000;
constexpr std::int64_t streams_of_a_campaign = 1'000'000;

// -- a server's bytes ---------------------------------------------------------

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i)
    out += static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::string frame(int type, int channel, const std::string& payload) {
  std::string out;
  put(out, static_cast<std::uint64_t>(type), 1);
  put(out, static_cast<std::uint64_t>(channel), 2);
  put(out, payload.size(), 4);
  return out + payload + '\xCE';
}

template <class Method>
std::string method(int channel, amqp_method_number_t id, Method arguments) {
  std::array<char, 4'096> room{};
  const int size =
    amqp_encode_method(id, &arguments, {room.size(), room.data()});
  EXPECT_GE(size, 0);
  std::string payload;
  put(payload, id, 4);
  payload.append(room.data(), static_cast<std::size_t>(size));
  return frame(1, channel, payload);
}

std::string content(int channel, const std::string& body) {
  amqp_basic_properties_t properties{};
  std::array<amqp_table_entry_t, 2> entries{};
  entries[0].key = amqp_cstring_bytes("x-params");
  entries[0].value.kind = AMQP_FIELD_KIND_UTF8;
  entries[0].value.value.bytes = amqp_cstring_bytes("{\"a\":1}");
  entries[1].key = amqp_cstring_bytes("x-deadline");
  entries[1].value.kind = AMQP_FIELD_KIND_I64;
  entries[1].value.value.i64 = 1'700'000'000'000;
  properties._flags = AMQP_BASIC_HEADERS_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG
                      | AMQP_BASIC_CORRELATION_ID_FLAG;
  properties.headers = {2, entries.data()};
  properties.message_id = amqp_cstring_bytes("m1");
  properties.correlation_id = amqp_cstring_bytes("c1");
  std::array<char, 4'096> room{};
  const int size = amqp_encode_properties(AMQP_BASIC_CLASS, &properties,
                                          {room.size(), room.data()});
  EXPECT_GE(size, 0);
  std::string payload;
  put(payload, AMQP_BASIC_CLASS, 2);
  put(payload, 0, 2);
  put(payload, body.size(), 8);
  payload.append(room.data(), static_cast<std::size_t>(size));
  const auto half = body.size() / 2;
  return frame(2, channel, payload) + frame(3, channel, body.substr(0, half))
         + frame(3, channel, body.substr(half));
}

std::string log_in(std::uint32_t frame_max = 131'072) {
  amqp_connection_start_t start{};
  start.version_minor = 9;
  start.mechanisms = amqp_cstring_bytes("PLAIN AMQPLAIN");
  start.locales = amqp_cstring_bytes("en_US");
  return method(0, AMQP_CONNECTION_START_METHOD, start)
         + method(0, AMQP_CONNECTION_TUNE_METHOD,
                  amqp_connection_tune_t{2'047, frame_max, 60})
         + method(0, AMQP_CONNECTION_OPEN_OK_METHOD,
                  amqp_connection_open_ok_t{});
}

/// The whole life of a connection on which channels 1 to 3 are used.
std::string whole_stream() {
  auto out = log_in();
  for (int channel = 1; channel <= 3; ++channel) {
    out +=
      method(channel, AMQP_CHANNEL_OPEN_OK_METHOD, amqp_channel_open_ok_t{});
    out += method(channel, AMQP_CONFIRM_SELECT_OK_METHOD,
                  amqp_confirm_select_ok_t{});
  }
  amqp_basic_consume_ok_t consuming{};
  consuming.consumer_tag = amqp_cstring_bytes("replies");
  out += method(3, AMQP_BASIC_CONSUME_OK_METHOD, consuming);
  out += method(1, AMQP_BASIC_ACK_METHOD, amqp_basic_ack_t{1, 0});
  out += method(1, AMQP_BASIC_NACK_METHOD, amqp_basic_nack_t{2, 1, 0});
  amqp_basic_return_t returned{};
  returned.reply_code = 312;
  returned.reply_text = amqp_cstring_bytes("NO_ROUTE");
  out +=
    method(1, AMQP_BASIC_RETURN_METHOD, returned) + content(1, "came back");
  amqp_basic_deliver_t delivered{};
  delivered.consumer_tag = amqp_cstring_bytes("replies");
  delivered.delivery_tag = 1;
  delivered.routing_key = amqp_cstring_bytes("q");
  out += method(3, AMQP_BASIC_DELIVER_METHOD, delivered)
         + content(3, std::string(300, 'r'));
  out += frame(8, 0, "");
  amqp_connection_blocked_t blocked{};
  blocked.reason = amqp_cstring_bytes("low on memory");
  out += method(0, AMQP_CONNECTION_BLOCKED_METHOD, blocked);
  out +=
    method(0, AMQP_CONNECTION_UNBLOCKED_METHOD, amqp_connection_unblocked_t{});
  amqp_channel_close_t closing{};
  closing.reply_code = 406;
  closing.reply_text = amqp_cstring_bytes("PRECONDITION_FAILED");
  out += method(2, AMQP_CHANNEL_CLOSE_METHOD, closing);
  amqp_connection_close_t ending{};
  ending.reply_code = 320;
  ending.reply_text = amqp_cstring_bytes("CONNECTION_FORCED");
  return out + method(0, AMQP_CONNECTION_CLOSE_METHOD, ending);
}

// -- the subject --------------------------------------------------------------

/// Gives a session prepared bytes in pieces of random length.
class prepared_transport final : public amqp_transport {
public:
  prepared_transport(std::string bytes, std::uint64_t seed)
    : bytes_(std::move(bytes)), random_(seed),
      codec_(io::open_rabbitmq_frame_codec()) {}

  result<void> connect() override {
    at_ = 0;
    ++connects_;
    greeted_ = false;
    codec_->reset();
    return {};
  }

  void disconnect() noexcept override {
    at_ = bytes_.size();
  }

  [[nodiscard]] bool connected() const noexcept override {
    return true;
  }

  [[nodiscard]] int descriptor() const noexcept override {
    return -1;
  }

  [[nodiscard]] bool wants_write() const noexcept override {
    return false;
  }

  void limit_frames(std::uint32_t frame_bytes_max) override {
    codec_->limit_frames(frame_bytes_max);
  }

  result<void> send(std::uint16_t channel,
                    const amqp::client_order& order) override {
    greeted_ = true;
    std::string sent;
    return codec_->encode(channel, order, sent);
  }

  [[nodiscard]] std::size_t buffered() const noexcept override {
    return 0;
  }

  void flush() override {}

  [[nodiscard]] bool has_more() const noexcept override {
    return at_ < bytes_.size();
  }

  result<pump_report> pump(std::vector<amqp::server_frame>& received) override {
    // A server says nothing before it was greeted.
    if (!greeted_)
      return pump_report{};
    const auto left = bytes_.size() - at_;
    if (left == 0)
      return error{errc::unreachable, "the end of the bytes"};
    auto size = std::uniform_int_distribution<std::size_t>{
      1, std::min<std::size_t>(left, 200)}(random_);
    // A server says nothing about channels before it was asked for them.
    if (at_ < asked_at_ && at_ + size > asked_at_)
      size = asked_at_ - at_;
    const auto piece = std::string_view{bytes_}.substr(at_, size);
    at_ += size;
    if (auto decoded = codec_->decode(piece, received); !decoded)
      return decoded.failure();
    return pump_report{size, 0};
  }

  [[nodiscard]] int connects() const noexcept {
    return connects_;
  }

private:
  std::string bytes_;
  std::mt19937_64 random_;
  std::unique_ptr<io::frame_codec> codec_;
  std::size_t at_ = 0;
  std::size_t asked_at_ = log_in().size();
  bool greeted_ = false;
  int connects_ = 0;
};

/// How a connection of these bytes ended.
struct stream_end {
  amqp::loss why = amqp::loss::none;
  std::string text;
  bool came_up = false;
};

stream_end run(const std::string& bytes, std::uint64_t seed) {
  prepared_transport publishing{bytes, seed};
  prepared_transport consuming{bytes, seed + 1};
  amqp::session_options options;
  options.services = {{"s", "q", amqp::reply_way::direct, ""}};
  amqp::session session{options, publishing, consuming};
  auto sent = std::make_shared<amqp::message>();
  sent->properties.message_id = "m1";
  amqp::publication one;
  one.token = 1;
  one.content = sent;
  EXPECT_TRUE(session.publish(one, amqp::session::lane::replies));
  amqp::call_order order;
  order.token = 2;
  order.id = "c1";
  order.deadline_us = 1'000'000'000;
  EXPECT_TRUE(session.call("s", order));
  stream_end end;
  std::vector<amqp::session_event> events;
  // Each round takes a byte at least; a connection that is lost waits longer
  // than all rounds of this clock.
  for (std::size_t i = 0; i < bytes.size() + 10; ++i) {
    session.advance(1'000'000 + static_cast<std::int64_t>(i), events);
    const auto status = session.status().publishing;
    end.came_up = end.came_up || status.connects > 0;
    if (status.state == amqp::link_state::waiting) {
      end.why = status.why;
      end.text = status.text;
      break;
    }
  }
  EXPECT_EQ(publishing.connects(), 1);
  return end;
}

std::int64_t number_or(const char* name, std::int64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::stoll(value);
}

TEST(amqp_fuzz, a_whole_stream_is_understood_however_it_is_cut) {
  const auto bytes = whole_stream();
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto end = run(bytes, seed);
    EXPECT_TRUE(end.came_up);
    EXPECT_EQ(end.why, amqp::loss::ended_by_server);
    EXPECT_EQ(end.text, "320 CONNECTION_FORCED");
  }
}

TEST(amqp_fuzz, frames_too_small_for_the_protocol_are_refused) {
  for (const std::uint32_t frame_max : {1U, 7U, 8U, 4'095U}) {
    const auto end = run(log_in(frame_max), 1);
    EXPECT_EQ(end.why, amqp::loss::protocol_broken);
    EXPECT_NE(end.text.find("raise frame_max"), std::string::npos);
  }
  EXPECT_TRUE(run(log_in(4'096), 1).came_up);
  EXPECT_TRUE(run(log_in(0), 1).came_up);
}

TEST(amqp_fuzz, damaged_bytes_crash_nothing_and_end_with_a_reason) {
  const char* campaign = std::getenv("TROUPE_CAMPAIGN");
  const bool full = campaign != nullptr && std::string{campaign} == "full";
  const auto from = number_or("TROUPE_FUZZ_FROM", 0);
  const auto count = number_or("TROUPE_FUZZ_COUNT",
                               full ? streams_of_a_campaign : streams_of_a_run);
  const auto whole = whole_stream();
  std::array<std::int64_t, 8> ends{};
  for (auto number = from; number < from + count; ++number) {
    const auto seed = static_cast<std::uint64_t>(number);
    auto bytes = mutate(whole, seed);
    // A third of them are noise behind a log-in.
    if (number % 3 == 2) {
      std::mt19937_64 random{seed};
      bytes = log_in();
      for (int i = 0; i < 300; ++i)
        bytes += static_cast<char>(random());
    }
    if (bytes.empty())
      continue;
    const auto end = run(bytes, seed);
    EXPECT_FALSE(end.text.empty())
      << "stream " << number << "; again: TROUPE_FUZZ_FROM=" << number
      << " TROUPE_FUZZ_COUNT=1";
    ++ends.at(static_cast<std::size_t>(end.why));
  }
  std::cout << count << " streams:";
  for (std::size_t i = 0; i < ends.size(); ++i)
    std::cout << ' ' << to_string(static_cast<amqp::loss>(i)) << ' ' << ends[i];
  std::cout << '\n';
  // Damage that nothing notices tests nothing.
  if (count >= streams_of_a_run) {
    EXPECT_GT(ends[static_cast<std::size_t>(amqp::loss::protocol_broken)],
              count / 20);
  }
}

} // namespace
} // namespace troupe::fuzz
