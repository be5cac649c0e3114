#pragma once

#include "domain/network/network_weights.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace troupe::network {

/// Where a column strip lies in its picture, in input pixels. A strip may
/// reach over the edges by the halo.
struct strip {
  /// First column and first row whose enlargement is wanted.
  std::int64_t x = 0;
  std::int64_t y = 0;
  /// Columns wanted.
  std::size_t width = 0;
  /// The picture's, for zero borders.
  std::size_t picture_width = 0;
  std::size_t picture_height = 0;
};

/// Runs a network down a column strip, one row in, one row out. Between two
/// layers only three rows are kept, so memory depends on the strip's width
/// and never on the picture's height.
///
/// Thread affinity: one thread at a time; the weights are shared.
class row_pipeline {
public:
  /// Room for strips of up to `width_max` columns. @pre `width_max >= 1`
  row_pipeline(std::shared_ptr<const network_weights> weights,
               std::size_t width_max, instruction_set set);

  /// Starts a strip; what was in flight is forgotten.
  /// @param denoise 0..1, see `network_weights::first_bias`
  /// @pre `where.width` is in 1..width_max
  void begin(const strip& where, float denoise);

  /// Takes the next input row of `width + 2 * halo` pixels, planes interleaved,
  /// the first one being row `y - halo`. @returns false while the pipeline
  /// fills: the first `2 * halo` rows give nothing
  bool push(std::span<const float> row);

  /// The newest enlarged rows, [plane][factor][width * factor]. Valid until the
  /// next `push`. @pre the last `push` answered true
  [[nodiscard]] std::span<const float> enlarged() const noexcept {
    return {enlarged_.data(), where_.width * planes_ * factor_ * factor_};
  }

  /// Memory held by this object.
  [[nodiscard]] std::size_t bytes() const noexcept;

  /// What `bytes()` would be. Pure.
  [[nodiscard]] static std::size_t bytes_for(const network_weights& weights,
                                             std::size_t width_max) noexcept;

private:
  [[nodiscard]] float* ring_row(std::size_t layer, std::int64_t row) noexcept;
  void compute(std::size_t layer, std::int64_t row);
  void clear_outside(std::size_t layer, std::int64_t row) noexcept;

  std::shared_ptr<const network_weights> weights_;
  convolve_row convolve_;
  std::size_t halo_;
  std::size_t factor_;
  std::size_t planes_;
  std::size_t width_max_;
  /// The first layer with this strip's denoise level in its bias.
  convolution_layer first_;
  aligned_floats first_bias_;
  /// Input rows of the first layer, `halo + 3` of them for the skip.
  aligned_floats input_;
  /// Per later layer: three input rows.
  std::vector<aligned_floats> rings_;
  aligned_floats deep_;
  aligned_floats enlarged_;
  strip where_;
  /// Input rows pushed since `begin`.
  std::int64_t pushed_ = 0;
};

} // namespace troupe::network
