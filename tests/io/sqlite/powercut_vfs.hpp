#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace troupe::fakes {

struct vfs_event;

/// What a disk would hold after the power went, for files written through a
/// VFS of ours.
///
/// The files themselves are written as always; beside them this keeps what was
/// synced last and what was written since. A cut keeps the former and, at
/// random, single 512-byte sectors of the latter: in any order, torn anywhere,
/// as a disk with a write cache may leave them. A truncation that was not
/// synced may have happened or not. A file that was never synced may be
/// missing.
class powercut_disk {
public:
  /// Registers itself as the VFS `name`; must outlive its use.
  explicit powercut_disk(const std::string& name);

  /// Contents of the files by name, as a cut at this moment leaves them.
  [[nodiscard]] std::map<std::string, std::string>
  cut(std::mt19937_64& random) const;

  /// Writes, syncs and truncations so far.
  [[nodiscard]] std::int64_t events() const noexcept {
    return events_;
  }

  [[nodiscard]] std::int64_t syncs() const noexcept {
    return syncs_;
  }

  /// Called before each write, sync or truncation, with their count.
  std::function<void(std::int64_t)> before_event;

private:
  struct change {
    /// Bytes at `offset`, or a truncation to `offset` bytes.
    bool truncation = false;
    std::int64_t offset = 0;
    std::string data;
  };

  struct disk_file {
    bool ever_synced = false;
    std::string synced;
    std::vector<change> since;
  };

  int on_event(const vfs_event& event);
  static void apply(std::string& bytes, const change& what);

  std::map<std::string, disk_file> files_;
  std::int64_t events_ = 0;
  std::int64_t syncs_ = 0;
};

} // namespace troupe::fakes
