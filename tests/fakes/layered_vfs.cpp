#include "tests/fakes/layered_vfs.hpp"

#include <sqlite3.h>

#include <map>
#include <memory>
#include <new>

namespace troupe::fakes {

namespace {

struct layer_state {
  std::string name;
  vfs_layer layer;
  sqlite3_vfs vfs{};
};

/// Our file; the default VFS's own file lies right behind it.
struct layered_file {
  sqlite3_file base;
  layer_state* state;
  std::string* name;
};

layered_file* ours(sqlite3_file* file) {
  return reinterpret_cast<layered_file*>(file);
}

sqlite3_file* real(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(ours(file) + 1);
}

int ask(sqlite3_file* file, vfs_call call, std::int64_t offset = 0,
        std::int64_t bytes = 0, const void* data = nullptr) {
  auto* mine = ours(file);
  return mine->state->layer({call, *mine->name, offset, bytes, data});
}

int close_file(sqlite3_file* file) {
  const int code = real(file)->pMethods->xClose(real(file));
  delete ours(file)->name;
  return code;
}

int read_file(sqlite3_file* file, void* data, int bytes, sqlite3_int64 at) {
  if (const int code = ask(file, vfs_call::read, at, bytes); code != SQLITE_OK)
    return code;
  return real(file)->pMethods->xRead(real(file), data, bytes, at);
}

int write_file(sqlite3_file* file, const void* data, int bytes,
               sqlite3_int64 at) {
  if (const int code = ask(file, vfs_call::write, at, bytes, data);
      code != SQLITE_OK)
    return code;
  return real(file)->pMethods->xWrite(real(file), data, bytes, at);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 bytes) {
  if (const int code = ask(file, vfs_call::truncate, 0, bytes);
      code != SQLITE_OK)
    return code;
  return real(file)->pMethods->xTruncate(real(file), bytes);
}

int sync_file(sqlite3_file* file, int flags) {
  if (const int code = ask(file, vfs_call::sync); code != SQLITE_OK)
    return code;
  return real(file)->pMethods->xSync(real(file), flags);
}

int file_size(sqlite3_file* file, sqlite3_int64* bytes) {
  return real(file)->pMethods->xFileSize(real(file), bytes);
}

int lock_file(sqlite3_file* file, int level) {
  if (const int code = ask(file, vfs_call::lock, level); code != SQLITE_OK)
    return code;
  return real(file)->pMethods->xLock(real(file), level);
}

int unlock_file(sqlite3_file* file, int level) {
  return real(file)->pMethods->xUnlock(real(file), level);
}

int check_lock(sqlite3_file* file, int* held) {
  return real(file)->pMethods->xCheckReservedLock(real(file), held);
}

int control_file(sqlite3_file* file, int verb, void* argument) {
  return real(file)->pMethods->xFileControl(real(file), verb, argument);
}

int sector_bytes(sqlite3_file* file) {
  return real(file)->pMethods->xSectorSize(real(file));
}

int device_traits(sqlite3_file* /*file*/) {
  // No promise at all: whatever can tear is to be expected to.
  return 0;
}

int map_shared(sqlite3_file* file, int page, int bytes, int extend,
               void volatile** data) {
  return real(file)->pMethods->xShmMap(real(file), page, bytes, extend, data);
}

int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

void barrier(sqlite3_file* file) {
  real(file)->pMethods->xShmBarrier(real(file));
}

int unmap_shared(sqlite3_file* file, int remove) {
  return real(file)->pMethods->xShmUnmap(real(file), remove);
}

// Version 2: with shared memory for the log, without mapped reads, which no
// layer would see.
constexpr sqlite3_io_methods methods{2,
                                     &close_file,
                                     &read_file,
                                     &write_file,
                                     &truncate_file,
                                     &sync_file,
                                     &file_size,
                                     &lock_file,
                                     &unlock_file,
                                     &check_lock,
                                     &control_file,
                                     &sector_bytes,
                                     &device_traits,
                                     &map_shared,
                                     &lock_shared,
                                     &barrier,
                                     &unmap_shared,
                                     nullptr,
                                     nullptr};

sqlite3_vfs* default_vfs() {
  static sqlite3_vfs* const found = sqlite3_vfs_find("unix");
  return found;
}

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
              int* flags_out) {
  auto* state = static_cast<layer_state*>(vfs->pAppData);
  auto* mine = ours(file);
  mine->base.pMethods = nullptr;
  const std::string path = name == nullptr ? "" : name;
  if (const int code = state->layer({vfs_call::open, path}); code != SQLITE_OK)
    return code;
  const int code =
    default_vfs()->xOpen(default_vfs(), name, real(file), flags, flags_out);
  if (code != SQLITE_OK)
    return code;
  mine->state = state;
  mine->name = new std::string{path};
  mine->base.pMethods = &methods;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  auto* state = static_cast<layer_state*>(vfs->pAppData);
  if (const int code = state->layer({vfs_call::remove, name});
      code != SQLITE_OK)
    return code;
  return default_vfs()->xDelete(default_vfs(), name, sync_folder);
}

} // namespace

void register_layered_vfs(const std::string& name, vfs_layer layer) {
  // Never freed: SQLite keeps the pointers until the process ends.
  static std::map<std::string, std::unique_ptr<layer_state>> states;
  auto& state = states[name];
  if (state != nullptr) {
    state->layer = std::move(layer);
    return;
  }
  state = std::make_unique<layer_state>();
  state->name = name;
  state->layer = std::move(layer);
  state->vfs = *default_vfs();
  state->vfs.pNext = nullptr;
  state->vfs.zName = state->name.c_str();
  state->vfs.pAppData = state.get();
  state->vfs.szOsFile =
    static_cast<int>(sizeof(layered_file)) + default_vfs()->szOsFile;
  state->vfs.xOpen = &open_file;
  state->vfs.xDelete = &delete_file;
  sqlite3_vfs_register(&state->vfs, 0);
}

} // namespace troupe::fakes
