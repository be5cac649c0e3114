#include "io/sqlite/sqlite_library_store.hpp"

#include "io/sqlite/serving/sqlite_requests.hpp"
#include "io/sqlite/sqlite_entries.hpp"
#include "io/sqlite/sqlite_holds.hpp"
#include "io/sqlite/sqlite_jobs.hpp"
#include "io/sqlite/sqlite_schema.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <random>

namespace troupe::io {

namespace {

using sqlite::command;
using sqlite::database;
using sqlite::store_context;

/// Log length at which an idle store moves it into the file.
constexpr int log_pages_idle = 1'000;

/// Log length at which a commit does so, whatever it costs: 64 MiB.
constexpr int log_pages_max = 16'000;

/// Larger files are not checked at open: 16,384 pages of 4 KiB take about
/// 0.2 s.
constexpr std::int64_t checked_pages_max = 16'384;

// An I/O error on a mapped page would kill the process: no mmap. A small cache:
// rebalancing an index touches page 262,145 (that of PENDING_BYTE), after which
// COMMIT walks the whole cache for pages beyond the end of the file; at 64 MiB
// that was a third of the cost of a job, and the kernel caches as well.
constexpr const char* settings = R"sql(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -8192;
PRAGMA mmap_size = 0;
PRAGMA wal_autocheckpoint = 0;
PRAGMA journal_size_limit = 67108864;
)sql";

constexpr command begin_now{"begin", "BEGIN IMMEDIATE"};
constexpr command commit_now{"commit", "COMMIT"};
constexpr command set_savepoint{"set a savepoint", "SAVEPOINT message"};
constexpr command release_savepoint{"release a savepoint", "RELEASE message"};
constexpr command undo_savepoint{"undo to a savepoint", "ROLLBACK TO message"};
constexpr command page_count{"count pages", "PRAGMA page_count"};
constexpr command put_recipe{
  "store a recipe",
  "INSERT INTO recipes(kind, media, version, decoder) VALUES(?1, ?2, ?3, ?4)"
  " ON CONFLICT(kind, version) DO UPDATE SET decoder = excluded.decoder"
  " WHERE decoder <> excluded.decoder"};
constexpr command find_recipe{
  "find a recipe", "SELECT id FROM recipes WHERE kind = ?1 AND version = ?2"};

/// 64 bits of the operating system at each call.
std::function<std::uint64_t()> system_random() {
  return [device = std::make_shared<std::random_device>()] {
    return (std::uint64_t{(*device)()} << 32U) | (*device)();
  };
}

/// Findings of a check; empty when sound.
std::vector<std::string> findings_of(database& db, const char* pragma) {
  std::vector<std::string> findings;
  auto rows = db.once("check the library", pragma);
  while (rows.row())
    if (auto line = rows.text(0); line != "ok")
      findings.push_back(std::move(line));
  return findings;
}

/// The library in one SQLite file.
///
/// Blocks while it reads, writes and syncs: up to 5 s for a lock. Durability:
/// write-ahead log with `synchronous=FULL`, so COMMIT returns after the sync
/// of the log; a crash at any line leaves the last commit, or the one that was
/// under way, whole. No mutex: the LIBRARIAN alone calls it.
class sqlite_library_store final : public library_store {
public:
  sqlite_library_store(std::unique_ptr<database> db,
                       const sqlite_library_options& options)
    : db_(std::move(db)), context_{*db_,
                                   {},
                                   options.aging_us,
                                   ulid_sequence{options.random
                                                   ? options.random
                                                   : system_random()}} {
    sqlite3_wal_hook(db_->handle(), &on_wal_commit, &log_pages_);
  }

  ~sqlite_library_store() override {
    rollback();
    sqlite3_exec(db_->handle(), "PRAGMA optimize", nullptr, nullptr, nullptr);
  }

  sqlite_library_store(const sqlite_library_store&) = delete;
  sqlite_library_store(sqlite_library_store&&) = delete;
  sqlite_library_store& operator=(const sqlite_library_store&) = delete;
  sqlite_library_store& operator=(sqlite_library_store&&) = delete;

