#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace troupe::fakes {

/// One call that SQLite makes to a file below a `layered_vfs`.
enum class vfs_call : std::uint8_t {
  open,
  read,
  write,
  sync,
  truncate,
  lock,
  remove,
};

/// What a layer sees of a call.
struct vfs_event {
  vfs_call call = vfs_call::read;
  std::string file;
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
  /// Of `write`: what is written.
  const void* data = nullptr;
};

/// Asked before each call; SQLITE_OK lets it through, any other code is what
/// SQLite sees instead, and the call is not made.
using vfs_layer = std::function<int(const vfs_event&)>;

/// Registers a VFS named `name` over the default one. A second registration of
/// the name replaces the layer. Locks and shared memory go to the default one.
/// @param layer called by whatever thread uses SQLite
void register_layered_vfs(const std::string& name, vfs_layer layer);

} // namespace troupe::fakes
