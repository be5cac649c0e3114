#pragma once

#include "domain/result.hpp"
#include "io/network/output_buffer.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::io {

/// A connected, non-blocking stream socket and what waits to be sent. It owns
/// the descriptor.
///
/// Thread affinity: one thread.
class socket_pump {
public:
  /// @param descriptor becomes non-blocking
  /// @param name of the other end, for errors
  socket_pump(int descriptor, std::string name);
  socket_pump(const socket_pump&) = delete;
  socket_pump& operator=(const socket_pump&) = delete;
  ~socket_pump();

  [[nodiscard]] int descriptor() const noexcept {
    return descriptor_;
  }

  [[nodiscard]] const std::string& name() const noexcept {
    return name_;
  }

  [[nodiscard]] output_buffer& output() noexcept {
    return output_;
  }

  [[nodiscard]] const output_buffer& output() const noexcept {
    return output_;
  }

  /// Sends what the socket takes. @returns `errc::unreachable`
  result<void> send_some();

  /// Appends what has come, at most 64 KiB.
  /// @returns `errc::unreachable` when the other end is gone
  result<void> receive_some(std::string& into);

private:
  int descriptor_;
  std::string name_;
  output_buffer output_;
};

} // namespace troupe::io
