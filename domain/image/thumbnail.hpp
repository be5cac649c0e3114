#pragma once

#include "domain/image/pixel_source.hpp"
#include "domain/ports/image_encoder.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace troupe::image {

/// A picture small enough to be part of a page.
struct thumbnail {
  image_size size;
  /// A JPEG file.
  std::vector<std::uint8_t> jpeg;
};

/// How a thumbnail is made.
struct thumbnail_options {
  /// Neither side is longer; a smaller picture keeps its size.
  std::uint32_t side_max = 320;
  /// In [1, 100].
  int quality = 82;
};

/// The sides of a picture within the limit, in its proportions, none 0.
/// @pre no side of `from` is 0
[[nodiscard]] image_size thumbnail_size(image_size from,
                                        std::uint32_t side_max);

/// Decodes a file, upright and in sRGB, and makes a small JPEG of it. Only a
/// strip of the picture is in memory, unless it has to be turned.
/// @returns the codec's and the encoder's errors
[[nodiscard]] result<thumbnail>
make_thumbnail(const pixel_ports& ports, const image_encoder& encoder,
               std::span<const std::uint8_t> bytes,
               const thumbnail_options& options = {});

} // namespace troupe::image