  /// Stores the recipes of this run.
  result<void> adopt(const std::vector<recipe>& recipes) {
    if (auto begun = begin(); !begun)
      return begun;
    context_.last_ids = sqlite::read_last_ids(*db_);
    for (const auto& text : recipes) {
      db_->use(put_recipe)
        .bind(sqlite::number_of(text.kind))
        .bind(sqlite::number_of(text.media))
        .bind_text(text.version)
        .bind_text(text.decoder)
        .run();
      auto found = db_->use(find_recipe);
      found.bind(sqlite::number_of(text.kind)).bind_text(text.version);
      if (found.row())
        context_.recipes.push_back({text, found.integer(0)});
    }
    if (auto done = db_->conclude(); !done) {
      rollback();
      return done;
    }
    return commit();
  }

  [[nodiscard]] std::int64_t vm_steps() const {
    return db_->vm_steps();
  }

  // -- transaction ------------------------------------------------------------

  result<void> begin() override {
    db_->use(begin_now).run();
    return db_->conclude();
  }

  result<void> commit() override {
    if (auto lost = expect_open("commit"); !lost)
      return lost;
    db_->use(commit_now).run();
    auto done = db_->conclude();
    if (!done) {
      rollback();
      return done;
    }
    // The commit stands whatever becomes of the checkpoint: the log keeps all
    // until one has succeeded.
    if (log_pages_ >= log_pages_max)
      (void)move_log(SQLITE_CHECKPOINT_RESTART);
    return {};
  }

