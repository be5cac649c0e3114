#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// Section `[broker.service.NAME]`: a service that is asked over RabbitMQ.
struct broker_service {
  /// NAME; any but empty.
  std::string name;
  /// Queue that takes the requests; not empty.
  std::string request;
  /// Queue that brings the replies, consumed by this node alone; empty when
  /// `reply` says how they come.
  std::string response;
  /// "exclusive" (a queue of this connection's own), "direct" (direct
  /// reply-to), or empty when `response` names a queue.
  std::string reply;
  /// Seconds until a request is given up, in [1, 86400].
  std::int64_t timeout_s = 100;
};

/// Section `[broker]`: the connection to RabbitMQ.
struct broker_config {
  /// AMQP URL; empty = no RabbitMQ.
  std::string url = "${RABBITMQ_URL:-}";
  /// Unacknowledged requests, in [0, 65535]; 0 = free credit + 2.
  std::int64_t prefetch = 0;
  /// "quorum" (survives the loss of a server) or "classic".
  std::string queue_type = "quorum";
  /// Seconds between heartbeats, in [1, 3600].
  std::int64_t heartbeat_s = 10;
  /// Published messages that may await their confirm, in [1, 100000].
  std::int64_t confirm_window = 1000;
  /// Folders that requests may name; empty = inline media only.
  std::vector<std::string> roots;
  /// The services, by name.
  std::vector<broker_service> services{
    {"ai", "${AI_QUEUE_NAME:-recipe_analysis_request}", "", "exclusive", 100},
    {"crawling", "${RABBITMQ_CRAWLING_REQUEST_QUEUE:-crawling_request_queue}",
     "${RABBITMQ_CRAWLING_RESPONSE_QUEUE:-crawling_response_queue}", "", 100},
  };
};

} // namespace troupe
