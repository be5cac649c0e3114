#pragma once

#include "domain/ports/byte_stream.hpp"
#include "domain/result.hpp"

#include <memory>
#include <string>

namespace troupe::io {

/// Connects to a Unix socket; never waits.
/// @returns `errc::unreachable` naming the path, `errc::too_large` for it
[[nodiscard]] result<std::unique_ptr<byte_stream>>
open_posix_local_stream(const std::string& path);

/// Two ends of a connection within this process: a stream, and a descriptor
/// for somebody else, who closes it.
struct local_pair {
  std::unique_ptr<byte_stream> stream;
  int descriptor = -1;
};

/// @returns `errc::overloaded` without a descriptor
[[nodiscard]] result<local_pair> open_posix_local_pair();

} // namespace troupe::io
