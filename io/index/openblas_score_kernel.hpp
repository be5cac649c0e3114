#pragma once

#include "domain/ports/score_kernel.hpp"

#include <memory>

namespace troupe::io {

/// A kernel by OpenBLAS, whose own threads it turns off for the whole process:
/// what runs beside is other actors.
[[nodiscard]] std::unique_ptr<const score_kernel> open_openblas_score_kernel();

} // namespace troupe::io
