#include "domain/network/convolution.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

// Only what stands below may use AVX-512: everything above is shared with
// objects that must run on any processor.
#pragma GCC push_options
#pragma GCC target("avx512f,fma,avx2")

namespace troupe::network {

namespace {

/// `Pixels` output pixels of `Blocks` wide blocks side by side. The channel
/// count is a template argument wherever it is common, because each of the
/// accumulators then reads its input at a constant distance.
template <std::size_t Pixels, std::size_t Blocks, std::size_t Inputs>
[[gnu::always_inline]] inline void group(const convolution_layer& layer,
                                         const input_rows& rows, std::size_t x,
                                         std::size_t first_block, float* out) {
  const auto inputs = Inputs == 0 ? layer.inputs : Inputs;
  const auto stride = Inputs == 0 ? layer.input_stride : Inputs;
  const auto lanes = layer.lanes;
  const auto block_floats = 9 * inputs * wide_block;
  const float* weight = layer.weights + first_block * block_floats;
  __m512 sum[Pixels][Blocks];
  for (std::size_t b = 0; b < Blocks; ++b) {
    const auto bias =
      _mm512_loadu_ps(layer.bias + (first_block + b) * wide_block);
    for (std::size_t p = 0; p < Pixels; ++p)
      sum[p][b] = bias;
  }
  for (std::size_t tap = 0; tap < 9; ++tap) {
    const float* in = rows[tap / 3] + (x + tap % 3) * stride;
    for (std::size_t i = 0; i < inputs; ++i, weight += wide_block) {
      __m512 w[Blocks];
      for (std::size_t b = 0; b < Blocks; ++b)
        w[b] = _mm512_load_ps(weight + b * block_floats);
      for (std::size_t p = 0; p < Pixels; ++p) {
        const auto value = _mm512_set1_ps(in[p * stride + i]);
        for (std::size_t b = 0; b < Blocks; ++b)
          sum[p][b] = _mm512_fmadd_ps(value, w[b], sum[p][b]);
      }
    }
  }
  for (std::size_t b = 0; b < Blocks; ++b) {
    const auto lane = (first_block + b) * wide_block;
    const auto slope = _mm512_loadu_ps(layer.slope + lane);
    for (std::size_t p = 0; p < Pixels; ++p) {
      const auto negative =
        _mm512_cmp_ps_mask(sum[p][b], _mm512_setzero_ps(), _CMP_LT_OQ);
      _mm512_storeu_ps(
        out + (x + p) * lanes + lane,
        _mm512_mask_mul_ps(sum[p][b], negative, sum[p][b], slope));
    }
  }
}

/// One row of `Blocks` blocks. The last group overlaps the one before it: it
/// computes some pixels twice, with equal results, instead of one by one.
template <std::size_t Pixels, std::size_t Blocks, std::size_t Inputs>
void row_of(const convolution_layer& layer, const input_rows& rows, float* out,
            std::size_t width, std::size_t first_block) {
  if (width < Pixels) {
    for (std::size_t x = 0; x < width; ++x)
      group<1, Blocks, Inputs>(layer, rows, x, first_block, out);
    return;
  }
  for (std::size_t x = 0; x < width; x += Pixels)
    group<Pixels, Blocks, Inputs>(
      layer, rows, x + Pixels <= width ? x : width - Pixels, first_block, out);
}

/// All blocks of a row: three at a time, then two, then one.
template <std::size_t Inputs>
void all_blocks(const convolution_layer& layer, const input_rows& rows,
                float* out, std::size_t width) {
  const auto blocks = layer.lanes / wide_block;
  std::size_t b = 0;
  for (; blocks - b == 3 || blocks - b > 4; b += 3)
    row_of<8, 3, Inputs>(layer, rows, out, width, b);
  for (; blocks - b >= 2; b += 2)
    row_of<12, 2, Inputs>(layer, rows, out, width, b);
  if (b < blocks)
    row_of<14, 1, Inputs>(layer, rows, out, width, b);
}

} // namespace

void convolve_row_avx512(const convolution_layer& layer, const input_rows& rows,
                         float* out, std::size_t width) {
  if (layer.block == narrow_block)
    return convolve_row_avx2(layer, rows, out, width);
  if (layer.inputs != layer.input_stride)
    return all_blocks<0>(layer, rows, out, width);
  switch (layer.inputs) {
  case 1:
    return all_blocks<1>(layer, rows, out, width);
  case 16:
    return all_blocks<16>(layer, rows, out, width);
  case 32:
    return all_blocks<32>(layer, rows, out, width);
  case 48:
    return all_blocks<48>(layer, rows, out, width);
  case 64:
    return all_blocks<64>(layer, rows, out, width);
  default:
    return all_blocks<0>(layer, rows, out, width);
  }
}

} // namespace troupe::network

#pragma GCC pop_options

#endif
