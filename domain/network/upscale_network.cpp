#include "domain/network/upscale_network.hpp"

#include "domain/network/pixel_rows.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace troupe::network {

namespace {

constexpr std::size_t columns_step = 16;
constexpr std::size_t columns_most = 256;

std::size_t bytes_of(const network_weights& weights,
                     std::size_t columns) noexcept {
  const auto factor = weights.graph().factor;
  return row_pipeline::bytes_for(weights, columns)
         + 2 * lanczos_rows::bytes_for(factor, columns)
         + sizeof(float)
             * ((columns + 2 * weights.graph().halo())
                  * (weights.graph().planes + 1)
                + columns);
}

/// The widest strip whose memory fits; the narrowest if none does. Wide
/// strips compute fewer columns twice.
std::size_t columns_for(const network_weights& weights) noexcept {
  auto columns = columns_most;
  while (columns > columns_step
         && bytes_of(weights, columns) > scratch_bytes_max)
    columns -= columns_step;
  return columns;
}

/// The alpha that a whole strip has, counting what its pixels look at; -1 if
/// it has several.
float single_alpha(const pixel_view& picture, const tile& columns,
                   std::span<float> row) {
  constexpr std::int64_t reach = 2;
  const auto x = static_cast<std::int64_t>(columns.x) - reach;
  const auto y = static_cast<std::int64_t>(columns.y);
  const auto segment = row.first(columns.width + 2 * reach);
  auto alpha = -1.0F;
  for (auto at = y - reach;
       at < y + static_cast<std::int64_t>(columns.height) + reach; ++at) {
    read_mirrored(picture, plane::alpha, {x, at}, segment);
    if (alpha < 0)
      alpha = segment.front();
    if (std::any_of(segment.begin(), segment.end(),
                    [alpha](float value) { return value != alpha; }))
      return -1;
  }
  return alpha;
}

} // namespace

upscale_scratch::upscale_scratch(std::shared_ptr<const network_weights> weights,
                                 instruction_set set)
  : weights_{std::move(weights)}, factor_{weights_->graph().factor},
    columns_max_{columns_for(*weights_)}, pipeline_{weights_, columns_max_,
                                                    set},
    red_{factor_, columns_max_}, blue_{factor_, columns_max_},
    row_((columns_max_ + 2 * weights_->graph().halo())
         * weights_->graph().planes),
    plane_row_(columns_max_ + 2 * weights_->graph().halo()),
    flat_(columns_max_) {}

std::size_t
upscale_scratch::bytes_for(const network_weights& weights) noexcept {
  return bytes_of(weights, columns_for(weights));
}

std::size_t upscale_scratch::bytes() const noexcept {
  return bytes_for(*weights_);
}

void upscale_scratch::upscale(const pixel_view& picture, const tile& part,
                              const upscale_settings& settings,
                              const pixel_target& out) {
  assert(part.width >= 1 && part.height >= 1);
  assert(part.x + part.width <= picture.width);
  assert(part.y + part.height <= picture.height);
  assert(out.width == part.width * factor_);
  assert(out.height == part.height * factor_);
  assert(out.channels == picture.channels);
  assert(out.sample_bits == picture.sample_bits);
  for (std::size_t x = 0; x < part.width; x += columns_max_) {
    const tile columns{part.x + x, part.y,
                       std::min(columns_max_, part.width - x), part.height};
    run_colour(picture, columns, settings, out, x * factor_);
    if (picture.has_alpha())
      run_alpha(picture, columns, out, x * factor_);
  }
}

// -- one strip ----------------------------------------------------------------

bool upscale_scratch::push_row(const pixel_view& picture, plane which,
                               const tile& columns, std::size_t step) {
  static constexpr std::array colours{plane::red, plane::green, plane::blue};
  const auto halo = weights_->graph().halo();
  const auto planes = weights_->graph().planes;
  const auto reach = static_cast<std::int64_t>(halo);
  const row_segment from{static_cast<std::int64_t>(columns.x) - reach,
                         static_cast<std::int64_t>(columns.y + step) - reach};
  const auto read = weights_->graph().border == border_kind::zero
                      ? read_with_zeros
                      : read_mirrored;
  const std::span row{row_.data(), (columns.width + 2 * halo) * planes};
  if (planes == 1) {
    read(picture, which, from, row);
    return pipeline_.push(row);
  }
  const std::span one{plane_row_.data(), columns.width + 2 * halo};
  for (std::size_t p = 0; p < planes; ++p) {
    read(picture, which == plane::alpha ? which : colours[p], from, one);
    for (std::size_t x = 0; x < one.size(); ++x)
      row[x * planes + p] = one[x];
  }
  return pipeline_.push(row);
}

