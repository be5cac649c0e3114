#pragma once

#include "domain/ports/library_lock.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace troupe::io {

/// A locker by open-file-description locks (fcntl(2), F_OFD_SETLK) on the file
/// `<real path of the library>.lock`, whose text is `format_lock_note`.
///
/// The kernel drops such a lock when its holder ends, so a file that `kill -9`
/// left never blocks. They are preferred to flock(2), which cannot be queried
/// without being taken. The lock file is never removed: a process that holds
/// a lock on a removed file and one that locks its successor would both write.
[[nodiscard]] std::unique_ptr<library_locker> open_posix_library_lock();

/// The name of a file system that is shared between machines, where neither
/// locks nor SQLite's shared memory can be trusted; empty for any other.
/// FUSE and 9p pass: they are mostly local, and the lock itself is tried.
/// @param magic `f_type` of statfs(2)
[[nodiscard]] std::string_view
network_file_system(std::uint64_t magic) noexcept;

} // namespace troupe::io
