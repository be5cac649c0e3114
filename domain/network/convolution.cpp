#include "domain/network/convolution.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace troupe::network {

convolve_row convolution_for(instruction_set set) noexcept {
#if defined(__x86_64__)
  switch (set) {
  case instruction_set::avx512:
    return convolve_row_avx512;
  case instruction_set::avx2:
    return convolve_row_avx2;
  case instruction_set::scalar:
    return convolve_row_scalar;
  }
#endif
  return convolve_row_scalar;
}

// -- packing ------------------------------------------------------------------

std::size_t block_of(std::size_t outputs) noexcept {
  return outputs <= narrow_block ? narrow_block : wide_block;
}

std::size_t lanes_of(std::size_t outputs) noexcept {
  const auto block = block_of(outputs);
  return (outputs + block - 1) / block * block;
}

std::size_t packed_floats(std::size_t inputs, std::size_t lanes) noexcept {
  return 9 * inputs * lanes;
}

void pack_weights(std::span<const float> plain, std::size_t inputs,
                  std::size_t outputs, std::span<float> packed) {
  assert(plain.size() == 9 * inputs * outputs);
  assert(packed.size() == packed_floats(inputs, lanes_of(outputs)));
  const auto block = block_of(outputs);
  std::fill(packed.begin(), packed.end(), 0.0F);
  for (std::size_t output = 0; output < outputs; ++output)
    for (std::size_t input = 0; input < inputs; ++input)
      for (std::size_t tap = 0; tap < 9; ++tap)
        packed[((output / block * 9 + tap) * inputs + input) * block
               + output % block] = plain[(output * inputs + input) * 9 + tap];
}

// -- reference ----------------------------------------------------------------

void convolve_row_scalar(const convolution_layer& layer, const input_rows& rows,
                         float* out, std::size_t width) {
  assert(width >= 1);
  for (std::size_t x = 0; x < width; ++x)
    for (std::size_t lane = 0; lane < layer.lanes; ++lane) {
      auto weight = layer.weights
                    + lane / layer.block * 9 * layer.inputs * layer.block
                    + lane % layer.block;
      auto sum = layer.bias[lane];
      for (std::size_t tap = 0; tap < 9; ++tap) {
        const auto in = rows[tap / 3] + (x + tap % 3) * layer.input_stride;
        for (std::size_t i = 0; i < layer.inputs; ++i, weight += layer.block)
          sum = std::fma(in[i], *weight, sum);
      }
      out[x * layer.lanes + lane] = sum < 0 ? sum * layer.slope[lane] : sum;
    }
}

} // namespace troupe::network
