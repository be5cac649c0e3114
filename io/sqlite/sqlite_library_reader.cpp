#include "io/sqlite/sqlite_library_reader.hpp"

#include "io/sqlite/index/sqlite_reader_index.hpp"
#include "io/sqlite/sqlite_reader_queries.hpp"
#include "io/sqlite/sqlite_schema.hpp"
#include "io/sqlite/texts/sqlite_reader_texts.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

namespace troupe::io {

namespace {

using sqlite::command;
using sqlite::database;

constexpr const char* settings = R"sql(
PRAGMA query_only = ON;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -16384;
PRAGMA mmap_size = 0;
)sql";

constexpr command begin_reading{"begin to read", "BEGIN"};
constexpr command end_reading{"end reading", "COMMIT"};
constexpr command find_recipe{
  "find a recipe", "SELECT id FROM recipes WHERE kind = ?1 AND version = ?2"};

/// A library that is only read: every call sees one snapshot.
///
/// One thread at a time. Never waits for the writer, except in a library in
/// memory, where it may wait up to 5 s for a commit to end.
class sqlite_library_reader final : public library_reader {
public:
  sqlite_library_reader(std::unique_ptr<database> db,
                        std::vector<recipe> recipes)
    : db_(std::move(db)), recipes_(std::move(recipes)) {}

  result<entry_page> entries(const entry_query& query) override {
    return snapshot([&](const auto& recipes) {
      return sqlite::read_entries(*db_, recipes, query);
    });
  }

  result<entry_row> entry_at(const std::string& path) override {
    return snapshot([&](const auto& recipes) {
      return sqlite::read_entry_at(*db_, recipes, path);
    });
  }

  result<entry_row> entry_named(const std::string& word) override {
    return snapshot([&](const auto& recipes) {
      return sqlite::read_entry_named(*db_, recipes, word);
    });
  }

  result<job_page> jobs(const job_query& query) override {
    return snapshot(
      [&](const auto&) { return sqlite::read_jobs(*db_, query); });
  }

  result<job_details> job_named(const std::string& word) override {
    return snapshot(
      [&](const auto&) { return sqlite::read_job_named(*db_, word); });
  }

  result<std::vector<audit_row>> audit(std::int64_t since_us,
                                       std::int64_t limit) override {
    return snapshot(
      [&](const auto&) { return sqlite::read_audit(*db_, since_us, limit); });
  }

  result<std::vector<known_file>>
  known_files(const std::vector<std::string>& roots) override {
    return snapshot(
      [&](const auto&) { return sqlite::read_known_files(*db_, roots); });
  }

  result<library_status> status() override {
    return snapshot(
      [&](const auto& recipes) { return sqlite::read_status(*db_, recipes); });
  }

  result<content_vector> vector_of(content_id content) override {
    return snapshot([&](const auto& recipes) {
      auto text = sqlite::read_text_vector_of(*db_, recipes, texts_, content);
      return text ? std::move(*text)
                  : sqlite::read_vector_of(*db_, recipes, content);
    });
  }

  result<vector_block> vectors(const result_query& query) override {
    return snapshot([&](const auto& recipes) {
      return query.name == text::text_space
               ? sqlite::read_text_vectors(*db_, recipes, texts_, query)
               : sqlite::read_vectors(*db_, recipes, query);
    });
  }

  result<std::vector<content_id>>
  contents_where(const content_filter& filter) override {
    return snapshot(
      [&](const auto&) { return sqlite::read_contents_where(*db_, filter); });
  }

  result<std::vector<entry_id>>
  present_entries(const std::vector<content_id>& contents) override {
    return snapshot([&](const auto&) {
      return sqlite::read_present_entries(*db_, contents);
    });
  }

  result<std::vector<result_mark>> vector_marks() override {
    return snapshot([&](const auto& recipes) {
      return sqlite::read_vector_marks(*db_, recipes);
    });
  }

