#pragma once

#include "domain/image/picture.hpp"

#include <cstdint>

namespace troupe::benches {

/// A picture with a photograph's statistics: 1/f noise in three colours that
/// are mostly alike, shapes that hide each other, and grain. Equal seeds and
/// sizes give equal pictures.
[[nodiscard]] image::picture paint(image::image_size size, std::uint32_t seed);

} // namespace troupe::benches
