#include "domain/basp/frame_filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

namespace troupe::basp {

namespace {

using namespace std::literals;

// A node's id: an atom that names its shape, a pid of 4 bytes, a host of 20.
constexpr std::size_t node_bytes = 32;

// "default", the only shape of a node's id that CAF's own nodes have.
constexpr std::uint64_t default_shape = 0x3E9AAB9BAC79;

// The message that CAF sends to every node it learns of, for its spawn
// server: an empty forwarding stack, no type number, the types, the atoms
// `sys` and `get`, "info".
constexpr auto info_question =
  "\0\0\0\x14@<>+@atom+@atom+@str"
  "\0\0\0\0\0\x3f\x8f\xb8\0\0\0\0\0\x3e\xca\xb9\x04info"sv;
constexpr std::uint64_t spawn_server = 0x03DDD66F3376ADFB;

// An answer to news, `true`, or an error without context.
constexpr auto taken_reply = "\0\0\0\x08@<>+bool\x01"sv;
constexpr auto error_reply = "\0\0\0\x0a@<>+@error"sv;
constexpr auto empty_message = "\0\0\x03@<>"sv;
constexpr std::size_t error_bytes = 1 + 8 + empty_message.size();

constexpr auto request_start = "@<>+@atom"sv;

// Of a message id (caf/message_id.hpp).
constexpr std::uint64_t response_flag = std::uint64_t{1} << 63U;
constexpr std::uint64_t answered_flag = std::uint64_t{1} << 62U;
constexpr std::uint64_t stream_flag = std::uint64_t{1} << 61U;
constexpr std::uint64_t number_mask = 0x0FFF'FFFF'FFFF'FFFF;

constexpr std::uint8_t named_receiver_flag = 1;
constexpr std::uint8_t select_connection_flag = 2;

constexpr int handshakes_max = 2;

error odd(std::string why) {
  return {errc::corrupt, std::move(why)};
}

/// What a request's payload begins with, taken apart.
struct request_parts {
  std::string_view types;
  std::uint64_t atom = 0;
  /// Behind the atom.
  std::string_view rest;
};

/// A length in groups of seven bits, the lowest first, at most `longest`;
/// taken off `bytes`.
std::optional<std::size_t> take_length(std::string_view& bytes,
                                       std::size_t longest) noexcept {
  std::size_t value = 0;
  for (unsigned shift = 0; shift <= 21 && !bytes.empty(); shift += 7) {
    const auto group = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::size_t>(group & 0x7FU) << shift;
    if ((group & 0x80U) == 0)
      return value <= longest ? std::optional{value} : std::nullopt;
  }
  return std::nullopt;
}

/// A string behind its length, taken off `bytes`.
std::optional<std::string_view> take_text(std::string_view& bytes) noexcept {
  const auto length = take_length(bytes, bytes.size());
  if (!length || *length > bytes.size())
    return std::nullopt;
  const auto text = bytes.substr(0, *length);
  bytes.remove_prefix(*length);
  return text;
}

result<request_parts> take_apart(std::string_view payload) {
  if (payload.empty() || payload.front() != '\0')
    return odd("a message with a forwarding stack");
  payload.remove_prefix(1);
  if (payload.size() < 2 || read_integer(payload, 2) != 0)
    return odd("a message without the names of its types");
  payload.remove_prefix(2);
  const auto types = take_text(payload);
  if (!types || !types->starts_with(request_start) || payload.size() < 8)
    return odd("a message that begins with no atom");
  request_parts parts;
  parts.types = types->substr(request_start.size());
  if (parts.types.starts_with('+'))
    parts.types.remove_prefix(1);
  parts.atom = read_integer(payload, 8);
  parts.rest = payload.substr(8);
  return parts;
}

} // namespace

frame_filter::frame_filter(filter_rules rules) : rules_(std::move(rules)) {
  assert(rules_.node.size() == node_bytes);
}

const verb* frame_filter::last_verb() const noexcept {
  return last_;
}

// -- headers ------------------------------------------------------------------

result<void> frame_filter::check_header(const frame_header& header) const {
  if (header.padding != 0)
    return odd("a header with bytes that must be zero");
  const bool allowed = header.is(operation::client_handshake)
                       || header.is(operation::direct_message)
                       || header.is(operation::monitor_message)
                       || header.is(operation::down_message)
                       || header.is(operation::heartbeat);
  if (!allowed)
    return odd(
      fmt::format("operation {} is not for visitors", header.operation));
  if (header.payload_bytes > payload_bytes_max)
    return error{errc::too_large,
                 fmt::format("a frame of {} bytes; {} are allowed",
                             header.payload_bytes, payload_bytes_max)};
  if (header.is(operation::client_handshake)) {
    if (handshakes_ == handshakes_max)
      return odd("a third handshake");
    if (header.payload_bytes != node_bytes)
      return odd(fmt::format("a handshake of {} bytes; it has {}",
                             header.payload_bytes, node_bytes));
    return {};
  }
  if (handshakes_ == 0)
    return odd("a frame before the handshake");
  if (header.is(operation::heartbeat) != (header.payload_bytes == 0))
    return odd(fmt::format("operation {} with {} bytes", header.operation,
                           header.payload_bytes));
  return {};
}

// -- frames -------------------------------------------------------------------

result<frame_fate> frame_filter::check(std::string_view frame) {
  last_ = nullptr;
  const auto header = parse_header(frame);
  const auto payload = frame.substr(header_bytes);
  assert(payload.size() == header.payload_bytes);
  if (auto fits = check_header(header); !fits)
    return fits.failure();
  const auto passed = [](const result<void>& fits) -> result<frame_fate> {
    if (!fits)
      return fits.failure();
    return frame_fate::pass;
  };
  switch (static_cast<operation>(header.operation)) {
  case operation::client_handshake:
    if ((header.flags & ~select_connection_flag) != 0
        || header.operation_data != 0 || header.source_actor != 0
        || header.dest_actor != 0)
      return odd("a handshake that is none");
    return passed(check_handshake(payload));
  case operation::monitor_message:
    return passed(check_monitor(header, payload));
  case operation::down_message:
    return passed(check_down(header, payload));
  case operation::direct_message:
    return check_direct(header, payload);
  default:
    if (header.flags != 0 || header.operation_data != 0
        || header.source_actor != 0 || header.dest_actor != 0)
      return odd("a heartbeat that is none");
    return frame_fate::pass;
  }
}

result<void> frame_filter::check_handshake(std::string_view payload) {
  if (read_integer(payload, 8) != default_shape)
    return odd("a handshake without a node's id");
  if (payload == rules_.node)
    return odd("a visitor with this node's own id");
  if (handshakes_ > 0 && payload != visitor_)
    return odd("a visitor that changes its id");
  visitor_ = payload;
  ++handshakes_;
  return {};
}

bool frame_filter::names_both_nodes(std::string_view payload) const noexcept {
  return payload.size() >= 2 * node_bytes && payload.starts_with(visitor_)
         && payload.substr(node_bytes).starts_with(rules_.node);
}

bool frame_filter::is_door(std::uint64_t actor) const noexcept {
  return actor != 0
         && (actor == rules_.porter || actor == rules_.administrator);
}

result<void> frame_filter::check_monitor(const frame_header& header,
                                         std::string_view payload) const {
  if (header.flags != 0 || header.operation_data != 0
      || header.source_actor != 0 || payload.size() != 2 * node_bytes
      || !names_both_nodes(payload))
    return odd("a monitor message that is none");
  if (!is_door(header.dest_actor))
    return odd(fmt::format("actor {} is no door", header.dest_actor));
  return {};
}

result<void> frame_filter::check_down(const frame_header& header,
                                      std::string_view payload) const {
  if (header.flags != 0 || header.operation_data != 0 || header.dest_actor != 0
      || header.source_actor == 0
      || payload.size() != 2 * node_bytes + error_bytes
      || !names_both_nodes(payload) || !payload.ends_with(empty_message))
    return odd("a down message that is none");
  return {};
}

result<frame_fate> frame_filter::check_direct(const frame_header& header,
                                              std::string_view payload) {
  if (header.flags == named_receiver_flag && header.dest_actor == spawn_server
      && payload == info_question)
    return frame_fate::drop;
  if (header.flags != 0)
    return odd("a message to an actor by name");
  if (!is_door(header.dest_actor))
    return odd(fmt::format("actor {} is no door", header.dest_actor));
  const auto id = header.operation_data;
  if ((id & (answered_flag | stream_flag)) != 0 || (id & number_mask) == 0)
    return odd("a message that asks nothing");
  const auto fits = (id & response_flag) != 0 ? check_reply(header, payload)
                                              : check_request(header, payload);
  if (!fits)
    return fits.failure();
  return frame_fate::pass;
}

result<void> frame_filter::check_reply(const frame_header& header,
                                       std::string_view payload) const {
  const bool is_error = payload.starts_with(error_reply)
                        && payload.size() == error_reply.size() + error_bytes
                        && payload.ends_with(empty_message);
  if (header.dest_actor != rules_.porter
      || (payload != taken_reply && !is_error))
    return odd("a reply that nobody waits for");
  return {};
}

result<void> frame_filter::check_request(const frame_header& header,
                                         std::string_view payload) {
  if (header.source_actor == 0)
    return odd("a request of nobody");
  const auto parts = take_apart(payload);
  if (!parts)
    return parts.failure();
  const auto where =
    header.dest_actor == rules_.porter ? door::porter : door::administrator;
  const auto* asked = find_verb(where, parts->atom, parts->types);
  if (asked == nullptr)
    return odd("a message that the door does not know");
  if (!may_ask(rules_.role, *asked))
    return error{errc::not_authorised,
                 fmt::format("the role {} may not ask for \"{}\"",
                             to_string(rules_.role), asked->word)};
  if (asked->asker != asker_place::nowhere) {
    auto rest = parts->rest;
    if (asked->asker == asker_place::after_id)
      rest.remove_prefix(std::min<std::size_t>(rest.size(), 8));
    const auto asker = take_text(rest);
    if (!asker || *asker != rules_.asker)
      return odd(
        fmt::format("a request that is not in the name of {}", rules_.asker));
  }
  last_ = asked;
  return {};
}

} // namespace troupe::basp
