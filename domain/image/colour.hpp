#pragma once

#include <cstddef>
#include <cstdint>

namespace troupe::image {

/// Turns `count` pixels of ink (cyan, magenta, yellow, black; 255 is full)
/// into opaque RGBA in place, without a profile: R = nK - C nK / 255 with
/// nK = 255 - K, rounded as Pillow rounds it.
void ink_to_rgba(std::uint8_t* pixels, std::size_t count) noexcept;

/// Lays `count` RGBA pixels on white, in place; they are opaque afterwards:
/// (c a + 255 (255 - a) + 127) / 255, rounded down. Opaque pixels do not
/// change.
void lay_on_white(std::uint8_t* pixels, std::size_t count) noexcept;

} // namespace troupe::image
