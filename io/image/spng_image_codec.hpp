#pragma once

#include "domain/ports/image_codec.hpp"

#include <memory>

namespace troupe::io {

/// Reads PNG by libspng: every colour type and depth, interlaced or not.
/// Without `deep`, 16-bit samples keep their high byte. Thread-safe.
[[nodiscard]] std::unique_ptr<image_codec> open_spng_image_codec();

} // namespace troupe::io
