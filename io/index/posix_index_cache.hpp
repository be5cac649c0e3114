#pragma once

#include "domain/ports/index_cache.hpp"

#include <memory>
#include <string>

namespace troupe::io {

/// A cache in the folder `folder`, which the first file makes.
/// @param may_write false: `begin` is refused and `remove` does nothing, for a
/// process that does not hold the library's lock
[[nodiscard]] std::unique_ptr<index_cache>
open_posix_index_cache(std::string folder, bool may_write);

} // namespace troupe::io
