#pragma once

#include "domain/audio/pcm.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace troupe {

/// The fingerprint of one recording in the making.
/// Thread affinity: one thread at a time, from begin to destruction.
class audio_fingerprint {
public:
  virtual ~audio_fingerprint() = default;

  /// Takes the next frames; those after the part that counts are ignored.
  /// @pre `block.channels` is that of the format
  virtual result<void> push(const audio::pcm_block& block) = 0;

  /// The words, oldest first, about eight a second; none when the recording is
  /// too short. Call once.
  virtual result<std::vector<std::uint32_t>> finish() = 0;
};

/// Makes fingerprints by which the same recording is known again after it was
/// encoded another way. Thread-safe.
class audio_fingerprint_source {
public:
  virtual ~audio_fingerprint_source() = default;

  /// @returns `errc::unsupported` when the rate is too low for it
  [[nodiscard]] virtual result<std::unique_ptr<audio_fingerprint>>
  begin(const audio::pcm_format& format) const = 0;

  /// Names library, version and algorithm; fingerprints of two methods are
  /// never compared.
  [[nodiscard]] virtual std::string_view method() const noexcept = 0;
};

} // namespace troupe
