#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>

namespace troupe::network {

/// Interleaved pixels of 8 or 16 bits a sample, borrowed from whoever owns
/// them: grey, grey + alpha, RGB or RGBA. Colour is as encoded (not linear,
/// alpha not premultiplied); 16-bit samples are in the machine's byte order.
template <class Byte>
struct pixels {
  Byte* data = nullptr;
  std::size_t width = 0;
  std::size_t height = 0;
  /// Samples of one pixel, 1..4.
  std::size_t channels = 3;
  /// 8 or 16.
  std::size_t sample_bits = 8;
  /// From one row to the next.
  std::size_t row_bytes = 0;

  [[nodiscard]] Byte* row(std::size_t y) const noexcept {
    assert(y < height);
    return data + y * row_bytes;
  }

  /// The largest sample.
  [[nodiscard]] float peak() const noexcept {
    return sample_bits == 8 ? 255.0F : 65535.0F;
  }

  /// Whether the last channel is alpha.
  [[nodiscard]] bool has_alpha() const noexcept {
    return channels == 2 || channels == 4;
  }

  /// Whether pixels have red, green and blue.
  [[nodiscard]] bool has_colour() const noexcept {
    return channels >= 3;
  }
};

/// A picture to read.
using pixel_view = pixels<const std::byte>;

/// A picture to write.
using pixel_target = pixels<std::byte>;

/// A rectangle of input pixels.
struct tile {
  std::size_t x = 0;
  std::size_t y = 0;
  std::size_t width = 0;
  std::size_t height = 0;

  friend bool operator==(const tile&, const tile&) = default;
};

/// Where position `at` lies in 0..size-1 when the picture is mirrored at its
/// edges, edge pixels included, as often as needed. @pre `size >= 1`
[[nodiscard]] constexpr std::size_t mirrored(std::int64_t at,
                                             std::size_t size) noexcept {
  const auto period = 2 * static_cast<std::int64_t>(size);
  auto within = at % period;
  if (within < 0)
    within += period;
  return static_cast<std::size_t>(
    within < static_cast<std::int64_t>(size) ? within : period - 1 - within);
}

} // namespace troupe::network
