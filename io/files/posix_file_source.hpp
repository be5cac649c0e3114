#pragma once

#include "domain/ports/file_source.hpp"

#include <memory>

namespace troupe::io {

/// Whole files by open(2), read(2) and link(2).
[[nodiscard]] std::unique_ptr<const file_source> open_posix_file_source();

} // namespace troupe::io
