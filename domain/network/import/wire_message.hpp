#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace troupe::network {

/// One field of a protobuf message. Borrowed from the file.
struct wire_field {
  std::uint64_t number = 0;
  /// Of varint and fixed-size fields.
  std::uint64_t value = 0;
  /// Of fields with a length: a string, an array or another message.
  std::span<const std::byte> bytes;

  [[nodiscard]] std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

/// The next varint; false at the end, or after more than ten bytes.
[[nodiscard]] inline bool take_varint(std::span<const std::byte>& bytes,
                                      std::uint64_t& value) noexcept {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = std::to_integer<std::uint64_t>(bytes.front());
    bytes = bytes.subspan(1);
    value |= (byte & 0x7FU) << shift;
    if (byte < 0x80)
      return true;
  }
  return false;
}

/// All fields of a message in order; false if the bytes are no message.
/// @see https://protobuf.dev/programming-guides/encoding
[[nodiscard]] inline bool read_message(std::span<const std::byte> bytes,
                                       std::vector<wire_field>& fields) {
  while (!bytes.empty()) {
    std::uint64_t tag = 0;
    if (!take_varint(bytes, tag))
      return false;
    wire_field field{tag >> 3U, 0, {}};
    std::uint64_t length = 0;
    switch (tag & 7U) {
    case 0:
      if (!take_varint(bytes, field.value))
        return false;
      break;
    case 1:
      length = 8;
      break;
    case 2:
      if (!take_varint(bytes, length))
        return false;
      break;
    case 5:
      length = 4;
      break;
    default:
      return false;
    }
    if (length > bytes.size())
      return false;
    field.bytes = bytes.first(static_cast<std::size_t>(length));
    bytes = bytes.subspan(static_cast<std::size_t>(length));
    fields.push_back(field);
  }
  return true;
}

} // namespace troupe::network
