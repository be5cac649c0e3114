#pragma once

#include "domain/amqp/server_address.hpp"
#include "domain/ports/amqp_transport.hpp"

#include <memory>

namespace troupe::io {

/// A transport to this server: own sockets and buffers, librabbitmq as codec,
/// OpenSSL for `amqps`. Not connected yet.
[[nodiscard]] std::unique_ptr<amqp_transport>
open_rabbitmq_amqp_transport(const amqp::server_address& server);

} // namespace troupe::io
