#pragma once

#include "domain/network/instruction_set.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace troupe::network {

/// Outputs that lie side by side in packed weights.
inline constexpr std::size_t wide_block = 16;

/// The same for layers of at most eight outputs, so that the last layer at
/// factor 2 (four outputs) does not compute twelve that nobody wants.
inline constexpr std::size_t narrow_block = 8;

/// A 3x3 convolution with bias and PReLU in packed form. Borrows its numbers.
struct convolution_layer {
  /// Input planes, that is, floats that are read of each input pixel.
  std::size_t inputs = 0;
  /// Floats from one input pixel to the next, at least `inputs`.
  std::size_t input_stride = 0;
  /// Output planes rounded up to whole blocks; also the output's stride.
  std::size_t lanes = 0;
  /// `wide_block` or `narrow_block`; a divisor of `lanes`.
  std::size_t block = wide_block;
  /// [lanes / block][tap][inputs][block], 64-byte aligned; taps row by row.
  const float* weights = nullptr;
  /// [lanes], added first.
  const float* bias = nullptr;
  /// [lanes], the factor of negative results; 1 where there is no activation.
  const float* slope = nullptr;
};

/// The three input rows of one output row. Output pixel x reads input pixels
/// x, x + 1 and x + 2 of each.
using input_rows = std::array<const float*, 3>;

/// Computes `width` output pixels, [width][lanes], of one row.
///
/// out = prelu(bias + sum over taps, then over inputs, of input * weight), each
/// step one fused multiply-add. This order is fixed, so every instruction set,
/// and every way to cut a picture into tiles, gives the same bits.
/// Allocates nothing. @pre `width >= 1`; inputs and `out` do not overlap
using convolve_row = void (*)(const convolution_layer& layer,
                              const input_rows& rows, float* out,
                              std::size_t width);

/// The routine for a processor. @pre `set` is available on this one
[[nodiscard]] convolve_row convolution_for(instruction_set set) noexcept;

/// Floats that packed weights take: `lanes / block * 9 * inputs * block`.
[[nodiscard]] std::size_t packed_floats(std::size_t inputs,
                                        std::size_t lanes) noexcept;

/// Outputs rounded up to whole blocks of the right kind.
[[nodiscard]] std::size_t lanes_of(std::size_t outputs) noexcept;

/// The block that `lanes_of(outputs)` is made of.
[[nodiscard]] std::size_t block_of(std::size_t outputs) noexcept;

/// Reorders `plain` [outputs][inputs][3][3] into `packed`, zeros in unused
/// lanes. @pre `packed.size() == packed_floats(inputs, lanes_of(outputs))`
void pack_weights(std::span<const float> plain, std::size_t inputs,
                  std::size_t outputs, std::span<float> packed);

/// The routine in plain C++, the reference for the others.
void convolve_row_scalar(const convolution_layer& layer, const input_rows& rows,
                         float* out, std::size_t width);

/// The same by AVX2 and FMA. @pre the processor has both
void convolve_row_avx2(const convolution_layer& layer, const input_rows& rows,
                       float* out, std::size_t width);

/// The same by AVX-512F. @pre the processor has it
void convolve_row_avx512(const convolution_layer& layer, const input_rows& rows,
                         float* out, std::size_t width);

} // namespace troupe::network
