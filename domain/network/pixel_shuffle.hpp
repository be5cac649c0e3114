#pragma once

#include <cstddef>
#include <span>

namespace troupe::network {

/// Spreads one row of the last layer over the rows of the larger picture:
/// out[j * width * factor + x * factor + i]
///   = deep[x * lanes + j * factor + i] + low[x].
///
/// `low` is the input row the outputs belong to; adding it to all of them is
/// the network's skip, so it starts from repeated pixels. Allocates nothing.
/// @pre `deep.size() >= width * lanes`, `lanes >= factor * factor`,
/// `out.size() >= width * factor * factor`
/// @see Shi et al., "Real-Time Single Image and Video Super-Resolution Using
/// an Efficient Sub-Pixel Convolutional Neural Network", 2016, section 3.2
void pixel_shuffle(std::span<const float> deep, std::span<const float> low,
                   std::size_t width, std::size_t lanes, std::size_t factor,
                   std::span<float> out) noexcept;

} // namespace troupe::network
