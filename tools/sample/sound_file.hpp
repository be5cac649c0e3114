#pragma once

#include "domain/result.hpp"
#include "tools/sample/synthesizer.hpp"

#include <string>
#include <string_view>

namespace troupe::sample {

/// The formats that sounds are written in.
enum class sound_format : std::uint8_t { wav, flac, ogg, mp3, opus };

/// The end of a file name of this format, without dot: "ogg".
[[nodiscard]] std::string_view extension(sound_format format) noexcept;

/// What a file says about itself.
struct sound_tags {
  std::string title;
  std::string artist;
  std::string album;
};

/// Encodes a sound with libsndfile: 16 bits a sample in WAV and FLAC, the
/// library's default quality in the others. Same input, same bytes.
/// Errors: `unsupported` (libsndfile refuses the format, the rate or the
/// channels; Opus needs 48000 Hz), `internal` (it stops half-way).
[[nodiscard]] result<std::string>
encode_sound(const sound& what, sound_format format, const sound_tags& tags);

} // namespace troupe::sample
