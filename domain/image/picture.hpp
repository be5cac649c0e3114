#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::image {

/// Bytes of one pixel wherever pixels are kept: red, green, blue, alpha.
inline constexpr std::size_t pixel_bytes = 4;

/// Width and height in pixels.
struct image_size {
  std::uint32_t width = 0;
  std::uint32_t height = 0;

  /// Their product; cannot overflow.
  [[nodiscard]] constexpr std::uint64_t pixels() const noexcept {
    return std::uint64_t{width} * height;
  }

  friend bool operator==(const image_size&, const image_size&) = default;
};

/// Rows of RGBA bytes, borrowed from whoever owns them.
struct picture_view {
  const std::uint8_t* rgba = nullptr;
  image_size size;
  /// From one row to the next; at least `size.width * pixel_bytes`.
  std::size_t row_bytes = 0;

  [[nodiscard]] const std::uint8_t* row(std::size_t y) const noexcept {
    return rgba + y * row_bytes;
  }
};

/// A whole picture, 8 bits a sample, rows without gaps.
struct picture {
  image_size size;
  std::vector<std::uint8_t> rgba;

  /// Room for `of` pixels, all zero.
  [[nodiscard]] static picture blank(image_size of) {
    return {of, std::vector<std::uint8_t>(of.pixels() * pixel_bytes)};
  }

  [[nodiscard]] picture_view view() const noexcept {
    return {rgba.data(), size, size.width * pixel_bytes};
  }

  [[nodiscard]] std::uint8_t* row(std::size_t y) noexcept {
    return rgba.data() + y * size.width * pixel_bytes;
  }
};

} // namespace troupe::image
