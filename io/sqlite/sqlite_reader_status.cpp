#include "io/sqlite/sqlite_holds.hpp"
#include "io/sqlite/sqlite_reader_queries.hpp"

#include <algorithm>
#include <map>

namespace troupe::io::sqlite {

namespace {

// Three scans, each in the order of its table or index, joined here by content
// id: a nested join would cost two searches per entry, ten times as much.
constexpr command scan_features{
  "scan results",
  "SELECT content, recipe FROM features INDEXED BY features_by_content"};
constexpr command scan_jobs{
  "scan jobs",
  "SELECT kind, state, content, recipe, why, updated_us FROM jobs"};
constexpr command scan_entries{
  "scan entries",
  "SELECT e.content, e.missing_since_us IS NOT NULL, c.kind"
  " FROM entries e INDEXED BY entries_by_content"
  " CROSS JOIN contents c ON c.id = e.content ORDER BY e.content"};
constexpr command last_content{"find the last content",
                               "SELECT max(id) FROM contents"};
constexpr command count_failures{
  "count failures",
  "SELECT kind, why, count(*), max(updated_us), message FROM jobs"
  " WHERE state <> 1 AND state <> 4 AND state IN (5, 7) GROUP BY kind, why"
  " ORDER BY count(*) DESC"};
constexpr command count_audit{
  "count audit rows", "SELECT count(*), sum(action = 'result') FROM audit"};
constexpr command read_epoch{"read the epoch",
                             "SELECT value FROM meta WHERE key = 'epoch'"};
constexpr command read_schema{"read the schema number", "PRAGMA user_version"};
constexpr command count_pages{"count pages", "PRAGMA page_count"};
constexpr command read_page_bytes{"read the page size", "PRAGMA page_size"};

bool is_current(const recipe_rows& recipes, std::int64_t recipe) {
  return recipe != 0
         && std::find(recipes.begin(), recipes.end(), recipe) != recipes.end();
}

/// How each content stands, by its id.
using standings = std::vector<entry_state>;

void mark(standings& states, std::int64_t content, entry_state state) {
  const auto at = static_cast<std::size_t>(content);
  if (at < states.size())
    states[at] = state;
}

/// Counts the jobs by kind and state, and notes which contents they stopped
/// at.
std::vector<queue_depth> read_queues(database& db, const recipe_rows& recipes,
                                     standings& states) {
  std::map<std::int64_t, queue_depth> queues;
  auto rows = db.use(scan_jobs);
  while (rows.row()) {
    auto& queue = queues[rows.integer(0)];
    const auto state = static_cast<job_state>(rows.integer(1));
    const auto index = static_cast<std::size_t>(rows.integer(1));
    if (index < queue.counts.size())
      ++queue.counts[index];
    if (state == job_state::ready) {
      const auto since_us = rows.integer(5);
      if (queue.oldest_ready_us == 0 || since_us < queue.oldest_ready_us)
        queue.oldest_ready_us = since_us;
    }
    if (!is_current(recipes, rows.integer(3)))
      continue;
    if (state == job_state::quarantined)
      mark(states, rows.integer(2), entry_state::quarantined);
    else if (state == job_state::failed
             || (state == job_state::cancelled && rows.integer(4) != 0))
      mark(states, rows.integer(2), entry_state::failed);
  }
  std::vector<queue_depth> found;
  for (auto& [kind, queue] : queues) {
    queue.kind = static_cast<job_kind>(kind);
    found.push_back(queue);
  }
  return found;
}

std::vector<kind_coverage> read_coverage(database& db,
                                         const standings& states) {
  std::map<std::int64_t, kind_coverage> kinds;
  auto rows = db.use(scan_entries);
  while (rows.row()) {
    auto& kind = kinds[rows.integer(2)];
    if (rows.integer(1) != 0) {
      ++kind.missing;
      continue;
    }
    ++kind.entries;
    switch (states.at(static_cast<std::size_t>(rows.integer(0)))) {
    case entry_state::done:
      ++kind.done;
      break;
    case entry_state::failed:
      ++kind.failed;
      break;
    case entry_state::quarantined:
      ++kind.quarantined;
      break;
    case entry_state::pending:
    case entry_state::missing:
      ++kind.pending;
      break;
    }
  }
  std::vector<kind_coverage> found;
  for (auto& [kind, coverage] : kinds) {
    coverage.kind = static_cast<media_kind>(kind);
    found.push_back(coverage);
  }
  return found;
}

std::vector<failure_cause> read_failures(database& db) {
  std::vector<failure_cause> found;
  auto rows = db.use(count_failures);
  while (rows.row())
    found.push_back({static_cast<job_kind>(rows.integer(0)),
                     static_cast<error_class>(rows.integer(1)), rows.integer(2),
                     rows.text(4)});
  return found;
}

} // namespace

library_status read_status(database& db, const recipe_rows& recipes) {
  library_status status;
  status.schema = static_cast<int>(db.number(read_schema));
  status.epoch = db.number(read_epoch);
  status.file_bytes = db.number(count_pages) * db.number(read_page_bytes);
  standings states(static_cast<std::size_t>(db.number(last_content)) + 1,
                   entry_state::pending);
  status.queues = read_queues(db, recipes, states);
  {
    auto rows = db.use(scan_features);
    while (rows.row())
      if (is_current(recipes, rows.integer(1)))
        mark(states, rows.integer(0), entry_state::done);
  }
  status.coverage = read_coverage(db, states);
  status.failures = read_failures(db);
  status.held = read_held(db);
  auto audit = db.use(count_audit);
  if (audit.row()) {
    status.audit_rows = audit.integer(0);
    status.results_accepted = audit.integer(1);
  }
  return status;
}

} // namespace troupe::io::sqlite
