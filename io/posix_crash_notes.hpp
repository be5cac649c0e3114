#pragma once

#include "domain/ports/crash_notes.hpp"

#include <memory>
#include <string>

namespace troupe::io {

/// Opens `<library>.crash` and catches SIGSEGV, SIGBUS, SIGABRT, SIGFPE and
/// SIGILL for the whole process until the object ends. One at a time.
/// @param library real path of the library
/// @returns `errc::refused` while another one exists, `errc::not_found`,
/// `errc::permission_denied`, `errc::no_space`, `errc::io_failure`.
[[nodiscard]] result<std::unique_ptr<crash_notes>>
open_posix_crash_notes(const std::string& library);

} // namespace troupe::io
