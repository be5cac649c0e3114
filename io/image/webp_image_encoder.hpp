#pragma once

#include "domain/ports/image_encoder.hpp"

#include <memory>

namespace troupe::io {

/// Writes WebP by libwebp, lossy or lossless, with EXIF and ICC. The format
/// needs the whole picture: rows are kept until `finish`. At most 16,383
/// pixels a side. Thread-safe.
[[nodiscard]] std::unique_ptr<image_encoder> open_webp_image_encoder();

} // namespace troupe::io
