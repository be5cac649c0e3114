#pragma once

#include "io/sqlite/sqlite_store_context.hpp"

/// Requests that came from outside. Internal to `troupe_io_sqlite`. Failures
/// are left in the database's sticky failure.
namespace troupe::io::sqlite {

/// See `library_store::note_request`.
[[nodiscard]] request_standing note_request(store_context& store,
                                            const request_note& note,
                                            std::int64_t now_us);

/// See `library_store::answer_request`.
void answer_request(store_context& store, const std::string& id,
                    const std::string& reply, std::int64_t now_us);

/// Forgets requests that were answered before `before_us`.
void prune_requests(store_context& store, std::int64_t before_us);

} // namespace troupe::io::sqlite
