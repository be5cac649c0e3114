#include "io/sqlite/sqlite_jobs.hpp"

#include <fmt/format.h>

#include <string>

namespace troupe::io::sqlite {

namespace {

// Content with a present entry that has neither a result nor a job that will
// make one, or that somebody stopped, under the recipe.
constexpr command list_uncovered{
  "list contents without result",
  "SELECT c.id FROM contents c WHERE c.kind = ?1"
  " AND NOT EXISTS(SELECT 1 FROM features f"
  "  WHERE f.content = c.id AND f.recipe = ?2)"
  " AND NOT EXISTS(SELECT 1 FROM jobs j WHERE j.content = c.id"
  "  AND j.recipe = ?2 AND j.state <> 4 AND NOT (j.state = 6 AND j.why = 0))"
  " AND EXISTS(SELECT 1 FROM entries e WHERE e.content = c.id"
  "  AND e.missing_since_us IS NULL)"};
constexpr command find_by_ulid{"find a job",
                               "SELECT state FROM jobs WHERE ulid = ?1"};

/// Conditions of a filter; every "?" stands for the next of `bind_filter`.
std::string conditions_of(const job_filter& filter) {
  std::string text;
  if (!filter.ulid.empty())
    text += " AND ulid = ?";
  if (filter.state)
    text += " AND state = ?";
  if (filter.kind)
    text += " AND kind = ?";
  if (filter.why)
    text += " AND why = ?";
  return text;
}

void bind_filter(query& statement, const job_filter& filter) {
  if (!filter.ulid.empty())
    statement.bind_text(filter.ulid);
  if (filter.state)
    statement.bind(number_of(*filter.state));
  if (filter.kind)
    statement.bind(number_of(*filter.kind));
  if (filter.why)
    statement.bind(number_of(*filter.why));
}

std::int64_t count_matches(store_context& store, const std::string& states,
                           const job_filter& filter) {
  auto counting =
    store.db.once("count jobs", "SELECT count(*) FROM jobs WHERE " + states
                                  + conditions_of(filter));
  bind_filter(counting, filter);
  return counting.row() ? counting.integer(0) : 0;
}

/// Runs `change` on the jobs of the filter and writes how many it changed to
/// the audit. Replies that number.
std::int64_t run_audited(store_context& store, query& change,
                         const job_filter& filter, const audit_note& note,
                         std::int64_t now_us) {
  bind_filter(change, filter);
  change.run();
  const auto affected = store.db.failed() ? 0 : store.db.changes();
  write_audit(store.db, now_us, note, affected);
  return affected;
}

/// Fails with `errc::not_found` when the filter names a job that is not there;
/// replies its state otherwise, nothing when it names none.
std::optional<job_state> named_state(store_context& store,
                                     const job_filter& filter) {
  if (filter.ulid.empty())
    return std::nullopt;
  auto found = store.db.use(find_by_ulid);
  if (found.bind_text(filter.ulid).row())
    return static_cast<job_state>(found.integer(0));
  store.db.fail({errc::not_found, fmt::format("job {}: no such job; see "
                                              "`troupe jobs`",
                                              filter.ulid)});
  return std::nullopt;
}

} // namespace

std::string recipe_list(const store_context& store) {
  std::string text;
  for (const auto& known : store.recipes)
    text += fmt::format("{}{}", text.empty() ? "" : ", ", known.id);
  return text;
}

std::int64_t reconcile_jobs(store_context& store, bool dry_run,
                            std::int64_t now_us) {
  if (!dry_run)
    refresh_recipes(store, now_us);
  std::int64_t queued = 0;
  for (const auto& known : store.recipes) {
    std::vector<std::int64_t> contents;
    {
      auto rows = store.db.use(list_uncovered);
      rows.bind(number_of(known.text.media)).bind(known.id);
      while (rows.row())
        contents.push_back(rows.integer(0));
    }
    if (dry_run) {
      queued += static_cast<std::int64_t>(contents.size());
      continue;
    }
    for (const auto content : contents)
      if (ensure_job(store, content, known.text.media, now_us))
        ++queued;
  }
  return queued;
}

std::int64_t retry_jobs(store_context& store, const job_filter& filter,
                        bool dry_run, const audit_note& note,
                        std::int64_t now_us) {
  const auto named = named_state(store, filter);
  if (filter.state == job_state::quarantined
      || named == job_state::quarantined) {
    store.db.fail({errc::refused,
                   "retry: quarantined jobs are not retried, they crashed or "
                   "hung the process; see `troupe admin quarantine`"});
    return 0;
  }
  if (named && *named != job_state::failed && *named != job_state::cancelled) {
    store.db.fail(
      {errc::refused, fmt::format("retry: job {} is {}; only failed and "
                                  "cancelled jobs are retried",
                                  filter.ulid, to_string(*named))});
    return 0;
  }
  // Not those of another version, nor those whose file is gone.
  const auto states =
    fmt::format("state <> 1 AND state <> 4 AND (state = 5 OR (state = 6 AND"
                " why <> 0)) AND (recipe IS NULL OR recipe IN ({}))",
                recipe_list(store));
  if (dry_run)
    return count_matches(store, states, filter);
  auto change = store.db.once(
    "retry jobs",
    fmt::format("UPDATE jobs SET state = 1, attempts_charged = 0,"
                " not_before_us = 0, why = 0, message = '',"
                " rank = {0} - priority * {1}, updated_us = {0} WHERE {2}",
                now_us, store.aging_us, states)
      + conditions_of(filter));
  return run_audited(store, change, filter, note, now_us);
}

std::int64_t cancel_jobs(store_context& store, const job_filter& filter,
                         bool dry_run, const audit_note& note,
                         std::int64_t now_us) {
  (void)named_state(store, filter);
  const std::string states = "state IN (0, 1, 3)";
  if (dry_run)
    return count_matches(store, states, filter);
  auto change = store.db.once(
    "cancel jobs",
    fmt::format("UPDATE jobs SET state = 6, why = {}, message = 'cancelled',"
                " updated_us = {} WHERE {}",
                number_of(error_class::cancelled), now_us, states)
      + conditions_of(filter));
  return run_audited(store, change, filter, note, now_us);
}

} // namespace troupe::io::sqlite
