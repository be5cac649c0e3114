#pragma once

#include "domain/ports/service_host.hpp"

#include <memory>
#include <string>

namespace troupe::io {

/// What systemd tells a service in its environment.
struct service_environment {
  /// NOTIFY_SOCKET: a path, or "@" and an abstract name; empty: no host.
  std::string notify_socket;
  /// WATCHDOG_USEC and WATCHDOG_PID; empty when unset.
  std::string watchdog_us;
  std::string watchdog_pid;
};

/// Reads the three variables.
[[nodiscard]] service_environment read_service_environment();

/// Speaks sd_notify(3)'s protocol: datagrams of `KEY=value` lines to a Unix
/// socket. Without a host, or with one that cannot be reached, an object
/// that does nothing.
[[nodiscard]] std::unique_ptr<service_host>
open_posix_service_host(const service_environment& environment);

} // namespace troupe::io
