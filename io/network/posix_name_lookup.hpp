#pragma once

#include "domain/result.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe::io {

/// An address to connect to.
struct socket_address {
  sockaddr_storage bytes{};
  socklen_t length = 0;
};

/// Asks the system's resolver for a host's addresses, on a thread of its own:
/// the resolver waits, for half a minute when a name server is silent.
///
/// Thread affinity: one thread. Dropping it does not wait; the thread ends by
/// itself.
class name_lookup {
public:
  virtual ~name_lookup() = default;

  /// Becomes readable when `addresses` has an answer.
  [[nodiscard]] virtual int descriptor() const noexcept = 0;

  [[nodiscard]] virtual bool done() const noexcept = 0;

  /// The addresses, best first. @pre `done()`
  /// @returns `errc::unreachable` naming the host
  [[nodiscard]] virtual result<std::vector<socket_address>> addresses() = 0;
};

/// Begins to look up. An address instead of a name is done at once.
/// @returns `errc::io_failure` without a thread or descriptor
[[nodiscard]] result<std::unique_ptr<name_lookup>>
open_posix_name_lookup(const std::string& host, std::uint16_t port);

} // namespace troupe::io
