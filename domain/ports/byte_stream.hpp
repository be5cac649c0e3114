#pragma once

#include "domain/result.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace troupe {

/// One connection, as bytes in order. No call waits.
///
/// Thread affinity: one thread.
class byte_stream {
public:
  virtual ~byte_stream() = default;

  /// To be waited on for reading, and for writing while `wants_write`.
  [[nodiscard]] virtual int descriptor() const noexcept = 0;
  [[nodiscard]] virtual bool wants_write() const noexcept = 0;

  /// Sends what waits, then appends what has come: at most 64 KiB, possibly
  /// nothing.
  /// @returns `errc::unreachable` when the other end is gone, after the last
  /// byte; the errors of a handshake
  virtual result<void> receive(std::string& into) = 0;

  /// Sends what waits.
  virtual result<void> flush() = 0;

  /// Takes bytes to send, and sends what the connection takes now.
  virtual result<void> send(std::string_view bytes) = 0;

  /// Bytes that wait.
  [[nodiscard]] virtual std::size_t unsent() const noexcept = 0;
};

} // namespace troupe
