#include "io/amqp/rabbitmq_events.hpp"

#include "io/amqp/rabbitmq_tables.hpp"

#include <amqp.h>
#include <amqp_framing.h>

namespace troupe::io::rabbitmq {

namespace {

template <class Method>
const Method& as(const amqp_method_t& method) {
  return *static_cast<const Method*>(method.decoded);
}

amqp::server_event connection_event_of(const amqp_method_t& method) {
  switch (method.id) {
  case AMQP_CONNECTION_START_METHOD: {
    const auto& x = as<amqp_connection_start_t>(method);
    return amqp::start_offered{text_of(x.mechanisms), {}, {}};
  }
  case AMQP_CONNECTION_TUNE_METHOD: {
    const auto& x = as<amqp_connection_tune_t>(method);
    return amqp::tune_offered{x.channel_max, x.frame_max, x.heartbeat};
  }
  case AMQP_CONNECTION_OPEN_OK_METHOD:
    return amqp::connection_opened{};
  case AMQP_CONNECTION_CLOSE_METHOD: {
    const auto& x = as<amqp_connection_close_t>(method);
    return amqp::close_ordered{x.reply_code, text_of(x.reply_text)};
  }
  case AMQP_CONNECTION_BLOCKED_METHOD:
    return amqp::connection_blocked{
      text_of(as<amqp_connection_blocked_t>(method).reason)};
  case AMQP_CONNECTION_UNBLOCKED_METHOD:
    return amqp::connection_unblocked{};
  case AMQP_CONNECTION_CLOSE_OK_METHOD:
  case AMQP_CHANNEL_CLOSE_OK_METHOD:
    return amqp::close_confirmed{};
  default:
    return amqp::unknown_method{method.id};
  }
}

amqp::server_event basic_event_of(const amqp_method_t& method) {
  switch (method.id) {
  case AMQP_BASIC_ACK_METHOD: {
    const auto& x = as<amqp_basic_ack_t>(method);
    return amqp::publish_settled{x.delivery_tag, x.multiple != 0, true};
  }
  case AMQP_BASIC_NACK_METHOD: {
    const auto& x = as<amqp_basic_nack_t>(method);
    return amqp::publish_settled{x.delivery_tag, x.multiple != 0, false};
  }
  case AMQP_BASIC_DELIVER_METHOD: {
    const auto& x = as<amqp_basic_deliver_t>(method);
    return amqp::message_delivered{text_of(x.consumer_tag), x.delivery_tag,
                                   x.redelivered != 0, text_of(x.exchange),
                                   text_of(x.routing_key)};
  }
  case AMQP_BASIC_RETURN_METHOD: {
    const auto& x = as<amqp_basic_return_t>(method);
    return amqp::message_returned{x.reply_code, text_of(x.reply_text),
                                  text_of(x.exchange), text_of(x.routing_key)};
  }
  case AMQP_BASIC_CONSUME_OK_METHOD:
    return amqp::consume_started{
      text_of(as<amqp_basic_consume_ok_t>(method).consumer_tag)};
  case AMQP_BASIC_CANCEL_METHOD:
    return amqp::consume_cancelled{
      text_of(as<amqp_basic_cancel_t>(method).consumer_tag)};
  case AMQP_BASIC_CANCEL_OK_METHOD:
    return amqp::cancel_confirmed{
      text_of(as<amqp_basic_cancel_ok_t>(method).consumer_tag)};
  case AMQP_BASIC_QOS_OK_METHOD:
    return amqp::prefetch_set{};
  default:
    return connection_event_of(method);
  }
}

} // namespace

amqp::server_event event_of(const amqp_method_t& method) {
  switch (method.id) {
  case AMQP_CHANNEL_OPEN_OK_METHOD:
    return amqp::channel_opened{};
  case AMQP_CHANNEL_CLOSE_METHOD: {
    const auto& x = as<amqp_channel_close_t>(method);
    return amqp::close_ordered{x.reply_code, text_of(x.reply_text)};
  }
  case AMQP_QUEUE_DECLARE_OK_METHOD: {
    const auto& x = as<amqp_queue_declare_ok_t>(method);
    return amqp::queue_declared{text_of(x.queue), x.message_count,
                                x.consumer_count};
  }
  case AMQP_QUEUE_BIND_OK_METHOD:
    return amqp::queue_bound{};
  case AMQP_EXCHANGE_DECLARE_OK_METHOD:
    return amqp::exchange_declared{};
  case AMQP_CONFIRM_SELECT_OK_METHOD:
    return amqp::confirms_selected{};
  default:
    return basic_event_of(method);
  }
}

} // namespace troupe::io::rabbitmq
