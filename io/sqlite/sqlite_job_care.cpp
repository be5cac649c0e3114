#include "io/sqlite/serving/sqlite_requests.hpp"
#include "io/sqlite/sqlite_jobs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace troupe::io::sqlite {

namespace {

constexpr std::size_t hash_digits = 64;
constexpr std::size_t hash_digits_min = 4;
constexpr std::size_t matches_listed_max = 10;

// -- live jobs ----------------------------------------------------------------

constexpr command count_live_ready{
  "count ready jobs",
  "SELECT count(*) FROM jobs WHERE state = 1 AND alone = ?2 AND kind = ?1"};
constexpr command count_live_others{
  "count live jobs", "SELECT count(*) FROM jobs WHERE state <> 1"
                     " AND state <> 4 AND state IN (0, 2, 3) AND kind = ?1"};
constexpr command list_ready{
  "list ready jobs",
  "SELECT ulid, state, (SELECT e.path FROM entries e WHERE"
  "  e.content = jobs.content AND e.missing_since_us IS NULL LIMIT 1)"
  " FROM jobs WHERE state = 1 AND alone = ?2 AND kind = ?1 ORDER BY rank"
  " LIMIT ?3"};
constexpr command list_waiting{
  "list waiting jobs",
  "SELECT ulid, state, (SELECT e.path FROM entries e WHERE"
  "  e.content = jobs.content AND e.missing_since_us IS NULL LIMIT 1)"
  " FROM jobs WHERE state <> 1 AND state <> 4 AND state IN (0, 3)"
  " AND kind = ?1 LIMIT ?2"};

void take_rows(query& rows, job_kind kind, live_jobs& found) {
  while (rows.row())
    found.rows.push_back({rows.text(0), kind,
                          static_cast<job_state>(rows.integer(1)),
                          rows.text(2)});
}

// -- quarantine ---------------------------------------------------------------

constexpr command list_quarantined{
  "list what is quarantined",
  "SELECT c.id, lower(hex(c.sha256)) FROM jobs j"
  " JOIN contents c ON c.id = j.content"
  " WHERE j.state <> 1 AND j.state <> 4 AND j.state = 7"};
constexpr command find_contents{"find contents",
                                "SELECT lower(hex(sha256)) FROM contents"
                                " WHERE sha256 BETWEEN ?1 AND ?2 LIMIT 2"};
constexpr command release_jobs{
  "release a content",
  "UPDATE jobs SET state = 1, rank = ?2 - priority * ?3, attempts_charged = 0,"
  " interruptions = 0, alone = 0, alone_deaths = 0, crashes = 0, decoder = '',"
  " why = 0, message = '', updated_us = ?2"
  " WHERE state <> 1 AND state <> 4 AND state = 7 AND content = ?1"};

bool is_hash_prefix(std::string_view word) {
  return word.size() >= hash_digits_min && word.size() <= hash_digits
         && std::all_of(word.begin(), word.end(), [](char x) {
              return (x >= '0' && x <= '9') || (x >= 'a' && x <= 'f');
            });
}

/// Contents that begin so, at most two, as hexadecimal.
std::vector<std::string> contents_with(store_context& store,
                                       std::string_view prefix) {
  const std::string digits{prefix};
  const auto rest = hash_digits - digits.size();
  const auto first = bytes_of_hex(digits + std::string(rest, '0'));
  const auto last = bytes_of_hex(digits + std::string(rest, 'f'));
  std::vector<std::string> found;
  auto rows = store.db.use(find_contents);
  rows.bind_blob(first).bind_blob(last);
  while (rows.row())
    found.push_back(rows.text(0));
  return found;
}

void refuse_several(store_context& store, std::string_view prefix,
                    const std::map<std::string, std::int64_t>& matches) {
  std::string listed;
  std::size_t count = 0;
  for (const auto& [hash, content] : matches)
    if (++count <= matches_listed_max)
      listed += "\n  " + hash;
  store.db.fail({errc::invalid_argument,
                 fmt::format("content {}: several hashes begin so; give more "
                             "of it:{}",
                             prefix, listed)});
}

/// The hash of a content that is in no quarantine; fails when none fits.
std::string name_free_content(store_context& store, std::string_view prefix) {
  const auto known = contents_with(store, prefix);
  if (known.size() == 1)
    return known.front();
  if (known.empty())
    store.db.fail(
      {errc::not_found, fmt::format("content {}: the library knows none; see "
                                    "`troupe admin quarantine list`",
                                    prefix)});
  else
    store.db.fail({errc::invalid_argument,
                   fmt::format("content {}: several hashes begin so, none of "
                               "them is quarantined",
                               prefix)});
  return {};
}

// -- pruning ------------------------------------------------------------------

/// Conditions on a job that may go.
std::string conditions_of(const store_context& store,
                          const retention_policy& policy, std::int64_t now_us) {
  const auto recipes = recipe_list(store);
  return fmt::format(
    "((state = 4 AND updated_us < {0}) OR (state IN (5, 6) AND updated_us < {1}"
    " AND (recipe IS NULL OR recipe NOT IN ({2})"
    "  OR NOT EXISTS(SELECT 1 FROM entries e WHERE e.content = jobs.content"
    "   AND e.missing_since_us IS NULL))))",
    now_us - policy.done_us, now_us - policy.failed_us, recipes);
}

std::int64_t count_of(store_context& store, const std::string& statement) {
  auto counted = store.db.once("count what is old", statement);
  return counted.row() ? counted.integer(0) : 0;
}

} // namespace

