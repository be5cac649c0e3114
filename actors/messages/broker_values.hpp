#pragma once

#include "actors/messages/broker_status.hpp"
#include "domain/amqp/consumer.hpp"
#include "domain/amqp/publisher.hpp"
#include "domain/amqp/session.hpp"

#include <cstdint>
#include <memory>
#include <string>

// What is said to the BROKER, free of CAF: commands see these types too.

namespace troupe {

/// Asks another service over RabbitMQ.
struct rpc_question {
  /// Name in the configuration; empty: the queue is named.
  std::string service;
  /// Queue of the requests; empty: the service's own.
  std::string queue;
  std::string content_type = "application/json";
  std::string body;
  std::int64_t timeout_ms = 100'000;
};

struct rpc_answer {
  std::string correlation_id;
  std::string content_type;
  std::string body;
};

/// A message to publish, confirmed.
struct outgoing_message {
  amqp::session::lane lane = amqp::session::lane::replies;
  std::string exchange;
  std::string routing_key;
  amqp::message_ptr content;
  /// Returned when no queue takes it.
  bool mandatory = true;
  /// Given up then; 0 = never.
  std::int64_t within_ms = 0;
};

/// What became of it.
struct publish_receipt {
  amqp::publish_outcome outcome = amqp::publish_outcome::confirmed;
};

/// A job that came in; shared, since it may hold a picture.
using delivery_ptr = std::shared_ptr<const amqp::delivery>;

/// What to do with a delivery.
enum class delivery_end : std::uint8_t { done, dead, again };

struct delivery_verdict {
  amqp::delivery_handle handle;
  delivery_end end = delivery_end::done;
};

/// The status of a session, in one state.
[[nodiscard]] broker_status summarise(const amqp::session_status& session,
                                      bool consumes, std::string server);

} // namespace troupe
