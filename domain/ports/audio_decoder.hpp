#pragma once

#include "domain/audio/pcm.hpp"
#include "domain/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace troupe {

/// One open audio file, read block by block.
///
/// Thread affinity: used by one thread at a time, from open to destruction.
class audio_decoder {
public:
  virtual ~audio_decoder() = default;

  /// The header's claims; valid from open on.
  [[nodiscard]] virtual const audio::pcm_format& format() const noexcept = 0;

  /// Decodes the next block of at most 65,536 frames, never more frames in
  /// total than the header claims when it claims a length. An empty block is
  /// the end. NaN and infinite samples arrive as 0 and are counted.
  /// @returns `errc::corrupt` for a damaged stream (`partial()` tells how much
  /// came before), `errc::io_failure` when the file cannot be read.
  virtual result<audio::pcm_block> next() = 0;

  /// NaN or infinite samples replaced by 0 so far.
  [[nodiscard]] virtual std::int64_t invalid_samples() const noexcept = 0;
};

/// Opens audio files. Thread-safe: any thread may call `open` at any time.
class audio_decoder_source {
public:
  virtual ~audio_decoder_source() = default;

  /// Opens `path` (raw bytes, any encoding) for decoding.
  /// @returns `errc::not_found`, `errc::permission_denied`,
  /// `errc::unsupported` (no audio stream we can decode; the detail says what
  /// the file seems to be), `errc::corrupt`, `errc::too_large`.
  [[nodiscard]] virtual result<std::unique_ptr<audio_decoder>>
  open(const std::string& path) const = 0;

  /// Name and version of the decoding library, e.g. "libsndfile-1.2.0". A
  /// content quarantined under one version is tried again under the next.
  [[nodiscard]] virtual std::string_view version() const noexcept = 0;
};

} // namespace troupe
