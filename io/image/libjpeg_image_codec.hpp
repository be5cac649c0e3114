#pragma once

#include "domain/ports/image_codec.hpp"

#include <memory>

namespace troupe::io {

/// Reads JPEG by libjpeg-turbo: baseline and progressive, grey, YCbCr, RGB,
/// CMYK and YCCK, EXIF, ICC. Stateless and thread-safe.
[[nodiscard]] std::unique_ptr<image_codec> open_libjpeg_image_codec();

} // namespace troupe::io
