#pragma once

#include "domain/image/picture.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace troupe::image {

/// The orientation an EXIF block states, in [1, 8]; 1 for none, for a value
/// outside, and for a block that is damaged. Never reads outside of `exif`.
/// @param exif from its byte order mark ("II" or "MM") on
/// Source: TIFF 6.0 section 2; EXIF 2.3 tag 0x0112
[[nodiscard]] int orientation_of(std::span<const std::uint8_t> exif) noexcept;

/// The block with this orientation where it states one; all other bytes are
/// kept, maker notes too.
/// @pre `orientation` in [1, 8]
[[nodiscard]] std::vector<std::uint8_t>
with_orientation(std::vector<std::uint8_t> exif, int orientation);

/// True when the upright picture is as wide as the stored one is high.
[[nodiscard]] constexpr bool swaps_sides(int orientation) noexcept {
  return orientation >= 5;
}

/// The size of the upright picture.
[[nodiscard]] constexpr image_size upright(image_size stored,
                                           int orientation) noexcept {
  return swaps_sides(orientation) ? image_size{stored.height, stored.width}
                                  : stored;
}

/// The upright picture. Complexity: O(pixels). Allocates.
/// @pre `orientation` in [1, 8]
[[nodiscard]] picture upright(const picture_view& stored, int orientation);

} // namespace troupe::image
