#pragma once

#include "domain/image/pixel_source.hpp"

namespace troupe::image {

/// A picture in a recipe's size.
struct prepared_picture {
  image_size size;
  /// [height][width][3]: red, green, blue.
  std::vector<std::uint8_t> rgb;
  source_facts facts;
};

/// Decodes a file and makes of it what the recipe asks, but for the last step:
/// `tensor_of` turns the result into numbers. Memory: a strip of the picture
/// and a few rows of the result, unless it has to be turned upright.
/// @returns the codec's errors
[[nodiscard]] result<prepared_picture>
prepare(const pixel_ports& ports, std::span<const std::uint8_t> bytes,
        const recipe& how, const pixel_rules& rules);

} // namespace troupe::image
