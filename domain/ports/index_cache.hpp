#pragma once

#include "domain/ports/file_source.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace troupe {

/// A file that is read from its start to its end.
class cached_file {
public:
  virtual ~cached_file() = default;

  /// Bytes it had when it was opened.
  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;

  /// Fills `into`; a file that ends before is `errc::corrupt`.
  /// @returns `errc::io_failure` too
  virtual result<void> read(std::span<std::uint8_t> into) = 0;
};

/// Files that save work and may go at any time: the folder of one library's
/// index. Names are plain file names.
///
/// Thread affinity: one thread. A crash at any line leaves, under each name,
/// the file of before or the new one, whole; what was being made is
/// overwritten by the next.
class index_cache {
public:
  virtual ~index_cache() = default;

  /// @returns `errc::not_found`, `errc::io_failure`
  [[nodiscard]] virtual result<std::unique_ptr<cached_file>>
  open(const std::string& name) = 0;

  /// Begins a file; `finish` syncs it and gives it its name. One at a time.
  /// @returns `errc::no_space`, `errc::permission_denied`, …
  [[nodiscard]] virtual result<std::unique_ptr<new_file>>
  begin(const std::string& name) = 0;

  /// Where the file of this name is, for a library that reads and writes by
  /// itself; the folder exists once a file was begun.
  [[nodiscard]] virtual std::string path(const std::string& name) const = 0;

  /// Drops a file; none of that name is no failure.
  virtual void remove(const std::string& name) noexcept = 0;
};

} // namespace troupe
