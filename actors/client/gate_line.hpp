#pragma once

#include "domain/ports/byte_stream.hpp"

#include <memory>
#include <string>

namespace troupe {

/// A line to a node on another host, past its GATE's handshake, and the
/// connection within this process by which CAF will use it.
struct gate_line {
  /// To the GATE.
  std::unique_ptr<byte_stream> gate;
  /// The near end of the inner connection, and a descriptor of the far one,
  /// which is closed by whoever takes it.
  std::unique_ptr<byte_stream> inside;
  int outside = -1;
  /// Who asks, by our certificate: "cert:anna".
  std::string asker;
  /// The node, for people: "attic:7474".
  std::string node;
};

} // namespace troupe
