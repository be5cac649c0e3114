#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace troupe::amqp {

// What crosses an AMQP 0-9-1 connection, decoded. Names are those of the
// protocol's specification (amqp0-9-1.pdf, section 4) in the house spelling.

// -- messages -----------------------------------------------------------------

using field_value = std::variant<bool, std::int64_t, double, std::string>;

/// A header table: names as sent, values of the kinds above; others are left
/// out when a message is read.
using field_table = std::vector<std::pair<std::string, field_value>>;

/// Properties of a message; empty or 0 = absent.
struct message_properties {
  std::string content_type;
  std::string content_encoding;
  std::string correlation_id;
  std::string reply_to;
  /// Milliseconds, as decimal digits.
  std::string expiration;
  std::string message_id;
  std::string type;
  std::string app_id;
  /// 2: survives a restart of the server.
  std::uint8_t delivery_mode = 0;
  std::uint8_t priority = 0;
  /// Seconds UTC.
  std::uint64_t timestamp_s = 0;
  field_table headers;

  friend bool operator==(const message_properties&,
                         const message_properties&) = default;
};

struct message {
  message_properties properties;
  /// Raw bytes.
  std::string body;

  friend bool operator==(const message&, const message&) = default;
};

using message_ptr = std::shared_ptr<const message>;

// -- from the server ----------------------------------------------------------

struct start_offered {
  /// Separated by spaces: "PLAIN AMQPLAIN".
  std::string mechanisms;
};

struct tune_offered {
  std::uint16_t channel_max = 0;
  std::uint32_t frame_max = 0;
  std::uint16_t heartbeat_s = 0;
};

struct connection_opened {};

/// The server ends connection or channel (by the frame's channel number).
struct close_ordered {
  std::uint16_t code = 0;
  std::string text;
};

struct close_confirmed {};

struct connection_blocked {
  std::string reason;
};

struct connection_unblocked {};

struct channel_opened {};

struct queue_declared {
  std::string queue;
  std::uint32_t messages = 0;
  std::uint32_t consumers = 0;
};

struct exchange_declared {};

struct queue_bound {};

struct prefetch_set {};

struct confirms_selected {};

struct consume_started {
  std::string consumer;
};

/// The server ended a consumer: its queue is gone.
struct consume_cancelled {
  std::string consumer;
};

struct cancel_confirmed {
  std::string consumer;
};

/// What became of published messages: all up to `tag` when `multiple`.
struct publish_settled {
  std::uint64_t tag = 0;
  bool multiple = false;
  bool accepted = true;
};

/// A mandatory message that no queue took; its content follows.
struct message_returned {
  std::uint16_t code = 0;
  std::string text;
  std::string exchange;
  std::string routing_key;
};

/// A message for a consumer; its content follows.
struct message_delivered {
  std::string consumer;
  std::uint64_t tag = 0;
  bool redelivered = false;
  std::string exchange;
  std::string routing_key;
};

struct content_header {
  std::uint64_t body_bytes = 0;
  message_properties properties;
};

struct content_body {
  std::string bytes;
};

struct heartbeat {};

/// A method that we have no use for, by its number.
struct unknown_method {
  std::uint32_t id = 0;
};

using server_event =
  std::variant<start_offered, tune_offered, connection_opened, close_ordered,
               close_confirmed, connection_blocked, connection_unblocked,
               channel_opened, queue_declared, exchange_declared, queue_bound,
               prefetch_set, confirms_selected, consume_started,
               consume_cancelled, cancel_confirmed, publish_settled,
               message_returned, message_delivered, content_header,
               content_body, heartbeat, unknown_method>;

/// One frame; channel 0 is the connection itself.
struct server_frame {
  std::uint16_t channel = 0;
  server_event event;
};

// -- to the server ------------------------------------------------------------

struct greet {};

/// Logs in with PLAIN, or with EXTERNAL when `user` is empty.
struct log_in {
  std::string user;
  std::string password;
  /// Shown in the server's list of connections.
  std::string connection_name;
};

struct accept_tune {
  std::uint16_t channel_max = 0;
  std::uint32_t frame_max = 0;
  std::uint16_t heartbeat_s = 0;
};

struct open_connection {
  std::string vhost;
};

struct order_close {
  std::uint16_t code = 200;
  std::string text;
};

struct confirm_close {};

struct open_channel {};

struct declare_queue {
  std::string queue;
  bool passive = false;
  bool durable = true;
  bool exclusive = false;
  bool auto_delete = false;
  field_table arguments = {};
};

struct declare_exchange {
  std::string exchange;
  std::string type;
  bool passive = false;
};

struct bind_queue {
  std::string queue;
  std::string exchange;
  std::string routing_key;
};

struct set_prefetch {
  std::uint16_t count = 0;
};

struct start_consume {
  std::string queue;
  std::string consumer;
  bool no_ack = false;
  bool exclusive = false;
};

struct cancel_consume {
  std::string consumer;
};

struct select_confirms {};

struct publish_message {
  std::string exchange;
  std::string routing_key;
  bool mandatory = true;
  message_ptr content;
};

struct acknowledge {
  std::uint64_t tag = 0;
  /// All up to this one that await it.
  bool multiple = false;

  friend bool operator==(const acknowledge&, const acknowledge&) = default;
};

/// Dead-letters the delivery, or puts it back.
struct reject {
  std::uint64_t tag = 0;
  bool requeue = false;
};

struct send_heartbeat {};

using client_order =
  std::variant<greet, log_in, accept_tune, open_connection, order_close,
               confirm_close, open_channel, declare_queue, declare_exchange,
               bind_queue, set_prefetch, start_consume, cancel_consume,
               select_confirms, publish_message, acknowledge, reject,
               send_heartbeat>;

} // namespace troupe::amqp
