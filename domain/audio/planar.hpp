#pragma once

#include "domain/audio/pcm.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace troupe::audio {

/// A run of frames, one contiguous row per channel. Borrowed.
struct planar_block {
  /// First sample of channel 0; full scale = ±1.0, no NaN, no infinity.
  const float* samples = nullptr;
  /// Distance from one channel's row to the next, in samples.
  std::size_t stride = 0;
  std::size_t frames = 0;
  std::size_t channels = 1;

  /// The samples of one channel. @pre `index < channels`
  [[nodiscard]] std::span<const float> channel(std::size_t index) const {
    return {samples + index * stride, frames};
  }
};

/// Splits a block into one row per channel.
/// @param storage receives the samples, and must outlive the result
[[nodiscard]] planar_block to_planar(const pcm_block& block,
                                     std::vector<float>& storage);

} // namespace troupe::audio
