#pragma once

#include "domain/amqp/frames.hpp"

// librabbitmq's own; its headers stay in the sources.
struct amqp_method_t_;

namespace troupe::io::rabbitmq {

/// What a method of the server means, copied out of the library's memory.
[[nodiscard]] amqp::server_event event_of(const amqp_method_t_& method);

} // namespace troupe::io::rabbitmq
