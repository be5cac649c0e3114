#pragma once

#include "domain/amqp/frames.hpp"
#include "domain/result.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe {

/// What moved in one `amqp_transport::pump`.
struct pump_report {
  std::size_t bytes_in = 0;
  std::size_t bytes_out = 0;
};

/// One connection to an AMQP server: socket, encryption, buffers and codec.
/// It knows no state of the protocol.
///
/// Thread affinity: one thread. No call ever waits: not for the network, not
/// for a name server, not for a server that stands still.
class amqp_transport {
public:
  virtual ~amqp_transport() = default;

  /// Begins to connect anew; what was buffered is dropped. How it ends is
  /// told by `pump`, and by `connected`.
  virtual result<void> connect() = 0;

  /// Closes at once; no effect when closed.
  virtual void disconnect() noexcept = 0;

  /// True once bytes may flow, handshake of TLS included.
  [[nodiscard]] virtual bool connected() const noexcept = 0;

  /// To wait on; -1 when there is nothing to wait for.
  [[nodiscard]] virtual int descriptor() const noexcept = 0;

  /// Whether to wait until it can be written as well.
  [[nodiscard]] virtual bool wants_write() const noexcept = 0;

  /// Frames are no longer than this from now on. @param frame_bytes_max
  /// 4,096 or more
  virtual void limit_frames(std::uint32_t frame_bytes_max) = 0;

  /// Encodes into the output buffer, which `pump` sends.
  /// @returns `errc::too_large` for what fits no frame
  virtual result<void> send(std::uint16_t channel,
                            const amqp::client_order& order) = 0;

  /// Bytes encoded and not yet given to the system.
  [[nodiscard]] virtual std::size_t buffered() const noexcept = 0;

  /// Sends and receives what can be without waiting, a megabyte at most each
  /// way, and appends what arrived. A failure means that the connection is
  /// closed: `errc::unreachable` (refused, reset, ended, no such name),
  /// `errc::permission_denied` (TLS: not trusted), `errc::corrupt` (not
  /// AMQP), `errc::unsupported` (not 0-9-1), `errc::too_large`. What arrived
  /// before stays in `received`.
  virtual result<pump_report>
  pump(std::vector<amqp::server_frame>& received) = 0;

  /// Sends what can be without waiting; a failure is told by the next `pump`.
  virtual void flush() = 0;

  /// More has arrived than the last `pump` took: do not wait.
  [[nodiscard]] virtual bool has_more() const noexcept = 0;
};

} // namespace troupe
