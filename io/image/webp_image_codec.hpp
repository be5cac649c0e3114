#pragma once

#include "domain/ports/image_codec.hpp"

#include <memory>

namespace troupe::io {

/// Reads WebP by libwebp: lossy and lossless, with alpha; of an animation the
/// first frame on its canvas. Stateless and thread-safe.
[[nodiscard]] std::unique_ptr<image_codec> open_webp_image_codec();

} // namespace troupe::io
