#pragma once

#include "domain/amqp/session.hpp"
#include "domain/library/found_file.hpp"
#include "domain/ports/amqp_transport.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// What a node needs from outside for RabbitMQ.
struct broker_ports {
  /// A connection, not connected yet. Empty: no RabbitMQ.
  std::function<std::unique_ptr<amqp_transport>()> open_transport;
  /// Its job queues follow from the pools.
  amqp::session_options session;
  /// Unacknowledged jobs per queue; 0: slots of the pool and two.
  std::int64_t prefetch = 0;
  /// The server for people, without a password.
  std::string server;
  /// Of the node, in events.
  std::string node_name;
  /// Real paths of the folders that requests may name.
  std::vector<std::string> roots;
  /// SHA-256.
  std::function<result<content_hash>(std::string_view)> hash;
  /// Keeps media that came along as a file that stays, whose name ends as
  /// `suffix` says; replies its path.
  std::function<result<std::string>(
    const content_hash& hash, std::string_view suffix, std::string_view bytes)>
    keep;
  /// A file's path beside those, for a result that travels.
  std::function<result<std::string>(const content_hash& hash,
                                    std::string_view suffix)>
    place;
  /// The whole file. @returns `errc::too_large`
  std::function<result<std::string>(const std::string& path,
                                    std::size_t bytes_max)>
    read;
};

} // namespace troupe