  void rollback() noexcept override {
    if (sqlite3_get_autocommit(db_->handle()) == 0)
      sqlite3_exec(db_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }

  result<void> savepoint() override {
    return inside("set a savepoint", [this] { db_->use(set_savepoint).run(); });
  }

  result<void> release() override {
    return inside("release a savepoint",
                  [this] { db_->use(release_savepoint).run(); });
  }

  void undo() noexcept override {
    if (sqlite3_get_autocommit(db_->handle()) != 0)
      return;
    db_->use(undo_savepoint).run();
    db_->use(release_savepoint).run();
    // What cannot be undone must not be committed either.
    if (!db_->conclude())
      rollback();
  }

  // -- inside a transaction ---------------------------------------------------

  result<epoch_start> start_epoch(std::int64_t now_us) override {
    return inside("start an epoch",
                  [&] { return sqlite::start_epoch(context_, now_us); });
  }

  result<void> settle_orphans(std::span<const orphan_verdict> verdicts,
                              std::int64_t now_us) override {
    return inside("settle orphans",
                  [&] { sqlite::settle_orphans(context_, verdicts, now_us); });
  }

  result<record_report> record(std::span<const found_file> files,
                               std::int64_t now_us) override {
    return inside("record files", [&] {
      return sqlite::record_files(context_, files, now_us);
    });
  }

  result<sweep_report> sweep(const sweep_request& request,
                             std::int64_t now_us) override {
    return inside("sweep", [&] {
      return sqlite::sweep_entries(context_, request, now_us);
    });
  }

  result<std::string> add_text(const text_entry& entry,
                               std::int64_t now_us) override {
    return inside("add a text", [&] {
      return sqlite::add_text_entry(context_, entry, now_us);
    });
  }

  result<ordered_job> order(const job_order& wanted,
                            std::int64_t now_us) override {
    return inside("order a job",
                  [&] { return sqlite::order_job(context_, wanted, now_us); });
  }

  result<void> forget(entry_id entry, const audit_note& note,
                      std::int64_t now_us) override {
    return inside("forget an entry",
                  [&] { sqlite::forget_entry(context_, entry, note, now_us); });
  }

  result<bool> retag(entry_id entry, const found_file& now,
                     const audit_note& note, std::int64_t now_us) override {
    return inside("retag an entry", [&] {
      return sqlite::retag_entry(context_, entry, now, note, now_us);
    });
  }

  result<settle_report> settle(const settle_request& request) override {
    return inside("settle", [&] {
      settle_report report;
      report.verdicts.reserve(request.ends.size());
      for (const auto& end : request.ends)
        report.verdicts.push_back(
          sqlite::apply_end(context_, end, request.epoch, request.now_us));
      for (const auto& order : request.claims)
        sqlite::claim_jobs(context_, order, request.epoch, request.now_us,
                           report.claimed);
      report.suspects_ready = sqlite::suspects_ready(context_);
      return report;
    });
  }

  result<std::vector<claim_key>> running(std::int64_t epoch) override {
    return inside("list running jobs",
                  [&] { return sqlite::running_jobs(context_, epoch); });
  }

  result<backlog> wake(std::span<const job_kind> kinds,
                       std::int64_t now_us) override {
    return inside("wake jobs",
                  [&] { return sqlite::wake_jobs(context_, kinds, now_us); });
  }

  result<std::int64_t> reconcile(bool dry_run, std::int64_t now_us) override {
    return inside("reconcile", [&] {
      return sqlite::reconcile_jobs(context_, dry_run, now_us);
    });
  }

  result<std::int64_t> retry(const job_filter& filter, bool dry_run,
                             const audit_note& note,
                             std::int64_t now_us) override {
    return inside("retry jobs", [&] {
      return sqlite::retry_jobs(context_, filter, dry_run, note, now_us);
    });
  }

  result<std::int64_t> cancel(const job_filter& filter, bool dry_run,
                              const audit_note& note,
                              std::int64_t now_us) override {
    return inside("cancel jobs", [&] {
      return sqlite::cancel_jobs(context_, filter, dry_run, note, now_us);
    });
  }

  result<live_jobs> live(std::span<const job_kind> kinds,
                         std::int64_t limit) override {
    return inside("list live jobs", [&] {
      return sqlite::list_live_jobs(context_, kinds, limit);
    });
  }

  result<quarantine_release> release_content(std::string_view hash,
                                             const audit_note& note,
                                             std::int64_t now_us) override {
    return inside("release a content", [&] {
      return sqlite::release_content(context_, hash, note, now_us);
    });
  }

  result<prune_report> prune(const retention_policy& policy, bool dry_run,
                             const audit_note& note,
                             std::int64_t now_us) override {
    return inside("prune", [&] {
      return sqlite::prune_jobs(context_, policy, dry_run, note, now_us);
    });
  }

  result<held_state> held() override {
    return inside("read what is held", [&] { return sqlite::read_held(*db_); });
  }

  result<void> put_held(const held_state& held) override {
    return inside("store what is held",
                  [&] { sqlite::write_held(*db_, held); });
  }

  result<request_standing> note_request(const request_note& note,
                                        std::int64_t now_us) override {
    return inside("note a request",
                  [&] { return sqlite::note_request(context_, note, now_us); });
  }

  result<void> answer_request(const std::string& id, const std::string& reply,
                              std::int64_t now_us) override {
    return inside("answer a request",
                  [&] { sqlite::answer_request(context_, id, reply, now_us); });
  }

  result<void> audit(const audit_note& note, std::int64_t affected,
                     std::int64_t now_us) override {
    return inside("write an audit row",
                  [&] { sqlite::write_audit(*db_, now_us, note, affected); });
  }

  // -- outside a transaction --------------------------------------------------

  result<void> backup(const std::string& file) override {
    return sqlite::copy_into(*db_, file);
  }

  result<std::vector<std::string>> check() override {
    auto findings = findings_of(*db_, "PRAGMA integrity_check");
    auto rows = db_->once("check references", "PRAGMA foreign_key_check");
    while (rows.row())
      findings.push_back(fmt::format("table {} row {} names nothing in {}",
                                     rows.bytes(0), rows.integer(1),
                                     rows.bytes(2)));
    return db_->conclude(std::move(findings));
  }

  result<void> checkpoint(bool all) override {
    if (all)
      return move_log(SQLITE_CHECKPOINT_TRUNCATE);
    if (log_pages_ < log_pages_idle)
      return {};
    return move_log(SQLITE_CHECKPOINT_PASSIVE);
  }

private:
  static int on_wal_commit(void* pages, sqlite3* /*db*/, const char* /*name*/,
                           int count) {
    *static_cast<int*>(pages) = count;
    return SQLITE_OK;
  }

  /// SQLite ends the transaction by itself after some failures. What comes
  /// after must not be taken for part of it, nor commit alone.
  result<void> expect_open(const char* what) {
    if (sqlite3_get_autocommit(db_->handle()) == 0)
      return {};
    return error{errc::io_failure,
                 fmt::format("library {}: {}: the transaction was lost by an "
                             "earlier failure; try again",
                             db_->file(), what)};
  }

  /// Runs a part of a transaction and hands out its failure.
  template <class Body>
  auto inside(const char* what, Body body) -> result<decltype(body())> {
    if (auto lost = expect_open(what); !lost)
      return lost.failure();
    if constexpr (std::is_void_v<decltype(body())>) {
      body();
      return db_->conclude();
    } else {
      auto value = body();
      return db_->conclude(std::move(value));
    }
  }

  result<void> move_log(int mode) {
    int log = 0;
    int moved = 0;
    const int code =
      sqlite3_wal_checkpoint_v2(db_->handle(), "main", mode, &log, &moved);
    // Readers may hold a part of the log back; the rest follows later.
    if (code != SQLITE_OK && code != SQLITE_BUSY) {
      db_->fail(code, "checkpoint");
      return db_->conclude();
    }
    // Wholly moved, the log is written from its start again.
    if (log <= moved)
      log_pages_ = 0;
    return {};
  }

  std::unique_ptr<database> db_;
  store_context context_;
  /// Pages in the log after the last commit.
  int log_pages_ = 0;
};

result<void> expect_distinct_media(const std::vector<recipe>& recipes) {
  for (std::size_t i = 0; i < recipes.size(); ++i)
    for (std::size_t j = i + 1; j < recipes.size(); ++j)
      if (recipes[i].media == recipes[j].media
          || recipes[i].kind == recipes[j].kind)
        return error{errc::invalid_argument,
                     fmt::format("library: recipes {} and {} are for the same "
                                 "medium or kind of job",
                                 recipes[i].version, recipes[j].version)};
  return {};
}

/// An existing file must be sound before anything is written to it.
result<void> expect_sound(database& db) {
  const auto pages = db.number(page_count);
  if (pages == 0 || pages > checked_pages_max)
    return db.conclude();
  const auto findings = findings_of(db, "PRAGMA quick_check(1)");
  if (auto done = db.conclude(); !done)
    return done;
  if (findings.empty())
    return {};
  return sqlite::to_error(SQLITE_CORRUPT, 0, findings.front(), db.file(),
                          "check at open");
}

/// SQLite opens a file that it may not write for reading instead.
result<void> expect_writable(database& db) {
  if (sqlite3_db_readonly(db.handle(), "main") == 1)
    return sqlite::to_error(SQLITE_READONLY, 0, "the file is read-only",
                            db.file(), "open for writing");
  return {};
}

} // namespace

result<std::unique_ptr<library_store>>
open_sqlite_library_store(const sqlite_library_options& options) {
  if (auto sound = expect_distinct_media(options.recipes); !sound)
    return sound.failure();
  auto db = database::open({options.file, options.vfs, true, options.create});
  if (!db)
    return db.failure();
  auto& opened = **db;
  if (auto done = expect_writable(opened); !done)
    return done.failure();
  // What is no library is refused before a setting could change it.
  if (auto done = sqlite::expect_library(opened); !done)
    return done.failure();
  opened.execute("set up", settings);
  if (auto done = opened.conclude(); !done)
    return done.failure();
  if (auto done = expect_sound(opened); !done)
    return done.failure();
  if (auto done = sqlite::migrate(opened, sqlite::library_migrations()); !done)
    return done.failure();
  auto store = std::make_unique<sqlite_library_store>(std::move(*db), options);
  if (auto done = store->adopt(options.recipes); !done)
    return done.failure();
  return std::unique_ptr<library_store>{std::move(store)};
}

std::int64_t sqlite_vm_steps(const library_store& store) {
  return dynamic_cast<const sqlite_library_store&>(store).vm_steps();
}

} // namespace troupe::io
