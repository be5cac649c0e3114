#pragma once

#include "domain/ports/weights_source.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::io {

/// Weights from files mapped into memory, so that every process of a machine
/// shares one copy of the bytes.
/// @param folders where built-in sets may lie, looked through in this order;
/// those that do not exist are passed over
[[nodiscard]] std::unique_ptr<const weights_source>
open_mmap_weights_source(std::vector<std::string> folders);

} // namespace troupe::io
