#pragma once

#include "domain/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace troupe {

/// A file in the making: it appears under its name, whole and synced, only by
/// `finish`; until then it is a temporary file beside it, which goes away with
/// the object.
class new_file {
public:
  virtual ~new_file() = default;

  /// Appends. @returns `errc::no_space`, `errc::io_failure`
  virtual result<void> write(std::string_view bytes) = 0;

  /// Makes the file appear. Without `force` it never replaces one that
  /// appeared meanwhile. @returns `errc::refused`, `errc::no_space`, …
  virtual result<void> finish() = 0;
};

/// Begins a file at `path`. @returns `errc::refused` when it exists and
/// `force` is false, `errc::not_found` for the folder,
/// `errc::permission_denied`, `errc::io_failure`.
[[nodiscard]] result<std::unique_ptr<new_file>> begin_file(std::string path,
                                                           bool force);

} // namespace troupe
