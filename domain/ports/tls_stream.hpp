#pragma once

#include "domain/ports/byte_stream.hpp"
#include "domain/ports/certificate_authority.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace troupe {

/// A connection under mutual TLS 1.3: both ends show a certificate of one
/// authority. `receive` drives the handshake; until it is done nothing comes.
///
/// A handshake that fails is `errc::not_authorised` when it is a certificate's
/// fault, on either end, else `errc::corrupt`; the detail says which fault.
class tls_stream : public byte_stream {
public:
  [[nodiscard]] virtual bool established() const noexcept = 0;

  /// Whose certificate the other end showed. @pre `established()`
  /// @returns `errc::not_authorised` when it names no role
  [[nodiscard]] virtual result<certificate_facts> peer() const = 0;

  /// The other end's host, as a number: "192.0.2.7".
  [[nodiscard]] virtual const std::string& address() const noexcept = 0;
};

/// Takes connections on a port. No call waits.
///
/// Thread affinity: one thread.
class tls_listener {
public:
  virtual ~tls_listener() = default;

  /// Readable when somebody waits.
  [[nodiscard]] virtual int descriptor() const noexcept = 0;

  /// The port that it listens on.
  [[nodiscard]] virtual std::uint16_t port() const noexcept = 0;

  /// Takes a connection; null when nobody waits. The certificate is read
  /// again when its file has changed.
  /// @returns `errc::overloaded` when the process has no descriptor left
  virtual result<std::unique_ptr<tls_stream>> accept() = 0;

  /// Why a replaced certificate is not in use, once; nothing when all is well.
  [[nodiscard]] virtual std::optional<error> take_trouble() = 0;
};

} // namespace troupe
