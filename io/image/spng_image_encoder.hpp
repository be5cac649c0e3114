#pragma once

#include "domain/ports/image_encoder.hpp"

#include <memory>

namespace troupe::io {

/// Writes PNG by libspng, row by row: RGB or RGBA of 8 or 16 bits, with EXIF
/// and ICC. Thread-safe.
[[nodiscard]] std::unique_ptr<image_encoder> open_spng_image_encoder();

} // namespace troupe::io
