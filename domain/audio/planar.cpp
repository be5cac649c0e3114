#include "domain/audio/planar.hpp"

namespace troupe::audio {

planar_block to_planar(const pcm_block& block, std::vector<float>& storage) {
  const auto frames = block.frames();
  const auto channels = static_cast<std::size_t>(block.channels);
  storage.resize(frames * channels);
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t i = 0; i < frames; ++i)
      storage[c * frames + i] = block.samples[i * channels + c];
  return {storage.data(), frames, frames, channels};
}

} // namespace troupe::audio