live_jobs list_live_jobs(store_context& store, std::span<const job_kind> kinds,
                         std::int64_t limit) {
  live_jobs found;
  for (const auto kind : kinds) {
    for (const int alone : {0, 1}) {
      auto count = store.db.use(count_live_ready);
      if (count.bind(number_of(kind)).bind(alone).row())
        found.total += count.integer(0);
      auto rows = store.db.use(list_ready);
      rows.bind(number_of(kind)).bind(alone).bind(limit);
      take_rows(rows, kind, found);
    }
    auto count = store.db.use(count_live_others);
    if (count.bind(number_of(kind)).row())
      found.total += count.integer(0);
    auto rows = store.db.use(list_waiting);
    rows.bind(number_of(kind)).bind(limit);
    take_rows(rows, kind, found);
  }
  if (found.rows.size() > static_cast<std::size_t>(limit))
    found.rows.resize(static_cast<std::size_t>(limit));
  return found;
}

quarantine_release release_content(store_context& store, std::string_view hash,
                                   const audit_note& note,
                                   std::int64_t now_us) {
  if (!is_hash_prefix(hash)) {
    store.db.fail({errc::invalid_argument,
                   fmt::format("content {}: not 4 to 64 digits of a SHA-256 in "
                               "lower case",
                               hash)});
    return {};
  }
  std::map<std::string, std::int64_t> matches;
  {
    auto rows = store.db.use(list_quarantined);
    while (rows.row())
      if (auto name = rows.text(1); name.starts_with(hash))
        matches.emplace(std::move(name), rows.integer(0));
  }
  if (matches.size() > 1) {
    refuse_several(store, hash, matches);
    return {};
  }
  quarantine_release done;
  auto name =
    matches.empty() ? name_free_content(store, hash) : matches.begin()->first;
  if (store.db.failed())
    return {};
  done.hash = hash_of(bytes_of_hex(name));
  if (!matches.empty()) {
    store.db.use(release_jobs)
      .bind(matches.begin()->second)
      .bind(now_us)
      .bind(store.aging_us)
      .run();
    done.released = store.db.failed() ? 0 : store.db.changes();
    abandon_jobs(store, matches.begin()->second, now_us);
  }
  auto named = note;
  named.target = std::move(name);
  write_audit(store.db, now_us, named, done.released);
  return done;
}

prune_report prune_jobs(store_context& store, const retention_policy& policy,
                        bool dry_run, const audit_note& note,
                        std::int64_t now_us) {
  const auto old_jobs = conditions_of(store, policy, now_us);
  const auto old_history = fmt::format(
    "ended_us < {} AND job IN (SELECT id FROM jobs WHERE state IN (5, 6)"
    " AND claim > attempts.claim)",
    now_us - policy.failed_us);
  const auto of_jobs = "job IN (SELECT id FROM jobs WHERE " + old_jobs + ")";
  prune_report report;
  report.jobs = count_of(store, "SELECT count(*) FROM jobs WHERE " + old_jobs);
  report.attempts = count_of(store, "SELECT count(*) FROM attempts WHERE "
                                      + of_jobs + " OR (" + old_history + ")");
  if (dry_run)
    return report;
  keep_last_ids(store);
  const auto history = "DELETE FROM attempts WHERE " + old_history;
  store.db.execute("prune attempts", history.c_str());
  const auto jobs = "DELETE FROM jobs WHERE " + old_jobs;
  store.db.execute("prune jobs", jobs.c_str());
  // A client may ask again for a day: by then its message has expired.
  constexpr std::int64_t day_us = 86'400'000'000;
  prune_requests(store, now_us - std::max(policy.done_us, day_us));
  write_audit(store.db, now_us, note, report.jobs + report.attempts);
  return report;
}

} // namespace troupe::io::sqlite
