#include "domain/network/convolution.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

// Only what stands below may use AVX2: everything above is shared with objects
// that must run on any processor.
#pragma GCC push_options
#pragma GCC target("avx2,fma")

namespace troupe::network {

namespace {

/// `Pixels` output pixels of one block of 8 * `Halves` lanes. The channel
/// count is a template argument wherever it is common, because each of the
/// accumulators then reads its input at a constant distance.
template <std::size_t Pixels, std::size_t Halves, std::size_t Inputs>
[[gnu::always_inline]] inline void group(const convolution_layer& layer,
                                         const input_rows& rows, std::size_t x,
                                         std::size_t block, float* out) {
  constexpr auto width = 8 * Halves;
  const auto inputs = Inputs == 0 ? layer.inputs : Inputs;
  const auto stride = Inputs == 0 ? layer.input_stride : Inputs;
  const auto lanes = layer.lanes;
  const float* weight = layer.weights + block * 9 * inputs * width;
  __m256 sum[Pixels][Halves];
  for (std::size_t h = 0; h < Halves; ++h) {
    const auto bias = _mm256_loadu_ps(layer.bias + block * width + h * 8);
    for (std::size_t p = 0; p < Pixels; ++p)
      sum[p][h] = bias;
  }
  for (std::size_t tap = 0; tap < 9; ++tap) {
    const float* in = rows[tap / 3] + (x + tap % 3) * stride;
    for (std::size_t i = 0; i < inputs; ++i, weight += width) {
      __m256 w[Halves];
      for (std::size_t h = 0; h < Halves; ++h)
        w[h] = _mm256_load_ps(weight + h * 8);
      for (std::size_t p = 0; p < Pixels; ++p) {
        const auto value = _mm256_broadcast_ss(in + p * stride + i);
        for (std::size_t h = 0; h < Halves; ++h)
          sum[p][h] = _mm256_fmadd_ps(value, w[h], sum[p][h]);
      }
    }
  }
  for (std::size_t h = 0; h < Halves; ++h) {
    const auto lane = block * width + h * 8;
    const auto slope = _mm256_loadu_ps(layer.slope + lane);
    for (std::size_t p = 0; p < Pixels; ++p) {
      const auto negative =
        _mm256_cmp_ps(sum[p][h], _mm256_setzero_ps(), _CMP_LT_OQ);
      const auto scaled = _mm256_mul_ps(sum[p][h], slope);
      _mm256_storeu_ps(out + (x + p) * lanes + lane,
                       _mm256_blendv_ps(sum[p][h], scaled, negative));
    }
  }
}

/// One row of one block. The last group overlaps the one before it: it
/// computes some pixels twice, with equal results, instead of one by one.
template <std::size_t Pixels, std::size_t Halves, std::size_t Inputs>
void row_of(const convolution_layer& layer, const input_rows& rows, float* out,
            std::size_t width, std::size_t block) {
  if (width < Pixels) {
    for (std::size_t x = 0; x < width; ++x)
      group<1, Halves, Inputs>(layer, rows, x, block, out);
    return;
  }
  for (std::size_t x = 0; x < width; x += Pixels)
    group<Pixels, Halves, Inputs>(
      layer, rows, x + Pixels <= width ? x : width - Pixels, block, out);
}

template <std::size_t Inputs>
void all_blocks(const convolution_layer& layer, const input_rows& rows,
                float* out, std::size_t width) {
  if (layer.block == narrow_block)
    return row_of<12, 1, Inputs>(layer, rows, out, width, 0);
  for (std::size_t b = 0; b < layer.lanes / wide_block; ++b)
    row_of<6, 2, Inputs>(layer, rows, out, width, b);
}

} // namespace

void convolve_row_avx2(const convolution_layer& layer, const input_rows& rows,
                       float* out, std::size_t width) {
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
