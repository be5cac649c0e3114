#pragma once

#include "domain/network/tensor_view.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace troupe::network {

/// One plane that a picture is split into. Luma is that of BT.601, which the
/// networks are trained on: 0.299 R + 0.587 G + 0.114 B, as encoded.
enum class plane : std::uint8_t {
  luma,
  /// R - luma; with `blue_difference` and luma it gives back the colour.
  red_difference,
  /// B - luma.
  blue_difference,
  /// Encoded red, green and blue; all three are the one sample of a grey
  /// picture.
  red,
  green,
  blue,
  alpha,
};

/// A run of pixels in one row; any position, also outside of the picture.
struct row_segment {
  std::int64_t x = 0;
  std::int64_t y = 0;
};

/// Reads `out.size()` pixels of one plane as 0..1 (differences -1..1). Beyond
/// the edges the picture is mirrored. Grey pictures have no differences, opaque
/// ones no alpha. Allocates nothing.
void read_mirrored(const pixel_view& picture, plane which, row_segment from,
                   std::span<float> out) noexcept;

/// The same, but zero beyond the edges.
void read_with_zeros(const pixel_view& picture, plane which, row_segment from,
                     std::span<float> out) noexcept;

/// Where all alpha values within 2 pixels (mirrored) are equal, the place in
/// `out` gets that value as 0..1, else -1: a network reproduces flat areas
/// almost, and opaque must stay opaque.
void read_flat_alpha(const pixel_view& picture, row_segment from,
                     std::span<float> out) noexcept;

/// One finished row of colour: luma and, where the target has colour, both
/// differences; rounded to nearest, limited to the range. Alpha is left alone.
/// @pre `x + luma.size() <= target.width`
void write_colour(const pixel_target& target, std::size_t x, std::size_t y,
                  std::span<const float> luma, std::span<const float> red,
                  std::span<const float> blue) noexcept;

/// The same from encoded red, green and blue; a grey target takes green.
void write_rgb(const pixel_target& target, std::size_t x, std::size_t y,
               std::span<const float> red, std::span<const float> green,
               std::span<const float> blue) noexcept;

/// One finished row of alpha, the colour left alone.
void write_alpha(const pixel_target& target, std::size_t x, std::size_t y,
                 std::span<const float> alpha) noexcept;

} // namespace troupe::network
