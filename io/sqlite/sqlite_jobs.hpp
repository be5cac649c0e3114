#pragma once

#include "domain/ports/library_store.hpp"
#include "io/sqlite/sqlite_store_context.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The jobs of the library: claims, ends, epochs. Internal to
/// `troupe_io_sqlite`. Failures are left in the database's sticky failure.
namespace troupe::io::sqlite {

/// Makes the content's job ready if it has none, or one that was abandoned or
/// whose result is gone; replies whether it did. No effect on content that has
/// its result, or is of a medium without recipe.
bool ensure_job(store_context& store, std::int64_t content, media_kind media,
                std::int64_t now_us);

/// Makes a ready job for content that has none under the recipe.
bool queue_new_job(store_context& store, std::int64_t content,
                   const known_recipe& known, std::int64_t now_us);

/// Cancels the content's waiting jobs if no present entry names it any more.
void abandon_jobs(store_context& store, std::int64_t content,
                  std::int64_t now_us);

/// Ends what can no longer be wanted: live jobs of another version of a
/// recipe of this run. And gives content in quarantine another chance when
/// its decoder is another one now.
void refresh_recipes(store_context& store, std::int64_t now_us);

[[nodiscard]] epoch_start start_epoch(store_context& store,
                                      std::int64_t now_us);

void settle_orphans(store_context& store,
                    std::span<const orphan_verdict> verdicts,
                    std::int64_t now_us);

[[nodiscard]] end_verdict apply_end(store_context& store,
                                    const attempt_end& end, std::int64_t epoch,
                                    std::int64_t now_us);

void claim_jobs(store_context& store, const claim_order& order,
                std::int64_t epoch, std::int64_t now_us,
                std::vector<claimed_job>& claimed);

[[nodiscard]] bool suspects_ready(store_context& store);

[[nodiscard]] std::vector<claim_key> running_jobs(store_context& store,
                                                  std::int64_t epoch);

[[nodiscard]] backlog wake_jobs(store_context& store,
                                std::span<const job_kind> kinds,
                                std::int64_t now_us);

// -- bulk verbs (sqlite_job_verbs.cpp, sqlite_job_care.cpp) -------------------

[[nodiscard]] std::int64_t reconcile_jobs(store_context& store, bool dry_run,
                                          std::int64_t now_us);

[[nodiscard]] std::int64_t retry_jobs(store_context& store,
                                      const job_filter& filter, bool dry_run,
                                      const audit_note& note,
                                      std::int64_t now_us);

[[nodiscard]] std::int64_t cancel_jobs(store_context& store,
                                       const job_filter& filter, bool dry_run,
                                       const audit_note& note,
                                       std::int64_t now_us);

[[nodiscard]] live_jobs list_live_jobs(store_context& store,
                                       std::span<const job_kind> kinds,
                                       std::int64_t limit);

[[nodiscard]] quarantine_release release_content(store_context& store,
                                                 std::string_view hash,
                                                 const audit_note& note,
                                                 std::int64_t now_us);

[[nodiscard]] prune_report prune_jobs(store_context& store,
                                      const retention_policy& policy,
                                      bool dry_run, const audit_note& note,
                                      std::int64_t now_us);

/// "3, 7": the rows of this run's recipes, for a statement.
[[nodiscard]] std::string recipe_list(const store_context& store);

} // namespace troupe::io::sqlite
