#pragma once

#include "domain/ports/tag_reader.hpp"

#include <memory>

namespace troupe::io {

/// Reads tags by TagLib: ID3, Vorbis comments, APE, RIFF and MPEG-4. Audio
/// properties are not read. Stateless and thread-safe.
[[nodiscard]] std::unique_ptr<tag_reader> open_taglib_tag_reader();

} // namespace troupe::io
