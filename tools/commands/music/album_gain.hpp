#pragma once

#include "domain/library/music_tags.hpp"
#include "domain/result.hpp"
#include "tools/assemble.hpp"

#include <span>
#include <string>

namespace troupe {

/// A file that is to be tagged, as far as albums are concerned.
struct album_track {
  /// Real path, raw bytes.
  std::string path;
  /// Its gain gets the album's; null: the track is not tagged with a gain.
  replay_gain* gain = nullptr;
};

/// Gives the tracks of every whole album its gain and peak. Tracks are of one
/// album when they lie in one folder and name the same album; the album is
/// whole when every such file in that folder is given and has a gain. Its
/// sound is decoded once more, for only the loudness of its parts tells the
/// loudness of the whole.
/// @returns how many albums were whole; the errors of decoding
[[nodiscard]] result<int> add_album_gains(const assembly& open,
                                          std::span<const album_track> tracks);

} // namespace troupe
