#include "io/sqlite/sqlite_entries.hpp"

#include "io/sqlite/sqlite_jobs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

namespace troupe::io::sqlite {

namespace {

// -- contents -----------------------------------------------------------------

constexpr command find_content{
  "find a content", "SELECT id, kind FROM contents WHERE sha256 = ?1"};
constexpr command insert_content{
  "store a content", "INSERT INTO contents(kind, sha256, bytes, created_us, id)"
                     " VALUES(?1, ?2, ?3, ?4, ?5)"
                     " ON CONFLICT(sha256) DO NOTHING"};
constexpr command insert_body{"store a text",
                              "INSERT INTO texts(content, body) VALUES(?1, ?2)"
                              " ON CONFLICT(content) DO NOTHING"};
constexpr command delete_body{
  "drop a text that no entry names",
  "DELETE FROM texts WHERE content = ?1 AND NOT EXISTS(SELECT 1 FROM entries"
  " WHERE content = ?1 AND path IS NULL)"};
constexpr command is_named{"look for entries of a content",
                           "SELECT 1 FROM entries WHERE content = ?1 LIMIT 1"};
constexpr command is_running{
  "look for a running job",
  "SELECT 1 FROM jobs WHERE content = ?1 AND state = 2 LIMIT 1"};
constexpr command delete_content{"forget a content",
                                 "DELETE FROM contents WHERE id = ?1"};

constexpr command is_shared{
  "look for other entries of a content",
  "SELECT 1 FROM entries WHERE content = ?1 AND id <> ?2 LIMIT 1"};
constexpr command rename_content{
  "give a content its new hash",
  "UPDATE contents SET sha256 = ?2, bytes = ?3 WHERE id = ?1"};

// -- entries ------------------------------------------------------------------

constexpr command find_by_path{
  "find an entry",
  "SELECT id, content, missing_since_us, bytes, mtime_ns FROM entries"
  " WHERE path = ?1"};
constexpr command find_missing{
  "find a missing entry of the content",
  "SELECT id FROM entries WHERE content = ?1 AND missing_since_us IS NOT NULL"
  " AND path IS NOT NULL ORDER BY id LIMIT 1"};
constexpr command insert_entry{
  "store an entry",
  "INSERT INTO entries(ulid, content, path, key, title, bytes, mtime_ns,"
  " created_us, id) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"};
constexpr command place_entry{
  "place an entry",
  "UPDATE entries SET content = ?2, path = ?3, bytes = ?4, mtime_ns = ?5,"
  " missing_since_us = NULL WHERE id = ?1"};
constexpr command refresh_entry{"refresh an entry",
                                "UPDATE entries SET bytes = ?2, mtime_ns = ?3,"
                                " missing_since_us = NULL WHERE id = ?1"};
constexpr command find_by_id{
  "find an entry",
  "SELECT content, missing_since_us IS NOT NULL, path IS NULL FROM entries"
  " WHERE id = ?1"};
constexpr command find_younger{
  "find where an entry went",
  "SELECT id, path, bytes, mtime_ns FROM entries WHERE content = ?1"
  " AND id > ?2 AND missing_since_us IS NULL AND path IS NOT NULL"
  " ORDER BY id DESC"};
constexpr command mark_missing{
  "mark an entry missing",
  "UPDATE entries SET missing_since_us = ?2 WHERE id = ?1"};
constexpr command delete_entry{"forget an entry",
                               "DELETE FROM entries WHERE id = ?1"};
constexpr command find_by_key{
  "find a text", "SELECT e.ulid, c.sha256 FROM entries e JOIN contents c"
                 " ON c.id = e.content WHERE e.key = ?1"};
constexpr command find_keyless{"find a text",
                               "SELECT ulid FROM entries WHERE content = ?1"
                               " AND path IS NULL AND key IS NULL LIMIT 1"};

// -- orders -------------------------------------------------------------------

constexpr command find_order{
  "find an order", "SELECT ulid, params, kind FROM jobs WHERE client_key = ?1"};
constexpr command insert_order{
  "queue an order",
  "INSERT INTO jobs(kind, state, priority, rank, content, created_us,"
  " updated_us, ulid, id, client_key, params)"
  " VALUES(?1, 1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, ?9)"};

struct content_row {
  std::int64_t id = 0;
  media_kind kind = media_kind::audio;
  /// Stored by this call: no entry, result or job can name it yet.
  bool fresh = false;
};

content_row content_of(store_context& store, const content_hash& hash,
                       media_kind kind, std::int64_t bytes,
                       std::int64_t now_us) {
  store.db.use(insert_content)
    .bind(number_of(kind))
    .bind_blob(bytes_of(hash))
    .bind(bytes)
    .bind(now_us)
    .bind(store.last_ids.content + 1)
    .run();
  if (!store.db.failed() && store.db.changes() == 1)
    return {++store.last_ids.content, kind, true};
  auto found = store.db.use(find_content);
  if (!found.bind_blob(bytes_of(hash)).row())
    return {};
  return {found.integer(0), static_cast<media_kind>(found.integer(1)), false};
}

void place(store_context& store, std::int64_t entry, std::int64_t content,
           const found_file& file) {
  store.db.use(place_entry)
    .bind(entry)
    .bind(content)
    .bind_blob(file.path)
    .bind(file.stamp.bytes)
    .bind(file.stamp.mtime_ns)
    .run();
}

/// Puts an unknown path into the library.
void record_new_path(store_context& store, const found_file& file,
                     const content_row& content, std::int64_t now_us,
                     record_report& report) {
  std::int64_t moved = 0;
  if (!content.fresh) {
    auto missing = store.db.use(find_missing);
    if (missing.bind(content.id).row())
      moved = missing.integer(0);
  }
  if (moved != 0) {
    place(store, moved, content.id, file);
    ++report.entries_moved;
    return;
  }
  const auto public_id = store.next_ulid(now_us);
  store.db.use(insert_entry)
    .bind_text(public_id)
    .bind(content.id)
    .bind_blob(file.path)
    .bind_null()
    .bind_text("")
    .bind(file.stamp.bytes)
    .bind(file.stamp.mtime_ns)
    .bind(now_us)
    .bind(++store.last_ids.entry)
    .run();
  ++report.entries_new;
}

void record_file(store_context& store, const found_file& file,
                 std::int64_t now_us, record_report& report) {
  const auto content =
    content_of(store, file.hash, file.kind, file.stamp.bytes, now_us);
  std::int64_t entry = 0;
  std::int64_t content_before = 0;
  bool same = false;
  {
    auto known = store.db.use(find_by_path);
    if (known.bind_blob(file.path).row()) {
      entry = known.integer(0);
      content_before = known.integer(1);
      same = known.is_null(2) && known.integer(3) == file.stamp.bytes
             && known.integer(4) == file.stamp.mtime_ns;
    }
  }
  if (entry == 0) {
    record_new_path(store, file, content, now_us, report);
  } else if (content_before != content.id) {
    place(store, entry, content.id, file);
    abandon_jobs(store, content_before, now_us);
    ++report.entries_changed;
  } else {
    if (!same)
      store.db.use(refresh_entry)
        .bind(entry)
        .bind(file.stamp.bytes)
        .bind(file.stamp.mtime_ns)
        .run();
    ++report.entries_touched;
  }
  const auto* known = store.recipe_of(content.kind);
  if (known == nullptr)
    return;
  if (content.fresh ? queue_new_job(store, content.id, *known, now_us)
                    : ensure_job(store, content.id, content.kind, now_us))
    ++report.jobs_new;
}

/// Drops a content, its results and its jobs, when no entry names it and no
/// job of it runs. A running one ends first; its content stays, unnamed.
void drop_if_unnamed(store_context& store, std::int64_t content,
                     std::int64_t now_us) {
  store.db.use(delete_body).bind(content).run();
  if (store.db.use(is_named).bind(content).row()) {
    abandon_jobs(store, content, now_us);
    return;
  }
  if (store.db.use(is_running).bind(content).row())
    return;
  keep_last_ids(store);
  store.db.use(delete_content).bind(content).run();
}

/// A younger entry of the same content: where the vanished one went.
struct new_place {
  std::int64_t entry = 0;
  found_file file;
};

std::optional<new_place>
find_new_place(store_context& store, std::int64_t content, std::int64_t entry,
               const std::unordered_set<std::int64_t>& vanished) {
  auto younger = store.db.use(find_younger);
  younger.bind(content).bind(entry);
  while (younger.row()) {
    if (vanished.contains(younger.integer(0)))
      continue;
    new_place found;
    found.entry = younger.integer(0);
    found.file.path = younger.text(1);
    found.file.stamp = {younger.integer(2), younger.integer(3)};
    return found;
  }
  return std::nullopt;
}

void sweep_one(store_context& store, std::int64_t entry, bool prune,
               const std::unordered_set<std::int64_t>& vanished,
               std::int64_t now_us, sweep_report& report) {
  std::int64_t content = 0;
  bool was_missing = false;
  {
    auto known = store.db.use(find_by_id);
    // Texts given by command have no file that could vanish.
    if (!known.bind(entry).row() || known.integer(2) != 0)
      return;
    content = known.integer(0);
    was_missing = known.integer(1) != 0;
  }
  if (const auto moved = find_new_place(store, content, entry, vanished)) {
    store.db.use(delete_entry).bind(moved->entry).run();
    place(store, entry, content, moved->file);
    ++report.entries_moved;
  } else if (prune) {
    store.db.use(delete_entry).bind(entry).run();
    drop_if_unnamed(store, content, now_us);
    ++report.entries_pruned;
  } else if (!was_missing) {
    store.db.use(mark_missing).bind(entry).bind(now_us).run();
    abandon_jobs(store, content, now_us);
    ++report.entries_missing;
  }
}

} // namespace

record_report record_files(store_context& store,
                           std::span<const found_file> files,
                           std::int64_t now_us) {
  record_report report;
  for (const auto& file : files)
    record_file(store, file, now_us, report);
  return report;
}

sweep_report sweep_entries(store_context& store, const sweep_request& request,
                           std::int64_t now_us) {
  std::vector<std::int64_t> ids;
  ids.reserve(request.vanished.size());
  for (const auto entry : request.vanished)
    ids.push_back(number_of(entry));
  std::sort(ids.begin(), ids.end());
  keep_last_ids(store);
  const std::unordered_set<std::int64_t> vanished{ids.begin(), ids.end()};
  sweep_report report;
  for (const auto entry : ids)
    sweep_one(store, entry, request.prune, vanished, now_us, report);
  return report;
}

std::string add_text_entry(store_context& store, const text_entry& entry,
                           std::int64_t now_us) {
  if (!entry.key.empty()) {
    auto known = store.db.use(find_by_key);
    if (known.bind_text(entry.key).row()) {
      if (known.bytes(1) == bytes_of(entry.hash))
        return known.text(0);
      store.db.fail({errc::invalid_argument,
                     fmt::format("add: key {} already names another text; "
                                 "choose another key, or forget that entry",
                                 entry.key)});
      return {};
    }
  }
  const auto bytes = static_cast<std::int64_t>(entry.text.size());
  const auto content =
    content_of(store, entry.hash, media_kind::text, bytes, now_us);
  if (entry.key.empty()) {
    auto known = store.db.use(find_keyless);
    if (known.bind(content.id).row())
      return known.text(0);
  }
  store.db.use(insert_body).bind(content.id).bind_text(entry.text).run();
  auto public_id = store.next_ulid(now_us);
  store.db.use(insert_entry)
    .bind_text(public_id)
    .bind(content.id)
    .bind_null()
    .bind_optional_text(entry.key)
    .bind_text(entry.title)
    .bind(bytes)
    .bind(0)
    .bind(now_us)
    .bind(++store.last_ids.entry)
    .run();
  ensure_job(store, content.id, content.kind, now_us);
  return public_id;
}

ordered_job order_job(store_context& store, const job_order& wanted,
                      std::int64_t now_us) {
  if (!wanted.key.empty()) {
    auto known = store.db.use(find_order);
    if (known.bind_text(wanted.key).row()) {
      if (known.text(1) != wanted.params
          || known.integer(2) != number_of(wanted.kind))
        store.db.fail({errc::invalid_argument,
                       fmt::format("order: the key {} stands for another job; "
                                   "take a new key",
                                   wanted.key)});
      return {known.text(0), false};
    }
  }
  const auto content =
    content_of(store, wanted.hash, wanted.media, wanted.bytes, now_us);
  ordered_job made{store.next_ulid(now_us), true};
  auto insert = store.db.use(insert_order);
  insert.bind(number_of(wanted.kind))
    .bind(wanted.priority)
    .bind(store.rank(now_us, wanted.priority))
    .bind(content.id)
    .bind(now_us)
    .bind_text(made.ulid)
    .bind(++store.last_ids.job);
  if (wanted.key.empty())
    insert.bind_null();
  else
    insert.bind_text(wanted.key);
  insert.bind_text(wanted.params).run();
  return made;
}

void forget_entry(store_context& store, entry_id entry, const audit_note& note,
                  std::int64_t now_us) {
  std::int64_t content = 0;
  {
    auto known = store.db.use(find_by_id);
    if (!known.bind(number_of(entry)).row()) {
      store.db.fail(
        {errc::not_found, "forget: no such entry; see `troupe list`"});
      return;
    }
    content = known.integer(0);
  }
  keep_last_ids(store);
  store.db.use(delete_entry).bind(number_of(entry)).run();
  const bool last = !store.db.use(is_named).bind(content).row();
  if (last && store.db.use(is_running).bind(content).row()) {
    store.db.fail({errc::refused,
                   "forget: a job of this entry runs; wait for it, or cancel "
                   "it with `troupe jobs cancel`"});
    return;
  }
  drop_if_unnamed(store, content, now_us);
  write_audit(store.db, now_us, note, 1);
}

bool retag_entry(store_context& store, entry_id entry, const found_file& now,
                 const audit_note& note, std::int64_t now_us) {
  const auto id = number_of(entry);
  std::int64_t content = 0;
  {
    auto known = store.db.use(find_by_id);
    if (!known.bind(id).row()) {
      store.db.fail({errc::not_found, "tag: no such entry; see `troupe list`"});
      return false;
    }
    content = known.integer(0);
  }
  const bool keep =
    !store.db.use(is_shared).bind(content).bind(id).row()
    && !store.db.use(is_running).bind(content).row()
    && !store.db.use(find_content).bind_blob(bytes_of(now.hash)).row();
  if (keep) {
    store.db.use(rename_content)
      .bind(content)
      .bind_blob(bytes_of(now.hash))
      .bind(now.stamp.bytes)
      .run();
    place(store, id, content, now);
  } else {
    record_report ignored;
    record_file(store, now, now_us, ignored);
  }
  write_audit(store.db, now_us, note, 1);
  return keep;
}

} // namespace troupe::io::sqlite
