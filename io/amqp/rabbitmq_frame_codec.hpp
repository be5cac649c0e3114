#pragma once

#include "domain/amqp/frames.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::io {

/// AMQP 0-9-1 bytes from frames and back. One per connection.
///
/// Thread affinity: one thread. Takes any bytes: what is no AMQP is an error,
/// after which only `reset` is allowed.
class frame_codec {
public:
  virtual ~frame_codec() = default;

  /// Begins a new connection.
  virtual result<void> reset() = 0;

  /// Frames are no longer than this from now on, in both directions.
  virtual void limit_frames(std::uint32_t frame_bytes_max) = 0;

  /// Appends the frames of an order; a message is cut into as many as needed.
  /// @returns `errc::too_large` for what fits no frame
  virtual result<void> encode(std::uint16_t channel,
                              const amqp::client_order& order,
                              std::string& out) = 0;

  /// Takes the next bytes of the connection, cut anywhere, and appends the
  /// frames that they complete. @returns `errc::corrupt`
  virtual result<void> decode(std::string_view bytes,
                              std::vector<amqp::server_frame>& out) = 0;
};

/// The codec of librabbitmq; its sockets are not used.
[[nodiscard]] std::unique_ptr<frame_codec> open_rabbitmq_frame_codec();

} // namespace troupe::io
