#pragma once

#include "domain/ports/folder_watch.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::io {

/// Watches `roots` and every folder below them by inotify(7), hidden ones and
/// those behind symbolic links excepted. A file counts once it was closed
/// after writing, moved, linked or removed: one still being written does not.
/// Inotify sees no change that another machine makes on a network share.
/// @returns `errc::not_found` naming the root that is absent,
/// `errc::overloaded` at the system's limit, `errc::permission_denied`,
/// `errc::io_failure`.
[[nodiscard]] result<std::unique_ptr<folder_watch>>
open_inotify_folder_watch(const std::vector<std::string>& roots);

} // namespace troupe::io
