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
/// which `decode` repeats until `reset`.
class frame_codec {
public:
  virtual ~frame_codec() = default;

  /// Begins a new connection.
  virtual void reset() = 0;

  /// Frames are no longer than this from now on, in both directions.
  /// @param frame_bytes_max 4,096 or more
  virtual void limit_frames(std::uint32_t frame_bytes_max) = 0;

  /// Appends the frames of an order; a message is cut into as many as needed.
  /// @returns `errc::too_large` for what fits no frame
  virtual result<void> encode(std::uint16_t channel,
                              const amqp::client_order& order,
                              std::string& out) = 0;

  /// Takes the next bytes of the connection, cut anywhere, and appends the
  /// frames that they complete. @returns `errc::corrupt`, `errc::too_large`,
  /// `errc::unsupported` (it speaks, but not AMQP 0-9-1)
  virtual result<void> decode(std::string_view bytes,
                              std::vector<amqp::server_frame>& out) = 0;
};

/// Writes with librabbitmq, whose sockets are not used; reads by itself.
[[nodiscard]] std::unique_ptr<frame_codec> open_rabbitmq_frame_codec();

} // namespace troupe::io
