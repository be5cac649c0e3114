#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace troupe::image {

/// How output pixels weigh input pixels. The names and shapes are Pillow's:
/// bicubic has a = -0.5, Lanczos three lobes, and all widen when shrinking.
enum class filter : std::uint8_t { box, bilinear, bicubic, lanczos };

/// "box", "bilinear", "bicubic" or "lanczos".
[[nodiscard]] std::string_view to_string(filter which) noexcept;

/// Along one axis: `in` pixels become `out`, of which `count` from `first` on
/// are wanted.
struct axis {
  std::uint32_t in = 0;
  std::uint32_t out = 0;
  std::uint32_t first = 0;
  std::uint32_t count = 0;

  /// All of the output.
  [[nodiscard]] static constexpr axis whole(std::uint32_t in,
                                            std::uint32_t out) noexcept {
    return {in, out, 0, out};
  }

  /// True when every wanted pixel is the input's pixel of the same place.
  [[nodiscard]] constexpr bool is_identity() const noexcept {
    return in == out;
  }
};

/// The input pixels that one output pixel weighs.
struct tap_range {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  /// Where its weights begin in the bank's arrays; a multiple of `tap_group`.
  std::size_t offset = 0;
};

/// Weights are padded with zeros to whole groups of this many.
inline constexpr std::size_t tap_group = 8;

/// Fraction bits of an integer weight.
inline constexpr int weight_bits = 22;

/// Bits of the low half that kernels split an integer weight into.
inline constexpr int low_bits = 15;

/// The weights of one axis, as Pillow 9 computes them: in double, normalised
/// to a sum of one, then rounded half away from zero to 22 fraction bits.
///
/// Source: Pillow's documented filters; the rounding was read off its results.
class filter_bank {
public:
  /// Complexity: O(count * taps). Allocates.
  /// @pre `a.in > 0`, `a.out > 0`, `a.first + a.count <= a.out`, `a.count > 0`
  filter_bank(const axis& a, filter which);

  /// One range per wanted output pixel.
  [[nodiscard]] const std::vector<tap_range>& ranges() const noexcept {
    return ranges_;
  }

  /// Weights with 22 fraction bits are `(high << 15) + low`, low in
  /// [0, 32768). One group more than the ranges need may be read.
  [[nodiscard]] const std::int16_t* high() const noexcept {
    return high_.data();
  }

  [[nodiscard]] const std::int16_t* low() const noexcept {
    return low_.data();
  }

  /// The normalised weights before rounding, laid out like `high`.
  [[nodiscard]] const double* exact() const noexcept {
    return exact_.data();
  }

  /// The first input pixel that any wanted output needs, and one past the last.
  [[nodiscard]] std::uint32_t needed_begin() const noexcept;
  [[nodiscard]] std::uint32_t needed_end() const noexcept;

private:
  std::vector<tap_range> ranges_;
  std::vector<std::int16_t> high_;
  std::vector<std::int16_t> low_;
  std::vector<double> exact_;
};

} // namespace troupe::image
