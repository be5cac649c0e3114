#pragma once

#include "actors/broker/broker_line.hpp"
#include "actors/broker/broker_ports.hpp"
#include "config/node_config.hpp"
#include "domain/ports/log_sink.hpp"
#include "domain/ports/wall_clock.hpp"
#include "domain/result.hpp"

#include <memory>
#include <string>

namespace troupe {

/// RabbitMQ as configured; without `broker.url` the ports are empty.
/// @param inbox folder for media that come along; made when first needed
/// @returns `errc::bad_configuration` for the URL, `errc::not_found` for a
/// folder of `broker.roots`
[[nodiscard]] result<broker_ports> make_broker_ports(const node_config& config,
                                                     std::string inbox);

/// A BROKER of a command's own, with what it borrows.
struct command_broker {
  std::shared_ptr<const wall_clock> clock;
  std::unique_ptr<log_sink> log;
  std::unique_ptr<broker_line> line;
};

/// Begins to connect, and logs nothing: its status says it all.
/// @returns `errc::bad_configuration` without `broker.url` too
[[nodiscard]] result<command_broker>
open_command_broker(const node_config& config);

/// A question without a body to a configured service by its name,
/// or any queue by direct reply-to.
[[nodiscard]] rpc_question question_for(const node_config& config,
                                        const std::string& service_or_queue);

/// The queue that such a question goes to.
[[nodiscard]] std::string request_queue_of(const node_config& config,
                                           const std::string& service_or_queue);

} // namespace troupe
