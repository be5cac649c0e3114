#pragma once

#include "domain/image/picture.hpp"

#include <array>

namespace troupe::image {

/// Numbers of a colour layout: 21 of luma, 6 of each chroma.
inline constexpr std::size_t color_layout_numbers = 33;

/// Where which colours are, coarsely: the means of 8 x 8 blocks in YCbCr
/// (JFIF's), their orthonormal cosine transforms, and of those the first
/// coefficients in zigzag order.
///
/// Source: MPEG-7 Visual's Colour Layout Descriptor (Manjunath et al., IEEE
/// CSVT 11, 2001), without its quantisation.
/// @pre both sides are multiples of 8
/// Complexity: O(pixels). No allocation.
[[nodiscard]] std::array<float, color_layout_numbers>
color_layout_of(const picture_view& rgba);

} // namespace troupe::image
