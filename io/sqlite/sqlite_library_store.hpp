#pragma once

#include "domain/ports/library_store.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe::io {

struct sqlite_library_options {
  /// Raw bytes of the path. ":memory:NAME" is a library inside this process:
  /// a store and readers that give the same name share it, and it is gone
  /// with the last of them.
  std::string file;
  /// Make the file when it is absent; its folder must exist.
  bool create = true;
  /// What is to be made of which media: at most one recipe per medium.
  std::vector<recipe> recipes;
  /// Head start of one level of priority over time in the queue.
  std::int64_t aging_us = 60'000'000;
  /// 64 fresh random bits at each call; empty: the system's random device.
  std::function<std::uint64_t()> random;
  /// Name of a registered SQLite VFS; empty: the default one.
  std::string vfs;
};

/// Opens the library for writing, makes or migrates its schema, and checks
/// small files (up to 64 MiB) for damage. The caller holds the writers' lock.
/// `errc::not_found` (absent, or no such folder), `errc::permission_denied`,
/// `errc::corrupt` (damaged, or no database), `errc::unsupported` (another
/// application's), `errc::newer_version`, `errc::invalid_argument` (two
/// recipes of one medium), `errc::no_space`, `errc::io_failure`.
[[nodiscard]] result<std::unique_ptr<library_store>>
open_sqlite_library_store(const sqlite_library_options& options);

/// VM steps that the store's cached statements have run since it was opened:
/// a machine-independent measure of work, for tests and benches.
/// @pre `store` came from `open_sqlite_library_store`
[[nodiscard]] std::int64_t sqlite_vm_steps(const library_store& store);

} // namespace troupe::io
