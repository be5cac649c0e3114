#pragma once

#include "domain/basp/gatehouse.hpp"
#include "domain/ports/byte_stream.hpp"
#include "domain/ports/tls_stream.hpp"
#include "domain/result.hpp"

#include <functional>
#include <memory>
#include <string>

namespace troupe {

/// What a node needs from outside for other hosts.
struct gate_ports {
  /// Null: nobody comes from other hosts.
  std::unique_ptr<tls_listener> listener;
  /// Connects to a Unix socket.
  std::function<result<std::unique_ptr<byte_stream>>(const std::string& path)>
    open_door;
  basp::gate_limits limits;
};

} // namespace troupe
