#include "domain/upscale/scale_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace troupe::upscale {

namespace {

constexpr std::uint32_t band_rows_max = 512;

/// A strip of the network's; see `network::upscale_scratch`.
constexpr std::uint32_t tile_columns = 256;

std::uint32_t scaled(std::uint32_t side, double factor) {
  const auto exact = std::floor(static_cast<double>(side) * factor + 0.5);
  // The largest side that any format takes is checked by its encoder.
  return static_cast<std::uint32_t>(std::clamp(exact, 1.0, 4'294'967'295.0));
}

} // namespace

result<image::image_size> ordered_size(const upscale_order& order,
                                       image::image_size from,
                                       std::uint64_t pixels_max) {
  assert(from.pixels() > 0);
  auto factor = order.factor;
  if (order.width != 0)
    factor = static_cast<double>(order.width) / from.width;
  else if (order.height != 0)
    factor = static_cast<double>(order.height) / from.height;
  if (!(factor >= factor_min && factor <= factor_max))
    return error{errc::too_large,
                 fmt::format("{} x {} pixels would change by a factor of {:g}; "
                             "possible are 1/64 to 64",
                             from.width, from.height, factor)};
  image::image_size to{scaled(from.width, factor), scaled(from.height, factor)};
  if (order.width != 0)
    to.width = order.width;
  else if (order.height != 0)
    to.height = order.height;
  if (to.pixels() > pixels_max)
    return error{errc::too_large,
                 fmt::format("the result would have {} x {} pixels, more than "
                             "{}; take a smaller factor, or raise [library] "
                             "pixels_max",
                             to.width, to.height, pixels_max)};
  return to;
}

std::size_t nearest_factor(image::image_size from, image::image_size to,
                           std::span<const std::size_t> factors) noexcept {
  assert(!factors.empty());
  const auto area =
    static_cast<double>(to.pixels()) / static_cast<double>(from.pixels());
  if (area <= 1)
    return 1;
  const auto wanted = std::log(area) / 2;
  const auto distance = [wanted](std::size_t factor) {
    return std::abs(std::log(static_cast<double>(factor)) - wanted);
  };
  return *std::min_element(factors.begin(), factors.end(),
                           [&](std::size_t a, std::size_t b) {
                             const auto x = distance(a);
                             const auto y = distance(b);
                             return x != y ? x < y : a > b;
                           });
}

scale_plan plan_scale(image::image_size from, image::image_size to,
                      std::size_t network_factor) noexcept {
  const auto factor = static_cast<std::uint32_t>(network_factor);
  return {
    from, network_factor, {from.width * factor, from.height * factor}, to};
}

// -- tiles --------------------------------------------------------------------

std::size_t tile_grid::bands() const noexcept {
  return (from.height + band_rows - 1) / band_rows;
}

std::size_t tile_grid::tiles_of_band() const noexcept {
  return (from.width + tile_columns - 1) / tile_columns;
}

network::tile tile_grid::at(std::size_t index) const noexcept {
  assert(index < tiles());
  const auto y = index / tiles_of_band() * band_rows;
  const auto x = index % tiles_of_band() * tile_columns;
  return {x, y, std::min<std::size_t>(tile_columns, from.width - x),
          std::min<std::size_t>(band_rows, from.height - y)};
}

result<tile_grid> cut_tiles(const scale_plan& plan,
                            std::size_t enlarged_row_bytes, std::size_t bytes) {
  const auto both = 2 * plan.network_factor * enlarged_row_bytes;
  const auto rows = std::min<std::size_t>(bytes / both, band_rows_max);
  if (rows == 0)
    return error{errc::too_large,
                 fmt::format("rows of {} pixels do not fit; raise [upscaler] "
                             "scratch_mib_max",
                             plan.enlarged.width)};
  return tile_grid{plan.from, static_cast<std::uint32_t>(rows), tile_columns};
}

} // namespace troupe::upscale
