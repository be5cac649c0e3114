#pragma once

#include "domain/network/upscale_network.hpp"
#include "domain/ports/file_source.hpp"
#include "domain/ports/image_encoder.hpp"
#include "domain/result.hpp"
#include "domain/upscale/light_resampler.hpp"
#include "domain/upscale/scale_plan.hpp"
#include "domain/upscale/source_picture.hpp"
#include "domain/upscale/upscale_order.hpp"
#include "domain/upscale/weights_shelf.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace troupe::upscale {

/// What one tile is made of; shared with whoever computes it.
struct tile_task {
  std::shared_ptr<const source_picture> picture;
  /// Null: pixels are passed on as they are.
  weights_ptr weights;
  float denoise = 0;
  network::tile part;

  [[nodiscard]] std::size_t factor() const noexcept {
    return weights == nullptr ? 1 : weights->graph().factor;
  }
};

/// A tile's pixels, in the format of its picture, rows without gaps.
using tile_pixels = std::vector<std::byte>;

/// Computes tiles for any picture and set; holds the scratch of the last set.
/// Results depend on the task alone. Thread affinity: one thread at a time.
class tile_maker {
public:
  [[nodiscard]] tile_pixels make(const tile_task& task);

  /// Scratch held now, and the shared weights that it is for.
  [[nodiscard]] std::size_t scratch_bytes() const noexcept {
    return scratch_ ? scratch_->bytes() : 0;
  }

  [[nodiscard]] std::size_t weight_bytes() const noexcept {
    return scratch_ ? scratch_->weights().bytes() : 0;
  }

private:
  weights_ptr weights_;
  std::optional<network::upscale_scratch> scratch_;
};

/// Borrowed; must outlive the enlargement.
struct enlargement_ports {
  const image_encoder* encoder = nullptr;
  const file_source* files = nullptr;
};

/// One picture on its way into a file: gives out tiles, takes them back in any
/// order, and writes band after band from top to bottom. Two bands are in
/// memory, and of WebP, which has no rows, the whole result.
///
/// Without `finish`, nothing of it is left. Thread affinity: one thread at a
/// time.
class enlargement {
public:
  /// @param scratch_max bytes that scratch, bands and resampler may take
  /// @returns `errc::too_large` when they would take more, naming the setting;
  /// the encoder's and the file's errors
  [[nodiscard]] static result<std::unique_ptr<enlargement>>
  begin(const enlargement_ports& ports, const upscale_order& order,
        std::shared_ptr<const source_picture> picture, weights_ptr weights,
        const scale_plan& plan, std::size_t scratch_max);

  /// The next tile to compute; nothing while both bands are given out, or all
  /// is.
  [[nodiscard]] std::optional<tile_task> next_tile();

  /// A tile that was given out was not computed after all.
  void give_back(const network::tile& part);

  /// Takes a tile that was given out, and writes what it completes.
  /// @returns the errors of encoder and file
  result<void> take(const network::tile& part, const tile_pixels& pixels);

  /// Makes the file appear. @pre `tiles_left() == 0`
  result<void> finish();

  [[nodiscard]] std::size_t tiles() const noexcept {
    return grid_.tiles();
  }

  [[nodiscard]] std::size_t tiles_left() const noexcept {
    return grid_.tiles() - taken_;
  }

  /// What a person should know about the result: "alpha left out".
  [[nodiscard]] const std::vector<std::string>& notes() const noexcept {
    return notes_;
  }

private:
  /// Rows that wait for all of their tiles.
  struct band {
    std::vector<std::byte> pixels;
    std::size_t tiles_left = 0;
  };

  static constexpr std::size_t bands_kept = 2;

  enlargement(std::shared_ptr<const source_picture> picture,
              weights_ptr weights, const scale_plan& plan, float denoise)
    : picture_{std::move(picture)}, weights_{std::move(weights)}, plan_{plan},
      denoise_{denoise} {}

  result<void> cut(std::size_t scratch_max);
  result<void> open(const enlargement_ports& ports, const upscale_order& order);
  void open_band(std::size_t index);
  result<void> write_band(std::size_t index);
  result<void> write_row(std::span<const std::byte> row);
  [[nodiscard]] std::size_t enlarged_row_bytes() const noexcept;

  std::shared_ptr<const source_picture> picture_;
  weights_ptr weights_;
  scale_plan plan_;
  float denoise_ = 0;
  tile_grid grid_;

  /// The file outlives the writer, whose sink it is.
  std::unique_ptr<new_file> file_;
  std::unique_ptr<image_writer> writer_;
  row_format written_;
  bool flattens_ = false;
  std::vector<std::byte> out_row_;
  std::optional<light_resampler> resampler_;
  result<void> resampled_;

  std::array<band, bands_kept> bands_;
  /// The band to be written next; those up to `+ bands_kept` are open.
  std::size_t band_ = 0;
  std::size_t next_ = 0;
  std::size_t taken_ = 0;
  std::deque<network::tile> returned_;
  std::vector<std::string> notes_;
};

} // namespace troupe::upscale
