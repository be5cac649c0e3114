#pragma once

#include "domain/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// BASP, CAF 0.17.6's protocol between processes, as far as a gate must know
// it. A frame is a header of 32 bytes and `payload_bytes` more; integers are
// big-endian:
//
//   0  u8   operation
//   1  u16  zero
//   3  u8   flags
//   4  u32  payload_bytes
//   8  u64  operation_data: the message id of a `direct_message`
//  16  u64  source_actor
//  24  u64  dest_actor
//
// Source: caf/io/basp/header.hpp and message_type.hpp of that version, and
// what a command and a node of ours were seen to say.

namespace troupe::basp {

inline constexpr std::size_t header_bytes = 32;

/// What a visitor may send at once; `notice` apart, a node's replies too.
inline constexpr std::size_t payload_bytes_max = std::size_t{2} << 20U;

enum class operation : std::uint8_t {
  server_handshake = 0,
  client_handshake = 1,
  direct_message = 2,
  routed_message = 3,
  monitor_message = 4,
  down_message = 5,
  heartbeat = 6,
  /// Not of CAF, which never sees it: the GATE's last words to a visitor, an
  /// `errc` in `operation_data` and a text. Every CAF would close on it.
  notice = 0xFE,
};

struct frame_header {
  /// Any value of `operation`, or none of them.
  std::uint8_t operation = 0;
  std::uint16_t padding = 0;
  std::uint8_t flags = 0;
  std::uint32_t payload_bytes = 0;
  std::uint64_t operation_data = 0;
  std::uint64_t source_actor = 0;
  std::uint64_t dest_actor = 0;

  [[nodiscard]] bool is(basp::operation which) const noexcept {
    return operation == static_cast<std::uint8_t>(which);
  }
};

/// @pre `bytes.size() >= header_bytes`
[[nodiscard]] frame_header parse_header(std::string_view bytes) noexcept;

/// The inverse: 32 bytes.
[[nodiscard]] std::string format_header(const frame_header& header);

/// Says why the connection ends, in a frame that only our own clients read.
[[nodiscard]] std::string format_notice(const error& why);

/// @returns the words of a notice; `errc::corrupt` names a frame that is none
[[nodiscard]] error parse_notice(std::string_view frame);

/// Reads a big-endian integer of `bytes` bytes. @pre they are there
[[nodiscard]] std::uint64_t read_integer(std::string_view from,
                                         std::size_t bytes) noexcept;

/// Cuts a stream into frames. It holds one frame that is not complete yet, and
/// believes no length above the limit.
class frame_splitter {
public:
  /// @param payload_max longest payload, in bytes
  explicit frame_splitter(std::size_t payload_max);

  void add(std::string_view bytes);

  /// The next header once it is there, before its payload is; the same one
  /// until `take` gave its frame.
  [[nodiscard]] std::optional<frame_header> peek() const noexcept;

  /// The next whole frame; nothing while it is not complete. Valid until the
  /// next call. @returns `errc::too_large`, from then on always
  [[nodiscard]] result<std::optional<std::string_view>> take();

  /// No frame has begun.
  [[nodiscard]] bool is_between_frames() const noexcept;

  /// Bytes held.
  [[nodiscard]] std::size_t held() const noexcept;

private:
  std::size_t payload_max_;
  std::string bytes_;
  std::size_t taken_ = 0;
};

} // namespace troupe::basp
