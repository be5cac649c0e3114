#pragma once

#include "domain/ports/file_source.hpp"

#include <memory>
#include <string>

namespace troupe {

/// Begins a file at `path`, see `file_source::begin`.
[[nodiscard]] result<std::unique_ptr<new_file>> begin_file(std::string path,
                                                           bool force);

} // namespace troupe
