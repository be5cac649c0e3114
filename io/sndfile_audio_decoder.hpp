#pragma once

#include "domain/ports/audio_decoder.hpp"

#include <memory>

namespace troupe::io {

/// Decodes what libsndfile knows: WAV, AIFF, FLAC, Ogg Vorbis, Opus, MP3, CAF
/// and more. Stateless and thread-safe; each open file is its own decoder.
[[nodiscard]] std::unique_ptr<audio_decoder_source>
open_sndfile_audio_decoder();

} // namespace troupe::io
