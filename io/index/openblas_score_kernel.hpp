#pragma once

#include "domain/ports/score_kernel.hpp"

#include <memory>

namespace troupe::io {

/// A kernel that leaves several queries at once to OpenBLAS, on one thread,
/// loaded when it is first needed; one query, and all of them where the library
/// is not installed, are multiplied by `search::dots`.
[[nodiscard]] std::unique_ptr<const score_kernel> open_openblas_score_kernel();

} // namespace troupe::io
