#pragma once

#include "domain/image/picture.hpp"
#include "domain/network/tensor_view.hpp"
#include "domain/result.hpp"
#include "domain/upscale/upscale_order.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace troupe::upscale {

/// The way from a picture to the size that was ordered.
struct scale_plan {
  image::image_size from;
  /// What the network enlarges by; 1: no network is needed.
  std::size_t network_factor = 1;
  /// What the network gives.
  image::image_size enlarged;
  /// What is written.
  image::image_size to;

  /// Whether Lanczos has to follow.
  [[nodiscard]] bool resamples() const noexcept {
    return !(enlarged == to);
  }
};

/// The size of the result, rounded to nearest, no side below one pixel.
/// @pre no side of `from` is 0
/// @returns `errc::too_large` for more than `pixels_max` pixels, or a factor
/// outside of [factor_min, factor_max]
[[nodiscard]] result<image::image_size> ordered_size(const upscale_order& order,
                                                     image::image_size from,
                                                     std::uint64_t pixels_max);

/// The factor, out of those that a model has, whose ratio to the ordered one is
/// nearest to 1 (of two alike the larger); 1 where nothing is enlarged.
/// @pre `factors` is not empty
[[nodiscard]] std::size_t
nearest_factor(image::image_size from, image::image_size to,
               std::span<const std::size_t> factors) noexcept;

[[nodiscard]] scale_plan plan_scale(image::image_size from,
                                    image::image_size to,
                                    std::size_t network_factor) noexcept;

/// How a picture is cut: bands of whole rows from top to bottom, each cut into
/// tiles. A band is what is kept before it is written.
struct tile_grid {
  image::image_size from;
  std::uint32_t band_rows = 0;
  std::uint32_t tile_columns = 0;

  [[nodiscard]] std::size_t bands() const noexcept;
  [[nodiscard]] std::size_t tiles_of_band() const noexcept;

  [[nodiscard]] std::size_t tiles() const noexcept {
    return bands() * tiles_of_band();
  }

  /// Tile `index` counts through the first band, then the second, ….
  /// @pre `index < tiles()`
  [[nodiscard]] network::tile at(std::size_t index) const noexcept;
};

/// Bands as high as two of them fit into `bytes`, but at most 512 rows.
/// @param enlarged_row_bytes of the network's output
/// @pre no argument is 0
/// @returns `errc::too_large` when not even single rows fit, naming the setting
[[nodiscard]] result<tile_grid> cut_tiles(const scale_plan& plan,
                                          std::size_t enlarged_row_bytes,
                                          std::size_t bytes);

} // namespace troupe::upscale
