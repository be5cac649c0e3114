#include "io/sqlite/sqlite_reader_queries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace troupe::io::sqlite {

namespace {

constexpr std::size_t matches_listed_max = 10;

#define TROUPE_JOB_COLUMNS                                                     \
  "SELECT j.id, j.ulid, j.kind, j.state, j.priority, j.attempts_charged,"      \
  " j.interruptions, j.crashes, j.alone, coalesce(r.version, ''), c.sha256,"   \
  " coalesce(CASE WHEN json_valid(j.params) THEN"                              \
  "  json_extract(j.params, '$.input.path') END,"                              \
  "  (SELECT e.path FROM entries e WHERE e.content = j.content"                \
  "  AND e.missing_since_us IS NULL AND e.path IS NOT NULL LIMIT 1)),"         \
  " j.created_us, j.updated_us, j.not_before_us, j.claimed_us, j.why,"         \
  " j.message, j.rank"                                                         \
  " FROM jobs j JOIN contents c ON c.id = j.content"                           \
  " LEFT JOIN recipes r ON r.id = j.recipe"

constexpr command list_jobs{
  "list jobs", TROUPE_JOB_COLUMNS
  " WHERE (?1 IS NULL OR j.state = ?1) AND (?2 IS NULL OR j.kind = ?2)"
  " AND (?3 IS NULL OR j.why = ?3) AND j.updated_us >= ?4"
  " AND (j.updated_us, j.id) < (?5, ?6)"
  " ORDER BY j.updated_us DESC, j.id DESC LIMIT ?7"};
constexpr command find_job{"find a job", TROUPE_JOB_COLUMNS
                           " WHERE j.ulid >= ?1 AND j.ulid < ?2"
                           " ORDER BY j.ulid LIMIT ?3"};

// The newest job of a content: older ones are of another version.
constexpr command find_job_of_content{
  "find the job of a content", TROUPE_JOB_COLUMNS
  " WHERE j.content = (SELECT id FROM contents WHERE sha256 = ?1)"
  " ORDER BY j.id DESC LIMIT 1"};

#undef TROUPE_JOB_COLUMNS

constexpr command count_ahead{
  "count the jobs ahead",
  "SELECT count(*) FROM jobs WHERE state = 1 AND alone = ?1 AND kind = ?2"
  " AND rank < ?3"};
constexpr command list_attempts{
  "list attempts",
  "SELECT number, claim, worker, started_us, ended_us, outcome, why, stage,"
  " message FROM attempts WHERE job = ?1 ORDER BY claim"};
constexpr command list_audit{
  "list audit rows",
  "SELECT at_us, actor, action, target, detail, affected FROM audit"
  " WHERE at_us >= ?1 ORDER BY id DESC LIMIT ?2"};

job_row job_of(const query& rows) {
  job_row job;
  job.id = job_id{rows.integer(0)};
  job.ulid = rows.text(1);
  job.kind = static_cast<job_kind>(rows.integer(2));
  job.state = static_cast<job_state>(rows.integer(3));
  job.priority = static_cast<int>(rows.integer(4));
  job.attempts_charged = static_cast<int>(rows.integer(5));
  job.interruptions = static_cast<int>(rows.integer(6));
  job.crashes = static_cast<int>(rows.integer(7));
  job.alone = rows.integer(8) != 0;
  job.version = rows.text(9);
  job.hash = hash_of(rows.bytes(10));
  job.path = rows.text(11);
  job.created_us = rows.integer(12);
  job.updated_us = rows.integer(13);
  job.not_before_us = rows.integer(14);
  job.claimed_us = rows.integer(15);
  job.why = static_cast<error_class>(rows.integer(16));
  job.message = rows.text(17);
  return job;
}

/// The last row of a page: "updated_us:id".
struct job_place {
  std::int64_t updated_us = std::numeric_limits<std::int64_t>::max();
  std::int64_t id = std::numeric_limits<std::int64_t>::max();
};

std::optional<job_place> parse_cursor(const std::string& cursor) {
  job_place place;
  if (cursor.empty())
    return place;
  const char* end = cursor.data() + cursor.size();
  const auto first = std::from_chars(cursor.data(), end, place.updated_us);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ':')
    return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, place.id);
  if (second.ec != std::errc{} || second.ptr != end)
    return std::nullopt;
  return place;
}

template <class Enum>
void bind_filter(query& rows, const std::optional<Enum>& value) {
  if (value)
    rows.bind(number_of(*value));
  else
    rows.bind_null();
}

