#pragma once

#include "domain/ports/media_finder.hpp"
#include "io/posix_media_finder.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::io {

/// Where a walk begins.
struct root_place {
  /// Real path, as realpath(3) gives it.
  std::string path;
  bool is_folder = false;
};

/// Begins a walk under `roots` in their order; a root that another root's walk
/// comes past anyway is dropped. The posix_media_finder is its only caller.
[[nodiscard]] std::unique_ptr<media_walk>
begin_posix_media_walk(media_finder_options options,
                       const std::vector<root_place>& roots);

} // namespace troupe::io
