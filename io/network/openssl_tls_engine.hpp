#pragma once

#include "domain/ports/certificate_authority.hpp"
#include "domain/result.hpp"
#include "io/network/openssl_tls_context.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace troupe::io {

/// An end of TLS between buffers: it owns no socket and never waits.
///
/// Thread affinity: one thread.
class tls_engine {
public:
  virtual ~tls_engine() = default;

  /// Takes what came from the other end, and appends what it means.
  /// @returns when one end does not trust the other's certificate, with the
  /// reason, `errc::not_authorised` in a private context, else
  /// `errc::permission_denied`; `errc::unreachable` when the other end ended
  /// it; `errc::corrupt`
  virtual result<void> receive(std::string_view wire, std::string& plain) = 0;

  /// Takes what is to be sent, which waits until the handshake is done.
  virtual result<void> send(std::string_view plain) = 0;

  /// Tells the other end that nothing more comes.
  virtual void end() = 0;

  /// Appends what must go to the other end.
  virtual void take_wire(std::string& out) = 0;

  /// The handshake is done: the other end is who it should be.
  [[nodiscard]] virtual bool established() const noexcept = 0;

  /// Whose certificate the other end showed. @pre `established()`
  /// @returns `errc::not_authorised` when it names no role
  [[nodiscard]] virtual result<certificate_facts> peer() const = 0;
};

/// Begins a handshake. @param host for people; and, of a public server, for
/// its certificate
[[nodiscard]] result<std::unique_ptr<tls_engine>>
open_openssl_tls_client(std::shared_ptr<const tls_context> context,
                        const std::string& host);

/// Waits for one. @param host of the client, for people
/// @pre the context is private
[[nodiscard]] result<std::unique_ptr<tls_engine>>
open_openssl_tls_server(std::shared_ptr<const tls_context> context,
                        const std::string& host);

} // namespace troupe::io
