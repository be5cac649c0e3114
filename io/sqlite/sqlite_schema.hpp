#pragma once

#include "io/sqlite/sqlite_database.hpp"

#include <span>

namespace troupe::io::sqlite {

/// "trpe": marks a file as a troupe library (SQLite's `application_id`).
inline constexpr std::int64_t library_application_id = 0x74727065;

/// One step of the schema; its number is its place in the list, from 1.
struct migration {
  const char* sql;
};

/// All steps of this troupe, oldest first; the schema number of a file is the
/// number of steps that it has seen (`user_version`).
[[nodiscard]] std::span<const migration> library_migrations() noexcept;

/// Checks, without writing, that the file is empty or a library of this or an
/// older schema. Errors as `migrate`.
[[nodiscard]] result<void> expect_library(database& db);

/// Brings the file to the newest schema, each step in one transaction. A file
/// with content is copied to `FILE.schema-N.backup` before. A crash at any
/// point leaves the file at one of the steps.
/// `errc::newer_version` for a file of a newer troupe, `errc::unsupported` for
/// another application's database, `errc::corrupt` for no database at all.
[[nodiscard]] result<void> migrate(database& db,
                                   std::span<const migration> steps);

/// Checks, without writing, that the file is a library of just this schema.
/// Errors as `migrate`, and `errc::refused` for an older one.
[[nodiscard]] result<void> expect_schema(database& db);

/// Copies the whole database of `db` into a new file, and syncs it.
/// `errc::refused` when the file exists.
[[nodiscard]] result<void> copy_into(database& db, const std::string& file);

} // namespace troupe::io::sqlite
