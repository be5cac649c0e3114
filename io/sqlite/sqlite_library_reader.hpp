#pragma once

#include "domain/ports/library_reader.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::io {

/// Opens a library for reading: `file` as for `sqlite_library_options`, and
/// the same recipes, under which an entry counts as done.
///
/// In a folder that cannot be written to, SQLite cannot make its lock files;
/// the file is then read as one that nobody changes. That is only done when it
/// has no log beside it. The risk: if another process with more rights starts
/// to write meanwhile, what is read may be inconsistent, and is then reported
/// as `errc::corrupt`; open again.
/// `errc::not_found`, `errc::permission_denied`, `errc::corrupt`,
/// `errc::unsupported` (another application's file), `errc::newer_version`,
/// `errc::refused` (an older schema: a writing command brings it up to date).
[[nodiscard]] result<std::unique_ptr<library_reader>>
open_sqlite_library_reader(const std::string& file,
                           const std::vector<recipe>& recipes);

} // namespace troupe::io
