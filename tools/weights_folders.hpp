#pragma once

#include "domain/ports/weights_source.hpp"

#include <memory>

namespace troupe {

/// The networks that came with this program: TROUPE_WEIGHTS if it is set, else
/// `../share/troupe/weights` beside the program, as installed, or
/// `tools/weights` of the tree that it was built in.
[[nodiscard]] std::unique_ptr<const weights_source> open_built_in_weights();

} // namespace troupe