std::vector<attempt_row> attempts_of(database& db, job_id job) {
  std::vector<attempt_row> attempts;
  auto rows = db.use(list_attempts);
  rows.bind(number_of(job));
  while (rows.row()) {
    auto& attempt = attempts.emplace_back();
    attempt.number = static_cast<int>(rows.integer(0));
    attempt.claim = rows.integer(1);
    attempt.worker = rows.text(2);
    attempt.started_us = rows.integer(3);
    attempt.ended_us = rows.integer(4);
    attempt.outcome = static_cast<attempt_outcome>(rows.integer(5));
    attempt.why = static_cast<error_class>(rows.integer(6));
    attempt.stage = rows.text(7);
    attempt.message = rows.text(8);
  }
  return attempts;
}

/// A whole SHA-256, in lower case: longer than any ULID.
bool is_content_hash(std::string_view word) {
  constexpr std::size_t hash_digits = 64;
  return word.size() == hash_digits
         && word.find_first_not_of("0123456789abcdef") == word.npos;
}

void refuse_ambiguous(database& db, const std::string& word,
                      const std::vector<job_row>& matches) {
  std::string listed;
  for (std::size_t i = 0; i < std::min(matches.size(), matches_listed_max); ++i)
    listed += fmt::format("\n  {}  {}  {}", matches[i].ulid,
                          to_string(matches[i].kind), matches[i].path);
  const bool more = matches.size() > matches_listed_max;
  db.fail({errc::invalid_argument,
           fmt::format("job {}: several ids begin so; give more of it:{}{}",
                       word, listed, more ? "\n  ..." : "")});
}

} // namespace

job_page read_jobs(database& db, const job_query& wanted) {
  const auto start = parse_cursor(wanted.cursor);
  if (!start) {
    db.fail({errc::invalid_argument,
             fmt::format("jobs: {} is no cursor; take it from `next` of the "
                         "page before",
                         wanted.cursor)});
    return {};
  }
  const auto limit = std::max<std::int64_t>(wanted.limit, 1);
  job_page page;
  auto rows = db.use(list_jobs);
  bind_filter(rows, wanted.state);
  bind_filter(rows, wanted.kind);
  bind_filter(rows, wanted.why);
  rows.bind(wanted.since_us).bind(start->updated_us).bind(start->id);
  rows.bind(limit + 1);
  while (rows.row())
    page.rows.push_back(job_of(rows));
  if (static_cast<std::int64_t>(page.rows.size()) > limit) {
    page.rows.pop_back();
    const auto& last = page.rows.back();
    page.next = fmt::format("{}:{}", last.updated_us, number_of(last.id));
  }
  return page;
}

job_details read_job_named(database& db, const std::string& word) {
  std::vector<job_row> matches;
  std::int64_t rank = 0;
  if (const auto prefix = normalized_ulid_prefix(word)) {
    auto rows = db.use(find_job);
    const auto end = *prefix + '~';
    rows.bind_text(*prefix).bind_text(end);
    rows.bind(static_cast<std::int64_t>(matches_listed_max) + 1);
    while (rows.row()) {
      matches.push_back(job_of(rows));
      rank = rows.integer(18);
    }
  }
  if (is_content_hash(word)) {
    const auto hash = bytes_of_hex(word);
    auto rows = db.use(find_job_of_content);
    if (rows.bind_blob(hash).row()) {
      matches.push_back(job_of(rows));
      rank = rows.integer(18);
    }
  }
  if (matches.size() > 1) {
    refuse_ambiguous(db, word, matches);
    return {};
  }
  if (matches.empty()) {
    db.fail({errc::not_found,
             fmt::format("job {}: no such job; see `troupe jobs`", word)});
    return {};
  }
  job_details details{std::move(matches.front()), {}};
  if (details.job.state == job_state::ready) {
    auto ahead = db.use(count_ahead);
    ahead.bind(details.job.alone ? 1 : 0).bind(number_of(details.job.kind));
    if (ahead.bind(rank).row())
      details.job.ahead = ahead.integer(0);
  }
  details.attempts = attempts_of(db, details.job.id);
  return details;
}

std::vector<audit_row> read_audit(database& db, std::int64_t since_us,
                                  std::int64_t limit) {
  std::vector<audit_row> found;
  auto rows = db.use(list_audit);
  rows.bind(since_us).bind(limit);
  while (rows.row())
    found.push_back({rows.integer(0), rows.text(1), rows.text(2), rows.text(3),
                     rows.text(4), rows.integer(5)});
  return found;
}

} // namespace troupe::io::sqlite
