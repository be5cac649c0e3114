#pragma once

#include "domain/amqp/server_address.hpp"
#include "domain/result.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace troupe::io {

/// The client's end of TLS between buffers: it owns no socket and never
/// waits. Version 1.2 or later; the server's certificate must be trusted and
/// name the host.
///
/// Thread affinity: one thread.
class tls_engine {
public:
  virtual ~tls_engine() = default;

  /// Takes what came from the server, and appends what it means.
  /// @returns `errc::permission_denied` (not trusted, with the reason),
  /// `errc::unreachable` when the server ended it, `errc::corrupt`
  virtual result<void> receive(std::string_view wire, std::string& plain) = 0;

  /// Takes what is to be sent, which waits until the handshake is done.
  virtual result<void> send(std::string_view plain) = 0;

  /// Appends what must go to the server.
  virtual void take_wire(std::string& out) = 0;

  /// The handshake is done: the server is who it should be.
  [[nodiscard]] virtual bool established() const noexcept = 0;
};

/// Begins a handshake. @returns `errc::not_found`, `errc::permission_denied`
/// for a certificate file that cannot be used, naming it
[[nodiscard]] result<std::unique_ptr<tls_engine>>
open_openssl_tls_engine(const amqp::server_address& server);

} // namespace troupe::io
