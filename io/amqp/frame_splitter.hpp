#pragma once

#include "domain/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::io {

/// Octets around the payload of a frame: type, channel, size; end.
inline constexpr std::size_t frame_overhead = 8;

/// What a frame is, by its first octet (specification, section 4.2.3).
enum class frame_type : std::uint8_t {
  method = 1,
  header = 2,
  body = 3,
  heartbeat = 8,
};

/// One frame as it stood on the wire.
struct wire_frame {
  frame_type type = frame_type::heartbeat;
  std::uint16_t channel = 0;
  /// Borrowed until the next call of the splitter, or of who gave the bytes.
  std::string_view payload;
};

/// Cuts the bytes of a connection into frames, and holds a frame that has not
/// fully arrived; never more than one of them.
///
/// Whatever a frame says about itself is checked before it is believed: type,
/// channel, size, end. After a failure nobody knows where the next frame
/// begins: nothing may be asked any more.
///
/// Thread affinity: one thread.
class frame_splitter {
public:
  /// A frame with its overhead is at most this long before anything else was
  /// agreed; also what we offer to the server, which sends no longer ones.
  static constexpr std::uint32_t frame_bytes_default = 128U * 1024U;

  /// Longer frames are refused from the next one on. @pre at least 8
  void limit_frames(std::uint32_t frame_bytes_max) noexcept {
    frame_bytes_max_ = frame_bytes_max;
  }

  /// Takes the next frame from the front of `bytes`. False: all of them were
  /// taken, and the frame goes on. @returns `errc::corrupt`,
  /// `errc::unsupported` (it speaks, but not AMQP 0-9-1), `errc::too_large`
  result<bool> next(std::string_view& bytes, wire_frame& out);

private:
  [[nodiscard]] result<std::size_t> frame_bytes(std::string_view head) const;
  bool fill(std::size_t wanted, std::string_view& bytes);

  std::uint32_t frame_bytes_max_ = frame_bytes_default;
  /// The beginning of the frame that goes on.
  std::string partial_;
  /// The frame that was joined last.
  std::string joined_;
};

} // namespace troupe::io
