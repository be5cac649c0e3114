#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace troupe::audio {

/// What a container's header says about its audio stream.
struct pcm_format {
  /// Samples per second of one channel, in [1, 768000].
  int sample_rate_hz = 0;
  /// In [1, 64]; order as in the file (WAVE order for surround).
  int channels = 0;
  /// Length that the header claims, in frames; 0 when it does not say. Headers
  /// lie: never allocate by it.
  std::int64_t frames = 0;
  /// Short lower-case codec name: "flac", "mp3", "pcm_s16le", "vorbis", …
  std::string codec;
};

/// A run of interleaved samples, `[frame][channel]`, full scale = ±1.0.
/// Borrowed; valid until the next call on the decoder that lent it.
struct pcm_block {
  std::span<const float> samples;
  int channels = 1;

  /// Samples per channel.
  [[nodiscard]] std::size_t frames() const noexcept {
    return samples.size() / static_cast<std::size_t>(channels);
  }
};

} // namespace troupe::audio
