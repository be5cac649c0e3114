#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace TagLib {
class IOStream;
}

namespace troupe::io {

/// A file that TagLib reads and writes, which remembers the first error:
/// TagLib's own stream forgets that a disk was full.
class taglib_checked_stream {
public:
  virtual ~taglib_checked_stream() = default;

  /// What TagLib is given; owned by this object.
  [[nodiscard]] virtual TagLib::IOStream& stream() noexcept = 0;

  /// The errno of the first failure, 0 without one.
  [[nodiscard]] virtual int failure() const noexcept = 0;
};

/// Opens a file for reading and writing; `failure` tells if that failed.
[[nodiscard]] std::unique_ptr<taglib_checked_stream>
open_taglib_checked_stream(const std::string& path);

} // namespace troupe::io
