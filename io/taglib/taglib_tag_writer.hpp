#pragma once

#include "domain/ports/tag_writer.hpp"

#include <memory>

namespace troupe::io {

/// Writes tags by TagLib: Vorbis comments (FLAC, Ogg Vorbis, Opus, FLAC in
/// Ogg), ID3v2 (MP3, WAV) and MPEG-4 items. Stateless and thread-safe.
[[nodiscard]] std::unique_ptr<tag_writer> open_taglib_tag_writer();

} // namespace troupe::io
