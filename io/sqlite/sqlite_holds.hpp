#pragma once

#include "domain/jobs/hold_book.hpp"
#include "io/sqlite/sqlite_database.hpp"

/// Pauses, import and saved scales. Internal to `troupe_io_sqlite`. Failures
/// are left in the database's sticky failure.
namespace troupe::io::sqlite {

[[nodiscard]] held_state read_held(database& db);

/// Replaces all that is held.
void write_held(database& db, const held_state& held);

} // namespace troupe::io::sqlite