std::span<const float>
upscale_scratch::enlarged_plane(std::size_t which, std::size_t line,
                                std::size_t samples) const {
  return pipeline_.enlarged().subspan((which * factor_ + line) * samples,
                                      samples);
}

void upscale_scratch::write_row(const pixel_view& picture, const tile& columns,
                                const pixel_target& out, std::size_t out_x,
                                std::size_t row) {
  const auto samples = columns.width * factor_;
  const auto rgb = weights_->graph().planes == 3;
  std::span<const float> red;
  std::span<const float> blue;
  if (picture.has_colour() && !rgb) {
    red = red_.next();
    blue = blue_.next();
  }
  for (std::size_t j = 0; j < factor_; ++j) {
    const auto y = row * factor_ + j;
    if (rgb)
      write_rgb(out, out_x, y, enlarged_plane(0, j, samples),
                enlarged_plane(1, j, samples), enlarged_plane(2, j, samples));
    else
      write_colour(out, out_x, y, enlarged_plane(0, j, samples),
                   red.empty() ? red : red.subspan(j * samples, samples),
                   blue.empty() ? blue : blue.subspan(j * samples, samples));
  }
}

void upscale_scratch::run_colour(const pixel_view& picture, const tile& columns,
                                 const upscale_settings& settings,
                                 const pixel_target& out, std::size_t out_x) {
  const auto halo = weights_->graph().halo();
  pipeline_.begin({static_cast<std::int64_t>(columns.x),
                   static_cast<std::int64_t>(columns.y), columns.width,
                   picture.width, picture.height},
                  settings.denoise);
  if (picture.has_colour() && weights_->graph().planes == 1) {
    red_.begin(picture, plane::red_difference, columns.x, columns.y,
               columns.width);
    blue_.begin(picture, plane::blue_difference, columns.x, columns.y,
                columns.width);
  }
  for (std::size_t step = 0; step < columns.height + 2 * halo; ++step)
    if (push_row(picture, plane::luma, columns, step))
      write_row(picture, columns, out, out_x, step - 2 * halo);
}

void upscale_scratch::write_flat_alpha(float alpha, const tile& columns,
                                       const pixel_target& out,
                                       std::size_t out_x) {
  const std::span row{flat_.data(), columns.width};
  std::fill(row.begin(), row.end(), alpha);
  for (std::size_t y = 0; y < columns.height * factor_; ++y)
    for (std::size_t i = 0; i < factor_; ++i)
      write_alpha(out, out_x + i * columns.width, y, row);
}

void upscale_scratch::run_alpha(const pixel_view& picture, const tile& columns,
                                const pixel_target& out, std::size_t out_x) {
  const auto halo = weights_->graph().halo();
  const auto single = single_alpha(picture, columns, plane_row_);
  if (single >= 0)
    return write_flat_alpha(single, columns, out, out_x);
  pipeline_.begin({static_cast<std::int64_t>(columns.x),
                   static_cast<std::int64_t>(columns.y), columns.width,
                   picture.width, picture.height},
                  0);
  const auto samples = columns.width * factor_;
  for (std::size_t step = 0; step < columns.height + 2 * halo; ++step) {
    if (!push_row(picture, plane::alpha, columns, step))
      continue;
    const auto row = step - 2 * halo;
    const std::span flat{flat_.data(), columns.width};
    read_flat_alpha(picture,
                    {static_cast<std::int64_t>(columns.x),
                     static_cast<std::int64_t>(columns.y + row)},
                    flat);
    // Green, should there be three planes.
    const auto which = weights_->graph().planes / 2;
    for (std::size_t j = 0; j < factor_; ++j) {
      write_alpha(out, out_x, row * factor_ + j,
                  enlarged_plane(which, j, samples));
      for (std::size_t x = 0; x < samples; ++x)
        if (flat[x / factor_] >= 0)
          write_alpha(out, out_x + x, row * factor_ + j,
                      {&flat[x / factor_], 1});
    }
  }
}

} // namespace troupe::network
