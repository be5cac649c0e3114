#pragma once

#include <cstdint>
#include <string>

namespace troupe::fakes {

/// What a counting VFS has passed on to the operating system.
struct vfs_counters {
  /// xSync calls: each is one fdatasync.
  std::int64_t syncs = 0;
  /// xWrite calls, and the bytes of those to log files.
  std::int64_t writes = 0;
  std::int64_t bytes_written = 0;
  std::int64_t log_bytes_written = 0;
  std::int64_t reads = 0;
};

/// Registers a VFS over the default one that counts; give its name as
/// `sqlite_library_options::vfs`. Registering a name again does nothing.
/// Files may be used by any thread.
void register_counting_vfs(const std::string& name);

/// The counts of that VFS so far. @pre it is registered
[[nodiscard]] vfs_counters counted_by_vfs(const std::string& name);

} // namespace troupe::fakes
