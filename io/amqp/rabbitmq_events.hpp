#pragma once

#include "domain/amqp/frames.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <string_view>

namespace troupe::io::rabbitmq {

/// What a method of the server means. @param payload of its frame
/// @returns `errc::corrupt` when its arguments end too soon, or when it is of
/// the connection but on a channel, or the reverse
[[nodiscard]] result<amqp::server_event> event_of(std::uint16_t channel,
                                                  std::string_view payload);

} // namespace troupe::io::rabbitmq
