#pragma once

#include "domain/image/picture.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace troupe::upscale {

/// How rows of pixels lie in memory: 1..4 channels of 8 or 16 bits, the last of
/// 2 or 4 being alpha.
struct row_format {
  std::size_t channels = 3;
  std::size_t sample_bits = 8;

  [[nodiscard]] std::size_t pixel_bytes() const noexcept {
    return channels * sample_bits / 8;
  }

  friend bool operator==(const row_format&, const row_format&) = default;
};

/// Resizes by Lanczos-3 in linear light, rows in, rows out: samples go through
/// the sRGB curve, colour is weighed by alpha, and the window widens when the
/// picture shrinks. Keeps as many rows as the window is high.
///
/// Every output is a sum in fixed order. Thread affinity: one thread at a time.
class light_resampler {
public:
  /// Takes one finished row of `to.width` pixels.
  using row_sink = std::function<void(std::span<const std::byte>)>;

  /// @pre no side is 0
  light_resampler(image::image_size from, image::image_size to,
                  const row_format& format, row_sink sink);

  /// Takes the next row of `from.width` pixels.
  /// @pre fewer than `from.height` were pushed
  void push(std::span<const std::byte> row);

  /// Memory that such an object holds. Pure.
  [[nodiscard]] static std::size_t bytes_for(image::image_size from,
                                             image::image_size to,
                                             const row_format& format);

private:
  /// The input places that one output weighs: from `first` on.
  struct window {
    std::uint32_t first = 0;
    std::vector<float> weights;
  };

  [[nodiscard]] static window window_at(std::uint32_t out, std::uint32_t from,
                                        std::uint32_t to);
  [[nodiscard]] std::span<float> line(std::uint32_t row) noexcept;
  void widen(std::span<float> to) const;
  void give(const window& rows);

  image::image_size from_;
  image::image_size to_;
  row_format format_;
  row_sink sink_;
  std::vector<window> columns_;
  /// Rows that have been resized across, as many as a window needs.
  std::vector<float> ring_;
  std::uint32_t ring_rows_ = 0;
  std::vector<float> light_;
  std::vector<float> sums_;
  std::vector<std::byte> out_;
  std::uint32_t seen_ = 0;
  std::uint32_t given_ = 0;
};

} // namespace troupe::upscale
