#include "domain/network/row_pipeline.hpp"

#include "domain/network/pixel_shuffle.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace troupe::network {

namespace {

constexpr std::size_t ring_rows = 3;

/// Rows of input that are still needed when the row above them is enlarged.
std::size_t input_rows_kept(const network_weights& weights) noexcept {
  return weights.graph().halo() + ring_rows;
}

/// Floats of each buffer: input, rings in order, deep, enlarged, bias.
std::vector<std::size_t> buffer_floats(const network_weights& weights,
                                       std::size_t width_max) {
  const auto halo = weights.graph().halo();
  const auto planes = weights.graph().planes;
  std::vector<std::size_t> floats{input_rows_kept(weights) * planes
                                  * (width_max + 2 * halo)};
  for (std::size_t layer = 1; layer < halo; ++layer)
    floats.push_back(ring_rows * (width_max + 2 * (halo - layer))
                     * weights.layers()[layer - 1].lanes);
  const auto factor = weights.graph().factor;
  floats.push_back(width_max * weights.layers().back().lanes);
  floats.push_back(width_max * planes * factor * factor);
  floats.push_back(weights.layers().front().lanes);
  return floats;
}

} // namespace

row_pipeline::row_pipeline(std::shared_ptr<const network_weights> weights,
                           std::size_t width_max, instruction_set set)
  : weights_{std::move(weights)}, convolve_{convolution_for(set)},
    halo_{weights_->graph().halo()}, factor_{weights_->graph().factor},
    planes_{weights_->graph().planes}, width_max_{width_max},
    first_{weights_->layers().front()}, first_bias_{first_.lanes},
    input_{buffer_floats(*weights_, width_max).front()},
    deep_{width_max * weights_->layers().back().lanes}, enlarged_{
                                                          width_max * planes_
                                                          * factor_ * factor_} {
  assert(width_max >= 1);
  const auto floats = buffer_floats(*weights_, width_max);
  for (std::size_t layer = 1; layer < halo_; ++layer)
    rings_.emplace_back(floats[layer]);
  first_.bias = first_bias_.data();
}

void row_pipeline::begin(const strip& where, float denoise) {
  assert(where.width >= 1 && where.width <= width_max_);
  where_ = where;
  pushed_ = 0;
  weights_->first_bias(denoise, {first_bias_.data(), first_.lanes});
}

// -- rows ---------------------------------------------------------------------

// Row r of a layer's input belongs to the picture's row y - halo + layer + r,
// and its first column to x - halo + layer.

float* row_pipeline::ring_row(std::size_t layer, std::int64_t row) noexcept {
  const auto width = where_.width + 2 * (halo_ - layer);
  if (layer == 0)
    return input_.data()
           + static_cast<std::size_t>(row) % input_rows_kept(*weights_) * width
               * planes_;
  return rings_[layer - 1].data()
         + static_cast<std::size_t>(row) % ring_rows * width
             * weights_->layers()[layer - 1].lanes;
}

void row_pipeline::clear_outside(std::size_t layer, std::int64_t row) noexcept {
  const auto lanes = weights_->layers()[layer - 1].lanes;
  const auto shift = static_cast<std::int64_t>(halo_ - layer);
  const auto width =
    static_cast<std::int64_t>(where_.width + 2 * (halo_ - layer));
  const auto out = ring_row(layer, row);
  const auto y = where_.y - shift + row;
  const auto clear = [&](std::int64_t from, std::int64_t to) {
    std::fill(out + static_cast<std::size_t>(from) * lanes,
              out + static_cast<std::size_t>(to) * lanes, 0.0F);
  };
  if (y < 0 || y >= static_cast<std::int64_t>(where_.picture_height))
    return clear(0, width);
  const auto left = where_.x - shift;
  const auto right = static_cast<std::int64_t>(where_.picture_width) - left;
  clear(0, std::clamp<std::int64_t>(-left, 0, width));
  clear(std::clamp<std::int64_t>(right, 0, width), width);
}

void row_pipeline::compute(std::size_t layer, std::int64_t row) {
  const auto& shape = layer == 0 ? first_ : weights_->layers()[layer];
  const input_rows rows{ring_row(layer, row), ring_row(layer, row + 1),
                        ring_row(layer, row + 2)};
  const auto width = where_.width + 2 * (halo_ - layer - 1);
  const auto last = layer + 1 == halo_;
  convolve_(shape, rows, last ? deep_.data() : ring_row(layer + 1, row), width);
  if (!last && weights_->graph().border == border_kind::zero)
    clear_outside(layer + 1, row);
}

bool row_pipeline::push(std::span<const float> row) {
  assert(row.size() == (where_.width + 2 * halo_) * planes_);
  std::copy(row.begin(), row.end(), ring_row(0, pushed_));
  ++pushed_;
  for (std::size_t layer = 0; layer < halo_; ++layer) {
    const auto ready = pushed_ - 2 * static_cast<std::int64_t>(layer + 1);
    if (ready <= 0)
      return false;
    compute(layer, ready - 1);
  }
  const auto centre = pushed_ - 1 - static_cast<std::int64_t>(halo_);
  const auto lanes = weights_->layers().back().lanes;
  std::span<const float> low;
  if (weights_->graph().skip)
    low = {ring_row(0, centre) + halo_ * planes_, where_.width * planes_};
  pixel_shuffle({deep_.data(), where_.width * lanes}, low,
                {where_.width, lanes, planes_, factor_},
                {enlarged_.data(), enlarged_.size()});
  return true;
}

// -- memory -------------------------------------------------------------------

std::size_t row_pipeline::bytes_for(const network_weights& weights,
                                    std::size_t width_max) noexcept {
  std::size_t floats = 0;
  for (const auto buffer : buffer_floats(weights, width_max))
    floats += buffer;
  return floats * sizeof(float);
}

std::size_t row_pipeline::bytes() const noexcept {
  return bytes_for(*weights_, width_max_);
}

} // namespace troupe::network
