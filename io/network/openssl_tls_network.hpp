#pragma once

#include "domain/ports/tls_stream.hpp"
#include "domain/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace troupe::io {

/// A host and a port, as people write them: "HOST:PORT", "[::1]:PORT".
struct host_port {
  std::string host;
  std::uint16_t port = 0;
};

/// @returns `errc::invalid_argument` naming the text
[[nodiscard]] result<host_port> parse_host_port(const std::string& text);

/// Listens on one address. The file is validated before; it is read again, at
/// the next connection, whenever it has changed.
/// @param certificate PEM: key, certificate, authority
/// @param now_s seconds UTC
/// @returns the errors of `open_tls_peer`; `errc::unreachable` when the
/// address cannot be listened on, naming it
[[nodiscard]] result<std::unique_ptr<tls_listener>>
open_openssl_tls_listener(const host_port& at, const std::string& certificate,
                          std::function<std::int64_t()> now_s);

/// Reaches a node: name lookup, connection and handshake within `longest`
/// altogether, whatever the other end does. Waits, on the calling thread.
/// @returns the errors of `open_tls_peer`; `errc::unreachable` when nobody is
/// there or answers; `errc::not_authorised` when one end refuses the other's
/// certificate, saying which and why; `errc::corrupt` when the other end does
/// not speak TLS 1.3
[[nodiscard]] result<std::unique_ptr<tls_stream>>
connect_openssl_tls(const host_port& to, const std::string& certificate,
                    std::int64_t now_s, std::chrono::milliseconds longest);

} // namespace troupe::io
