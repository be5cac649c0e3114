#include "io/sqlite/sqlite_schema.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace troupe::io::sqlite {

namespace {

// -- the schema ---------------------------------------------------------------
//
// Times are microseconds UTC (`_us`), enumerations are the numbers of
// domain/jobs/job.hpp and domain/library/media_kind.hpp, ULIDs their 26
// characters, paths raw bytes. Ids are given by the store and never again
// (row_ids in sqlite_store_context.hpp), so that a stale id names nothing
// instead of something else; AUTOINCREMENT would write a row of its own each
// time.

constexpr const char* version_1 = R"sql(
-- Single numbers: epoch (the SUPERVISOR's incarnation), and per table the
-- last id given when rows were last deleted.
CREATE TABLE meta(
  key TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a kind of worker makes of a medium; a result names its recipe.
-- decoder: library that last read untrusted bytes under this recipe.
CREATE TABLE recipes(
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  media INTEGER NOT NULL,
  version TEXT NOT NULL,
  decoder TEXT NOT NULL,
  UNIQUE(kind, version)
) STRICT;

-- Distinct bytes. Results, vectors and jobs belong to these.
CREATE TABLE contents(
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL CHECK(kind IN (1, 2, 3)),
  sha256 BLOB NOT NULL UNIQUE CHECK(length(sha256) = 32),
  bytes INTEGER NOT NULL,
  created_us INTEGER NOT NULL
) STRICT;

-- Places where a content is known: a file (path) or a text given by command
-- (no path, perhaps a key). bytes and mtime_ns are the stamp of the file.
-- missing_since_us: NULL while the file is there.
CREATE TABLE entries(
  id INTEGER PRIMARY KEY,
  ulid TEXT NOT NULL UNIQUE,
  content INTEGER NOT NULL REFERENCES contents(id),
  path BLOB,
  key TEXT,
  title TEXT NOT NULL DEFAULT '',
  bytes INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  missing_since_us INTEGER,
  created_us INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX entries_by_path ON entries(path) WHERE path IS NOT NULL;
CREATE UNIQUE INDEX entries_by_key ON entries(key) WHERE key IS NOT NULL;
CREATE INDEX entries_without_path ON entries(id) WHERE path IS NULL;
CREATE INDEX entries_by_content ON entries(content, missing_since_us);

-- Bodies (UTF-8) of contents that live nowhere else.
CREATE TABLE texts(
  content INTEGER PRIMARY KEY REFERENCES contents(id) ON DELETE CASCADE,
  body TEXT NOT NULL
) STRICT;

-- Results: a JSON object per content and recipe. The truth about coverage.
CREATE TABLE features(
  id INTEGER PRIMARY KEY,
  recipe INTEGER NOT NULL REFERENCES recipes(id),
  content INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE,
  document TEXT NOT NULL,
  created_us INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX features_by_content ON features(content, recipe);

-- Spaces of vectors: algorithm, version and parameters in one name.
CREATE TABLE spaces(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- Vectors: data is dim little-endian float32. seq only rises, so a reader that
-- remembers the last one finds what is new.
CREATE TABLE vectors(
  seq INTEGER PRIMARY KEY,
  content INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE,
  recipe INTEGER NOT NULL REFERENCES recipes(id),
  space INTEGER NOT NULL REFERENCES spaces(id),
  dim INTEGER NOT NULL,
  data BLOB NOT NULL CHECK(length(data) = 4 * dim)
) STRICT;
CREATE UNIQUE INDEX vectors_by_content ON vectors(content, recipe);

-- Work. At most one job per content and recipe, in whatever state; a job
-- without recipe was asked for by a client (client_key: its idempotency key).
-- rank: ready_since_us - priority * aging_us. The lowest rank is claimed
-- first: priority as a head start in time, so that waiting jobs age linearly
-- without being touched and none starves.
-- claim rises with every claim; owner_epoch is the epoch of the last one.
-- attempts_charged: against attempts_max, since the last retry by hand.
-- interruptions, alone, alone_deaths, crashes: see domain/jobs/suspicion.hpp.
-- decoder: the one that crashes were blamed under.
-- why, message: the last failure. A cancelled job with why = 0 was abandoned
-- because no present entry named its content; it comes back with one.
CREATE TABLE jobs(
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  state INTEGER NOT NULL CHECK(state BETWEEN 0 AND 7),
  alone INTEGER NOT NULL DEFAULT 0,
  priority INTEGER NOT NULL CHECK(priority BETWEEN 0 AND 9),
  rank INTEGER NOT NULL,
  content INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE,
  recipe INTEGER REFERENCES recipes(id),
  claim INTEGER NOT NULL DEFAULT 0,
  owner_epoch INTEGER NOT NULL DEFAULT 0,
  attempts_charged INTEGER NOT NULL DEFAULT 0,
  interruptions INTEGER NOT NULL DEFAULT 0,
  alone_deaths INTEGER NOT NULL DEFAULT 0,
  crashes INTEGER NOT NULL DEFAULT 0,
  not_before_us INTEGER NOT NULL DEFAULT 0,
  claimed_us INTEGER NOT NULL DEFAULT 0,
  created_us INTEGER NOT NULL,
  updated_us INTEGER NOT NULL,
  why INTEGER NOT NULL DEFAULT 0,
  ulid TEXT NOT NULL UNIQUE,
  client_key TEXT,
  decoder TEXT NOT NULL DEFAULT '',
  message TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX jobs_by_content ON jobs(content, recipe);
CREATE UNIQUE INDEX jobs_by_client ON jobs(client_key)
  WHERE client_key IS NOT NULL;
CREATE INDEX jobs_ready ON jobs(alone, kind, rank) WHERE state = 1;
-- One index for all that neither waits for a worker nor is done: each further
-- one would cost every change of a state.
CREATE INDEX jobs_unready ON jobs(state, not_before_us)
  WHERE state <> 1 AND state <> 4;

-- History: how each claim ended. number: the charged attempt that it was.
CREATE TABLE attempts(
  job INTEGER NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
  claim INTEGER NOT NULL,
  number INTEGER NOT NULL,
  started_us INTEGER NOT NULL,
  ended_us INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  why INTEGER NOT NULL,
  worker TEXT NOT NULL,
  stage TEXT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY(job, claim)
) STRICT, WITHOUT ROWID;

-- Who did what, in the transaction of its effect; accepted results are the
-- rows with action 'result'. affected: how many jobs or entries.
CREATE TABLE audit(
  id INTEGER PRIMARY KEY,
  at_us INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  detail TEXT NOT NULL,
  affected INTEGER NOT NULL
) STRICT;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;
)sql";

constexpr const char* fingerprints_step = R"sql(
-- Ways of making a fingerprint: library, version and algorithm in one name.
CREATE TABLE fingerprint_methods(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- Fingerprints: data is little-endian 32-bit words. seq only rises, as that
-- of vectors.
CREATE TABLE fingerprints(
  seq INTEGER PRIMARY KEY,
  content INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE,
  recipe INTEGER NOT NULL REFERENCES recipes(id),
  method INTEGER NOT NULL REFERENCES fingerprint_methods(id),
  data BLOB NOT NULL CHECK(length(data) % 4 = 0)
) STRICT;
CREATE UNIQUE INDEX fingerprints_by_content ON fingerprints(content, recipe);
)sql";

constexpr const char* holds_step = R"sql(
-- Who wants what to stand still (domain/jobs/pause_ledger.hpp). scope and kind
-- are its numbers, kind 0 where scope is no kind; until_us 0: no end.
CREATE TABLE pauses(
  scope INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  owner TEXT NOT NULL,
  reason TEXT NOT NULL,
  since_us INTEGER NOT NULL,
  until_us INTEGER NOT NULL,
  PRIMARY KEY(scope, kind, owner)
) STRICT, WITHOUT ROWID;

-- The last import's hold on intake (domain/jobs/import_lease.hpp).
CREATE TABLE imports(
  id INTEGER PRIMARY KEY CHECK(id = 1),
  token TEXT NOT NULL,
  owner TEXT NOT NULL,
  begun_us INTEGER NOT NULL,
  until_us INTEGER NOT NULL,
  ended_us INTEGER NOT NULL
) STRICT;

-- Sizes of pools that outlive the process. The revision of these three tables
-- is meta 'held'.
CREATE TABLE scales(
  pool TEXT PRIMARY KEY,
  slots INTEGER NOT NULL CHECK(slots >= 0)
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* orders_step = R"sql(
-- What a client asked for, as JSON; empty for the jobs of coverage.
ALTER TABLE jobs ADD COLUMN params TEXT NOT NULL DEFAULT '';
)sql";

constexpr const char* words_step = R"sql(
-- By which words an entry is found; rowid is its id. Kept by the triggers.
CREATE VIRTUAL TABLE entry_words USING fts5(name,
  tokenize = 'unicode61 remove_diacritics 2');
CREATE TRIGGER entry_words_come AFTER INSERT ON entries BEGIN
  INSERT INTO entry_words(rowid, name) VALUES(new.id,
    coalesce(CAST(new.path AS TEXT), '') || ' ' || new.title || ' '
    || coalesce(new.key, ''));
END;
CREATE TRIGGER entry_words_change AFTER UPDATE OF path ON entries
WHEN old.path IS NOT new.path BEGIN
  UPDATE entry_words SET name = coalesce(CAST(new.path AS TEXT), '') || ' '
    || new.title || ' ' || coalesce(new.key, '') WHERE rowid = new.id;
END;
CREATE TRIGGER entry_words_go AFTER DELETE ON entries BEGIN
  DELETE FROM entry_words WHERE rowid = old.id;
END;

-- By which words a content is found; rowid is its id. The store writes them
-- with the result.
CREATE VIRTUAL TABLE content_words USING fts5(tags, body,
  tokenize = 'unicode61 remove_diacritics 2');
CREATE TRIGGER content_words_go AFTER DELETE ON contents BEGIN
  DELETE FROM content_words WHERE rowid = old.id;
END;

-- What an older troupe found out.
INSERT INTO entry_words(rowid, name) SELECT id,
  coalesce(CAST(path AS TEXT), '') || ' ' || title || ' ' || coalesce(key, '')
  FROM entries;
INSERT INTO content_words(rowid, tags, body) SELECT f.content,
  coalesce(json_extract(f.document, '$.tags.title'), '') || ' '
  || coalesce(json_extract(f.document, '$.tags.artist'), '') || ' '
  || coalesce(json_extract(f.document, '$.tags.album'), '') || ' '
  || coalesce(json_extract(f.document, '$.tags.genre'), ''), ''
  FROM features f WHERE f.id = (SELECT max(g.id) FROM features g
    WHERE g.content = f.content)
  AND json_valid(f.document)
  AND json_extract(f.document, '$.tags') IS NOT NULL;
)sql";

constexpr const char* requests_step = R"sql(
-- Requests of other programs by the key that their client chose. body: SHA-256
-- of what was asked; reply: NULL until it is answered.
CREATE TABLE requests(
  id TEXT PRIMARY KEY,
  body BLOB NOT NULL CHECK(length(body) = 32),
  received_us INTEGER NOT NULL,
  answered_us INTEGER,
  reply TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_answered ON requests(answered_us)
  WHERE answered_us IS NOT NULL;
)sql";

constexpr std::array<migration, 6> all_steps{{{version_1},
                                              {fingerprints_step},
                                              {holds_step},
                                              {orders_step},
                                              {words_step},
                                              {requests_step}}};

// -- what kind of file it is --------------------------------------------------

struct file_marks {
  std::int64_t application_id = 0;
  std::int64_t schema = 0;
  std::int64_t tables = 0;
};

constexpr command read_application_id{"read the file's mark",
                                      "PRAGMA application_id"};
constexpr command read_schema{"read the schema number", "PRAGMA user_version"};
constexpr command count_tables{"read the schema",
                               "SELECT count(*) FROM sqlite_schema"};

result<file_marks> marks_of(database& db) {
  file_marks marks;
  marks.application_id = db.number(read_application_id);
  marks.schema = db.number(read_schema);
  marks.tables = db.number(count_tables);
  return db.conclude(marks);
}

/// True for a file that nobody has written to.
bool is_fresh(const file_marks& marks) {
  return marks.application_id == 0 && marks.schema == 0 && marks.tables == 0;
}

result<void> check_marks(const database& db, const file_marks& marks,
                         std::size_t steps) {
  if (marks.application_id != library_application_id)
    return error{errc::unsupported,
                 fmt::format("library {}: this is another application's "
                             "database; name another file with --library",
                             db.file())};
  if (marks.schema > static_cast<std::int64_t>(steps))
    return error{errc::newer_version,
                 fmt::format("library {}: it has schema {}, this troupe knows "
                             "{}; upgrade troupe",
                             db.file(), marks.schema, steps)};
  return {};
}

void apply(database& db, const migration& step, std::int64_t number) {
  db.execute("begin a migration", "BEGIN IMMEDIATE");
  db.execute("migrate the schema", step.sql);
  const auto marks =
    fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                library_application_id, number);
  db.execute("mark the schema", marks.c_str());
  db.execute("commit a migration", "COMMIT");
  if (db.failed() && sqlite3_get_autocommit(db.handle()) == 0)
    sqlite3_exec(db.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

error system_failure(int reason, const std::string& file, const char* what) {
  const int code = reason == ENOSPC ? SQLITE_FULL : SQLITE_CANTOPEN;
  return to_error(code, reason, std::generic_category().message(reason), file,
                  what);
}

/// Makes the name of a new file durable.
result<void> sync_folder_of(const std::string& file) {
  const auto slash = file.rfind('/');
  const std::string folder =
    slash == std::string::npos ? "." : file.substr(0, slash + 1);
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return system_failure(errno, folder, "open the folder");
  const int code = ::fsync(descriptor);
  const int reason = errno;
  ::close(descriptor);
  if (code != 0)
    return system_failure(reason, folder, "sync the folder");
  return {};
}

} // namespace

std::span<const migration> library_migrations() noexcept {
  return all_steps;
}

result<void> expect_library(database& db) {
  auto marks = marks_of(db);
  if (!marks)
    return marks.failure();
  if (is_fresh(*marks))
    return {};
  return check_marks(db, *marks, library_migrations().size());
}

result<void> migrate(database& db, std::span<const migration> steps) {
  auto marks = marks_of(db);
  if (!marks)
    return marks.failure();
  if (!is_fresh(*marks))
    if (auto sound = check_marks(db, *marks, steps.size()); !sound)
      return sound;
  const auto wanted = static_cast<std::int64_t>(steps.size());
  if (marks->schema == wanted)
    return {};
  if (marks->tables > 0 && !lives_in_memory(db.file())) {
    const auto copy =
      fmt::format("{}.schema-{}.backup", db.file(), marks->schema);
    auto copied = copy_into(db, copy);
    // A copy of an earlier try holds the same: a failed step changes nothing.
    if (!copied && copied.failure().code != errc::refused)
      return copied;
  }
  for (auto number = marks->schema; number < wanted && !db.failed(); ++number)
    apply(db, steps[static_cast<std::size_t>(number)], number + 1);
  return db.conclude();
}

result<void> expect_schema(database& db) {
  auto marks = marks_of(db);
  if (!marks)
    return marks.failure();
  const auto steps = library_migrations().size();
  if (auto sound = check_marks(db, *marks, steps); !sound)
    return sound;
  if (marks->schema < static_cast<std::int64_t>(steps))
    return error{errc::refused,
                 fmt::format("library {}: it has schema {}, this troupe reads "
                             "{}; run a writing command, such as `troupe "
                             "index`, once to bring it up to date",
                             db.file(), marks->schema, steps)};
  return {};
}

result<void> copy_into(database& db, const std::string& file) {
  // Exclusive creation: an existing file, or a link, is never written to.
  const int descriptor =
    ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor < 0 && errno == EEXIST)
    return error{
      errc::refused,
      fmt::format("backup {}: the file exists; name another one", file)};
  if (descriptor < 0)
    return system_failure(errno, file, "create the backup");
  // VACUUM INTO accepts an empty file and reads one snapshot. The VFS is named
  // because a library in memory would else be copied within memory.
  const auto target =
    uri_of_file(file) + "?vfs=" + sqlite3_vfs_find(nullptr)->zName;
  db.once("copy the library", "VACUUM INTO ?1").bind_text(target).run();
  auto done = db.conclude();
  if (done && ::fsync(descriptor) != 0)
    done = system_failure(errno, file, "sync the backup");
  ::close(descriptor);
  if (done)
    done = sync_folder_of(file);
  if (!done)
    ::unlink(file.c_str());
  return done;
}

} // namespace troupe::io::sqlite
