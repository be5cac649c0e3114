#pragma once

#include "domain/ports/library_store.hpp"
#include "io/sqlite/sqlite_store_context.hpp"

#include <span>
#include <string>

/// The entries of the library: intake, sweep, text, forgetting. Internal to
/// `troupe_io_sqlite`. Failures are left in the database's sticky failure.
namespace troupe::io::sqlite {

[[nodiscard]] record_report record_files(store_context& store,
                                         std::span<const found_file> files,
                                         std::int64_t now_us);

[[nodiscard]] sweep_report sweep_entries(store_context& store,
                                         const sweep_request& request,
                                         std::int64_t now_us);

[[nodiscard]] std::string add_text_entry(store_context& store,
                                         const text_entry& entry,
                                         std::int64_t now_us);

[[nodiscard]] ordered_job
order_job(store_context& store, const job_order& wanted, std::int64_t now_us);

void forget_entry(store_context& store, entry_id entry, const audit_note& note,
                  std::int64_t now_us);

/// False when the results could not be kept.
[[nodiscard]] bool retag_entry(store_context& store, entry_id entry,
                               const found_file& now, const audit_note& note,
                               std::int64_t now_us);

} // namespace troupe::io::sqlite
