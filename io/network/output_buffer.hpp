#pragma once

#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::io {

/// Bytes on their way to a socket.
///
/// A part that was sent is dropped from the front, but moved only when it has
/// grown large: sending a long buffer piece by piece stays linear.
class output_buffer {
public:
  [[nodiscard]] std::size_t size() const noexcept {
    return bytes_.size() - sent_;
  }

  [[nodiscard]] std::string_view front() const noexcept {
    return std::string_view{bytes_}.substr(sent_);
  }

  std::string& back() noexcept {
    return bytes_;
  }

  void drop(std::size_t count) {
    sent_ += count;
    if (sent_ == bytes_.size()) {
      clear();
    } else if (sent_ > bytes_.size() / 2) {
      bytes_.erase(0, sent_);
      sent_ = 0;
    }
  }

  void clear() {
    sent_ = 0;
    bytes_.clear();
    if (bytes_.capacity() > kept_bytes_max)
      bytes_.shrink_to_fit();
  }

private:
  /// Memory that an empty buffer keeps.
  static constexpr std::size_t kept_bytes_max = 1U << 20U;

  std::string bytes_;
  std::size_t sent_ = 0;
};

/// A system call on a socket that did nothing for now.
inline bool would_wait(int code) {
  return code == EAGAIN || code == EWOULDBLOCK || code == EINTR
         || code == EINPROGRESS;
}

} // namespace troupe::io
