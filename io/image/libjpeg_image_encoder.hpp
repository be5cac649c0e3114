#pragma once

#include "domain/ports/image_encoder.hpp"

#include <memory>

namespace troupe::io {

/// Writes JPEG by libjpeg-turbo, row by row, with EXIF and ICC; half the
/// chroma under quality 90. At most 65,500 pixels a side. Thread-safe.
[[nodiscard]] std::unique_ptr<image_encoder> open_libjpeg_image_encoder();

} // namespace troupe::io
