#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::io {

/// Reads numbers and texts of the wire from the front of bytes, and notes
/// when there are too few. Borrows the bytes.
class wire_reader {
public:
  explicit wire_reader(std::string_view bytes) : left_(bytes) {}

  /// An unsigned number, most significant octet first; 0 past the end.
  /// @param size octets, 1 to 8
  std::uint64_t number(std::size_t size) noexcept {
    std::uint64_t value = 0;
    for (const char each : bytes(size))
      value = value << 8U | static_cast<unsigned char>(each);
    return value;
  }

  /// The next octets; none of them when there are fewer.
  std::string_view bytes(std::size_t size) noexcept {
    if (size > left_.size()) {
      failed_ = true;
      left_ = {};
    }
    const auto taken = left_.substr(0, failed_ ? 0 : size);
    left_.remove_prefix(taken.size());
    return taken;
  }

  /// A text of at most 255 octets, its length in the first one.
  std::string short_text() {
    return std::string{bytes(number(1))};
  }

  /// A text with its length in the first four octets.
  std::string long_text() {
    return std::string{bytes(number(4))};
  }

  /// More was read than there is.
  [[nodiscard]] bool failed() const noexcept {
    return failed_;
  }

  [[nodiscard]] std::string_view left() const noexcept {
    return left_;
  }

private:
  std::string_view left_;
  bool failed_ = false;
};

} // namespace troupe::io
