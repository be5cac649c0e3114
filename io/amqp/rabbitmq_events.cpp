#include "io/amqp/rabbitmq_events.hpp"

#include "io/amqp/wire_reader.hpp"

#include <amqp.h>
#include <amqp_framing.h>
#include <fmt/format.h>

namespace troupe::io::rabbitmq {

namespace {

/// Class and method number are two octets each.
constexpr std::uint64_t connection_class = 10;

// Arguments lie in the order of the specification (amqp0-9-1.xml); what
// follows the last one that is used here is not read.

amqp::start_offered start(wire_reader& from) {
  amqp::start_offered x;
  // The version, and a table of what the server is.
  from.bytes(2);
  from.bytes(from.number(4));
  x.mechanisms = from.long_text();
  return x;
}

amqp::tune_offered tune(wire_reader& from) {
  amqp::tune_offered x;
  x.channel_max = static_cast<std::uint16_t>(from.number(2));
  x.frame_max = static_cast<std::uint32_t>(from.number(4));
  x.heartbeat_s = static_cast<std::uint16_t>(from.number(2));
  return x;
}

amqp::close_ordered close(wire_reader& from) {
  amqp::close_ordered x;
  x.code = static_cast<std::uint16_t>(from.number(2));
  x.text = from.short_text();
  return x;
}

amqp::queue_declared declared(wire_reader& from) {
  amqp::queue_declared x;
  x.queue = from.short_text();
  x.messages = static_cast<std::uint32_t>(from.number(4));
  x.consumers = static_cast<std::uint32_t>(from.number(4));
  return x;
}

amqp::publish_settled settled(wire_reader& from, bool accepted) {
  amqp::publish_settled x;
  x.tag = from.number(8);
  x.multiple = (from.number(1) & 1U) != 0;
  x.accepted = accepted;
  return x;
}

amqp::message_delivered delivered(wire_reader& from) {
  amqp::message_delivered x;
  x.consumer = from.short_text();
  x.tag = from.number(8);
  x.redelivered = (from.number(1) & 1U) != 0;
  x.exchange = from.short_text();
  x.routing_key = from.short_text();
  return x;
}

amqp::message_returned returned(wire_reader& from) {
  amqp::message_returned x;
  x.code = static_cast<std::uint16_t>(from.number(2));
  x.text = from.short_text();
  x.exchange = from.short_text();
  x.routing_key = from.short_text();
  return x;
}

amqp::server_event connection_event(std::uint32_t id, wire_reader& from) {
  switch (id) {
  case AMQP_CONNECTION_START_METHOD:
    return start(from);
  case AMQP_CONNECTION_TUNE_METHOD:
    return tune(from);
  case AMQP_CONNECTION_OPEN_OK_METHOD:
    return amqp::connection_opened{};
  case AMQP_CONNECTION_CLOSE_METHOD:
    return close(from);
  case AMQP_CONNECTION_CLOSE_OK_METHOD:
    return amqp::close_confirmed{};
  case AMQP_CONNECTION_BLOCKED_METHOD:
    return amqp::connection_blocked{from.short_text()};
  case AMQP_CONNECTION_UNBLOCKED_METHOD:
    return amqp::connection_unblocked{};
  default:
    return amqp::unknown_method{id};
  }
}

amqp::server_event channel_event(std::uint32_t id, wire_reader& from) {
  switch (id) {
  case AMQP_CHANNEL_OPEN_OK_METHOD:
    return amqp::channel_opened{};
  case AMQP_CHANNEL_CLOSE_METHOD:
    return close(from);
  case AMQP_CHANNEL_CLOSE_OK_METHOD:
    return amqp::close_confirmed{};
  case AMQP_QUEUE_DECLARE_OK_METHOD:
    return declared(from);
  case AMQP_QUEUE_BIND_OK_METHOD:
    return amqp::queue_bound{};
  case AMQP_EXCHANGE_DECLARE_OK_METHOD:
    return amqp::exchange_declared{};
  case AMQP_CONFIRM_SELECT_OK_METHOD:
    return amqp::confirms_selected{};
  case AMQP_BASIC_QOS_OK_METHOD:
    return amqp::prefetch_set{};
  case AMQP_BASIC_CONSUME_OK_METHOD:
    return amqp::consume_started{from.short_text()};
  case AMQP_BASIC_CANCEL_METHOD:
    return amqp::consume_cancelled{from.short_text()};
  case AMQP_BASIC_CANCEL_OK_METHOD:
    return amqp::cancel_confirmed{from.short_text()};
  case AMQP_BASIC_ACK_METHOD:
    return settled(from, true);
  case AMQP_BASIC_NACK_METHOD:
    return settled(from, false);
  case AMQP_BASIC_DELIVER_METHOD:
    return delivered(from);
  case AMQP_BASIC_RETURN_METHOD:
    return returned(from);
  default:
    return amqp::unknown_method{id};
  }
}

} // namespace

result<amqp::server_event> event_of(std::uint16_t channel,
                                    std::string_view payload) {
  wire_reader from{payload};
  const auto id = static_cast<std::uint32_t>(from.number(4));
  const bool of_connection = id >> 16U == connection_class;
  if (!from.failed() && of_connection != (channel == 0))
    return error{errc::corrupt, fmt::format("amqp: method {}.{} on channel {}",
                                            id >> 16U, id & 0xffffU, channel)};
  auto event =
    of_connection ? connection_event(id, from) : channel_event(id, from);
  if (from.failed())
    return error{errc::corrupt,
                 fmt::format("amqp: method {}.{} ends in the middle of an "
                             "argument",
                             id >> 16U, id & 0xffffU)};
  return event;
}

} // namespace troupe::io::rabbitmq
