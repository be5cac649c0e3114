#pragma once

#include "domain/library/music_tags.hpp"
#include "domain/result.hpp"

#include <string>

namespace troupe::io {

/// Puts tags into the file at `path`, in place: for `taglib_tag_writer`, which
/// gives it a copy. Fields that already say so stay untouched, and a file of
/// which no field differs is not written to.
/// @returns how many fields differed; `errc::unsupported` for a format without
/// such tags, `errc::io_failure` when TagLib cannot save
[[nodiscard]] result<int> put_music_fields(const std::string& path,
                                           const music_tags& tags);

} // namespace troupe::io
