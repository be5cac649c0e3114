#pragma once

#include "domain/ports/fourier.hpp"
#include "domain/ports/square_fourier.hpp"

#include <memory>

namespace troupe::io {

/// Transforms by FFTW in single precision, planned without timing (so equal
/// in every run on one machine type) and kept for the life of the source.
[[nodiscard]] std::shared_ptr<const fourier_source> open_fftw_fourier();

/// The same for squares of numbers. Thread-safe.
[[nodiscard]] std::shared_ptr<const square_fourier_source>
open_fftw_square_fourier();

} // namespace troupe::io
