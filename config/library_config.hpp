#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// Section `[library]`: what belongs into the library.
struct library_config {
  /// Globs of files to take; empty = all.
  std::vector<std::string> include;
  /// Globs of files and folders to pass over: hidden ones.
  std::vector<std::string> exclude{".*"};
  /// Extensions of text files, lower case with their dot.
  std::vector<std::string> text{".txt", ".md"};
  /// Largest media file in bytes; 0 = no limit. The default, 16 GiB, is 2.5
  /// times ten hours of stereo WAV at 44.1 kHz: beyond it a file is more
  /// often a disk image by a wrong name than music.
  std::int64_t file_bytes_max = std::int64_t{16} * 1024 * 1024 * 1024;
  /// Largest picture in pixels; 0 = no limit. The default takes the largest
  /// cameras (151 megapixels) and keeps a forged header from claiming more
  /// than 600 MB of RGB.
  std::int64_t pixels_max = 200'000'000;
  /// Longest audio in seconds; 0 = no limit. The default, 24 hours, takes any
  /// recording of a day; a longer one is mostly a damaged header.
  std::int64_t duration_s_max = 86'400;
};

} // namespace troupe
