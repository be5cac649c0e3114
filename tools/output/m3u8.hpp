#pragma once

#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// One track of a playlist file.
struct m3u8_track {
  /// Absolute, raw bytes.
  std::string path;
  std::optional<double> duration_s;
  /// "Artist - Title".
  std::string name;
};

/// The text of an extended M3U playlist (UTF-8; paths as their raw bytes).
/// @param folder where the playlist will lie, absolute: paths become relative
/// to it, so that both can move together; empty: paths stay absolute
[[nodiscard]] std::string m3u8_text(const std::vector<m3u8_track>& tracks,
                                    const std::string& folder);

} // namespace troupe
