#pragma once

#include "domain/ports/content_hash.hpp"
#include "domain/ports/media_finder.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe::io {

/// What is looked for. Globs are those of fnmatch(3): one with a slash is held
/// against the path below the root, any other against the bare name.
struct media_finder_options {
  /// Files to take; empty takes all. Folders are entered regardless.
  std::vector<std::string> include;
  /// Files and folders to pass over. `.git` is passed over in any case.
  std::vector<std::string> exclude{".*"};
  /// Extensions of text files, lower case, with their dot.
  std::vector<std::string> text_extensions{".txt", ".md"};
  /// Larger media files are refused as `errc::too_large`; 0 = no limit.
  std::int64_t file_bytes_max = 0;
};

/// A finder on the local file system. Paths are raw bytes, at most 4,095 of
/// them (the kernel's limit); what lies deeper is reported as a problem.
/// @param hasher shared; must be thread-safe
/// @returns `errc::invalid_argument` when `hasher` is null.
[[nodiscard]] result<std::unique_ptr<media_finder>>
open_posix_media_finder(media_finder_options options,
                        std::shared_ptr<const content_hasher> hasher);

} // namespace troupe::io
