#pragma once

#include "domain/network/lanczos_rows.hpp"
#include "domain/network/network_weights.hpp"
#include "domain/network/row_pipeline.hpp"
#include "domain/network/tensor_view.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace troupe::network {

/// Most memory one UPSCALER works in, whatever the picture.
inline constexpr std::size_t scratch_bytes_max = std::size_t{2} << 20U;

/// How a tile is to be enlarged.
struct upscale_settings {
  /// 0..1: how much noise and JPEG damage the network takes for granted. Has
  /// no effect on weights without level planes.
  float denoise = 0;
};

/// What one UPSCALER owns: its working memory for one set of weights. Weights
/// are shared and immutable, so any number of these run at once without a lock.
///
/// Luma goes through the network, the colour differences through Lanczos-3;
/// networks of three planes take red, green and blue at once. Alpha goes
/// through the network as a grey picture of its own. Call `bleed_colour` on
/// pictures with alpha first, once for the whole picture. Thread affinity: one
/// thread at a time.
class upscale_scratch {
public:
  /// @param set must be available on this processor
  explicit upscale_scratch(std::shared_ptr<const network_weights> weights,
                           instruction_set set = fastest_instruction_set());

  /// Enlarges one tile of `picture` by the weights' factor and writes it to
  /// `out`, whose first pixel belongs to the tile's. Every tile size and
  /// position, instruction set and number of scratches gives the same bits.
  /// O(pixels); allocates nothing.
  /// @pre the tile lies in the picture and is not empty; `out` has its size
  /// times the factor, and channels and depth of the picture
  void upscale(const pixel_view& picture, const tile& part,
               const upscale_settings& settings, const pixel_target& out);

  [[nodiscard]] const network_weights& weights() const noexcept {
    return *weights_;
  }

  /// Memory held, at most `scratch_bytes_max` for every built-in tier.
  [[nodiscard]] std::size_t bytes() const noexcept;

  /// What `bytes()` will be, for admission before anything is allocated.
  [[nodiscard]] static std::size_t
  bytes_for(const network_weights& weights) noexcept;

private:
  void run_colour(const pixel_view& picture, const tile& columns,
                  const upscale_settings& settings, const pixel_target& out,
                  std::size_t out_x);
  void run_alpha(const pixel_view& picture, const tile& columns,
                 const pixel_target& out, std::size_t out_x);
  bool push_row(const pixel_view& picture, plane which, const tile& columns,
                std::size_t step);
  void write_row(const pixel_view& picture, const tile& columns,
                 const pixel_target& out, std::size_t out_x, std::size_t row);
  [[nodiscard]] std::span<const float>
  enlarged_plane(std::size_t which, std::size_t line,
                 std::size_t samples) const;
  void write_flat_alpha(float alpha, const tile& columns,
                        const pixel_target& out, std::size_t out_x);

  std::shared_ptr<const network_weights> weights_;
  std::size_t factor_;
  std::size_t columns_max_;
  row_pipeline pipeline_;
  lanczos_rows red_;
  lanczos_rows blue_;
  /// One input row, planes interleaved, and one plane of it.
  std::vector<float> row_;
  std::vector<float> plane_row_;
  std::vector<float> flat_;
};

} // namespace troupe::network
