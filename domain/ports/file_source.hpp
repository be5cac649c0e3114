#pragma once

#include "domain/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// A file in the making: it appears under its name, whole and synced, only by
/// `finish`; until then nothing has that name, and what was written goes away
/// with the object.
class new_file {
public:
  virtual ~new_file() = default;

  /// Appends. @returns `errc::no_space`, `errc::io_failure`
  virtual result<void> write(std::string_view bytes) = 0;

  /// Makes the file appear. Without `force` it never replaces one that
  /// appeared meanwhile. @returns `errc::refused`, `errc::no_space`, …
  virtual result<void> finish() = 0;
};

/// Where files are read whole and made. Thread-safe.
class file_source {
public:
  virtual ~file_source() = default;

  /// All bytes of a regular file. @returns `errc::not_found`,
  /// `errc::invalid_argument` for a folder or device, `errc::too_large`,
  /// `errc::permission_denied`, `errc::io_failure`
  [[nodiscard]] virtual result<std::vector<std::uint8_t>>
  read(const std::string& path, std::uint64_t bytes_max) const = 0;

  /// Begins a file at `path`. @returns `errc::refused` when it exists and
  /// `force` is false, `errc::not_found` for the folder,
  /// `errc::permission_denied`, `errc::io_failure`
  [[nodiscard]] virtual result<std::unique_ptr<new_file>>
  begin(const std::string& path, bool force) const = 0;
};

} // namespace troupe
