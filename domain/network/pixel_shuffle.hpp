#pragma once

#include <cstddef>
#include <span>

namespace troupe::network {

/// Shape of one row to spread.
struct shuffle_shape {
  std::size_t width = 0;
  /// Floats of one pixel of `deep`, at least `planes * factor * factor`.
  std::size_t lanes = 0;
  std::size_t planes = 1;
  /// 2, 3 or 4.
  std::size_t factor = 2;
};

/// Spreads one row of the last layer over the rows of the larger picture:
/// out[p][j][x * factor + i]
///   = deep[x * lanes + (p * factor + j) * factor + i] + low[x * planes + p].
///
/// `low` is the input row the outputs belong to; adding it to all of them is
/// the network's skip, so it starts from repeated pixels. Empty adds nothing.
/// Allocates nothing. @pre `deep` has `width * lanes` floats, `low` none or
/// `width * planes`, `out` at least `planes * factor * factor * width`
/// @see Shi et al., "Real-Time Single Image and Video Super-Resolution Using
/// an Efficient Sub-Pixel Convolutional Neural Network", 2016, section 3.2
void pixel_shuffle(std::span<const float> deep, std::span<const float> low,
                   const shuffle_shape& shape, std::span<float> out) noexcept;

} // namespace troupe::network