  result<std::vector<result_mark>> fingerprint_marks() override {
    return snapshot([&](const auto& recipes) {
      return sqlite::read_fingerprint_marks(*db_, recipes);
    });
  }

  result<std::string> lineage() override {
    return snapshot(
      [&](const auto& recipes) { return sqlite::read_lineage(*db_, recipes); });
  }

  result<std::vector<vector_space>> spaces() override {
    return snapshot([&](const auto& recipes) {
      auto found = sqlite::read_spaces(*db_, recipes);
      sqlite::add_text_space(*db_, recipes, found);
      return found;
    });
  }

  result<content_fingerprint> fingerprint_of(content_id content) override {
    return snapshot([&](const auto& recipes) {
      return sqlite::read_fingerprint_of(*db_, recipes, content);
    });
  }

  result<fingerprint_block> fingerprints(const result_query& query) override {
    return snapshot([&](const auto& recipes) {
      return sqlite::read_fingerprints(*db_, recipes, query);
    });
  }

  result<content_vector>
  text_vector(const std::vector<std::uint32_t>& features) override {
    return snapshot([&](const auto& recipes) {
      return content_vector{
        text::text_space,
        text::text_vector_of(features, texts_.rarity(*db_, recipes))};
    });
  }

  result<word_matches> find_words(const word_query& query) override {
    return snapshot(
      [&](const auto&) { return sqlite::read_words(*db_, query); });
  }

  result<std::vector<entry_row>> entries_of(content_id content) override {
    return snapshot([&](const auto& recipes) {
      return sqlite::read_entries_of(*db_, recipes, content);
    });
  }

private:
  /// The recipes' rows; a writer may have added them since the last look.
  sqlite::recipe_rows recipe_rows() {
    sqlite::recipe_rows rows{};
    for (const auto& text : recipes_) {
      auto found = db_->use(find_recipe);
      found.bind(sqlite::number_of(text.kind)).bind_text(text.version);
      if (found.row())
        rows.at(static_cast<std::size_t>(text.media)) = found.integer(0);
    }
    return rows;
  }

  template <class Body>
  auto snapshot(Body body) -> result<decltype(body(sqlite::recipe_rows{}))> {
    db_->use(begin_reading).run();
    auto value = body(recipe_rows());
    auto outcome = db_->conclude(std::move(value));
    if (sqlite3_get_autocommit(db_->handle()) == 0)
      db_->use(end_reading).run();
    if (auto ended = db_->conclude(); !ended && outcome)
      return ended.failure();
    return outcome;
  }

  std::unique_ptr<database> db_;
  std::vector<recipe> recipes_;
  sqlite::text_shelf texts_;
};

/// True when the file has a log with something in it.
bool has_log(const std::string& file) {
  struct stat found {};

  return ::stat((file + "-wal").c_str(), &found) == 0 && found.st_size > 0;
}

/// Opens and looks at the schema, which makes SQLite touch its lock files.
/// @param code of SQLite, when it failed
result<std::unique_ptr<database>>
open_checked(const sqlite::connection_options& options, int& code) {
  auto db = database::open(options);
  if (!db)
    return db.failure();
  (*db)->execute("set up", settings);
  auto done = (*db)->conclude();
  if (done)
    done = sqlite::expect_schema(**db);
  if (done)
    return db;
  code = sqlite3_errcode((*db)->handle());
  return done.failure();
}

} // namespace

result<std::unique_ptr<library_reader>>
open_sqlite_library_reader(const std::string& file,
                           const std::vector<recipe>& recipes) {
  sqlite::connection_options options;
  options.file = file;
  int code = SQLITE_OK;
  auto db = open_checked(options, code);
  const bool no_lock_files =
    (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY;
  if (!db && no_lock_files && !has_log(file)) {
    options.immutable = true;
    db = open_checked(options, code);
  }
  if (!db)
    return db.failure();
  return std::unique_ptr<library_reader>{
    std::make_unique<sqlite_library_reader>(std::move(*db), recipes)};
}

} // namespace troupe::io
