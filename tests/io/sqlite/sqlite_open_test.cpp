#include "io/sqlite/sqlite_library_reader.hpp"
#include "io/sqlite/sqlite_library_store.hpp"
#include "io/sqlite/sqlite_schema.hpp"
#include "tests/contracts/library_fixture.hpp"
#include "tests/fakes/scratch_folder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <fstream>

namespace troupe::io {

namespace {

using contracts::audio_file;
using contracts::two_recipes;

class sqlite_open_test : public testing::Test {
protected:
  result<std::unique_ptr<library_store>> open(bool create = true) {
    sqlite_library_options options;
    options.file = file_;
    options.create = create;
    options.recipes = two_recipes();
    return open_sqlite_library_store(options);
  }

  result<std::unique_ptr<library_reader>> read() {
    return open_sqlite_library_reader(file_, two_recipes());
  }

  /// A library with enough rows for a dozen pages.
  void make_library() {
    auto store = open();
    ASSERT_TRUE(store) << store.failure().detail;
    std::vector<found_file> files;
    for (std::uint32_t i = 0; i < 300; ++i)
      files.push_back(audio_file("/m/" + std::to_string(i), i));
    ASSERT_TRUE((*store)->begin());
    ASSERT_TRUE((*store)->record(files, 1));
    ASSERT_TRUE((*store)->commit());
    ASSERT_TRUE((*store)->checkpoint(true));
  }

  /// Runs SQL on the file, as another program would. Replies its error.
  std::string run(const char* sql) {
    sqlite3* db = nullptr;
    sqlite3_open(file_.c_str(), &db);
    char* message = nullptr;
    sqlite3_exec(db, sql, nullptr, nullptr, &message);
    const std::string failure = message == nullptr ? "" : message;
    sqlite3_free(message);
    sqlite3_close(db);
    return failure;
  }

  /// The code with which both the store and the reader refuse the file; both
  /// name it.
  errc refusal() {
    const auto store = open();
    const auto reader = read();
    if (store || reader)
      return errc::none;
    EXPECT_NE(store.failure().detail.find(file_), std::string::npos);
    EXPECT_NE(reader.failure().detail.find(file_), std::string::npos);
    EXPECT_EQ(store.failure().code, reader.failure().code);
    return store.failure().code;
  }

  fakes::scratch_folder folder_;
  std::string file_ = folder_.at("library \xff.db");
};

} // namespace

TEST_F(sqlite_open_test, makes_a_library_and_opens_it_again) {
  make_library();
  EXPECT_TRUE(open(false));
  const auto reader = read();
  ASSERT_TRUE(reader) << reader.failure().detail;
  EXPECT_EQ((*reader)->status()->coverage.at(0).entries, 300);
}

TEST_F(sqlite_open_test, says_that_a_file_is_absent) {
  EXPECT_EQ(open(false).failure().code, errc::not_found);
  EXPECT_EQ(read().failure().code, errc::not_found);
  EXPECT_FALSE(std::filesystem::exists(file_));
  file_ = folder_.at("no/such/folder.db");
  EXPECT_EQ(open().failure().code, errc::not_found);
}

TEST_F(sqlite_open_test, refuses_two_recipes_of_one_medium) {
  auto recipes = two_recipes();
  recipes.push_back(recipes.front());
  recipes.back().version = "audio-2";
  sqlite_library_options options;
  options.file = file_;
  options.recipes = recipes;
  EXPECT_EQ(open_sqlite_library_store(options).failure().code,
            errc::invalid_argument);
}

TEST_F(sqlite_open_test, refuses_a_file_of_text_and_leaves_it_alone) {
  const std::string text(5000, 'a');
  std::ofstream{file_} << text;
  EXPECT_EQ(refusal(), errc::corrupt);
  std::ifstream in{file_};
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>{in}, {}), text);
}

TEST_F(sqlite_open_test, refuses_the_database_of_another_application) {
  ASSERT_EQ(run("CREATE TABLE photos(id)"), "");
  EXPECT_EQ(refusal(), errc::unsupported);
  EXPECT_EQ(run("SELECT * FROM entries"), "no such table: entries");
}

TEST_F(sqlite_open_test, refuses_a_newer_schema) {
  make_library();
  ASSERT_EQ(run("PRAGMA user_version = 9999"), "");
  EXPECT_EQ(refusal(), errc::newer_version);
}

TEST_F(sqlite_open_test, finds_damage_in_the_file) {
  make_library();
  const auto bytes = std::filesystem::file_size(file_);
  ASSERT_GT(bytes, 10U * 4096U);
  // Every page after the first is overwritten from its header on.
  std::fstream damaged{file_, std::ios::in | std::ios::out | std::ios::binary};
  for (std::uintmax_t page = 1; page < bytes / 4096; ++page) {
    damaged.seekp(static_cast<std::streamoff>(page * 4096));
    damaged << std::string(200, '\x5a');
  }
  damaged.close();
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.failure().code, errc::corrupt);
  EXPECT_NE(store.failure().detail.find("admin check"), std::string::npos);
  // A reader does not search for damage; it reports what it meets.
  const auto reader = read();
  if (reader) {
    const auto status = (*reader)->status();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.failure().code, errc::corrupt);
  }
}

TEST_F(sqlite_open_test, never_changes_an_audit_row) {
  make_library();
  ASSERT_EQ(run("INSERT INTO audit VALUES(1, 2, 'a', 'b', 'c', 'd', 0)"), "");
  EXPECT_EQ(run("UPDATE audit SET actor = 'x'"),
            "audit rows are never changed");
  EXPECT_EQ(run("DELETE FROM audit"), "audit rows are never deleted");
}

TEST_F(sqlite_open_test, needs_write_access_only_for_writing) {
  make_library();
  namespace fs = std::filesystem;
  const auto readable =
    fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
  const auto enterable =
    fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;
  fs::permissions(file_, readable);
  fs::permissions(folder_.path(), readable | enterable);
  // The superuser may write anywhere: become nobody (65534) for a moment.
  const bool superuser = ::geteuid() == 0;
  ASSERT_TRUE(!superuser || ::seteuid(65534) == 0);
  const auto store = open();
  const auto reader = read();
  const auto status =
    reader ? (*reader)->status() : result<library_status>{reader.failure()};
  ASSERT_TRUE(!superuser || ::seteuid(0) == 0);
  fs::permissions(folder_.path(), fs::perms::owner_all);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.failure().code, errc::permission_denied)
    << store.failure().detail;
  ASSERT_TRUE(status) << status.failure().detail;
  EXPECT_EQ(status->coverage.at(0).entries, 300);
}

// -- migrations ---------------------------------------------------------------

TEST_F(sqlite_open_test, brings_an_empty_library_of_schema_0_up_to_date) {
  ASSERT_EQ(run("PRAGMA application_id = 1953656933; CREATE TABLE early(a)"),
            "");
  EXPECT_EQ(read().failure().code, errc::refused);
  const auto store = open();
  ASSERT_TRUE(store) << store.failure().detail;
  EXPECT_TRUE(std::filesystem::exists(file_ + ".schema-0.backup"));
  EXPECT_EQ(run("SELECT a FROM early, entries"), "");
}

TEST_F(sqlite_open_test, adds_holds_to_a_library_of_schema_1) {
  const auto first = sqlite::library_migrations().first(1);
  {
    auto opened = sqlite::database::open({file_, {}, true, true});
    ASSERT_TRUE(opened);
    ASSERT_TRUE(sqlite::migrate(**opened, first));
    EXPECT_EQ(run("INSERT INTO meta VALUES('epoch', 7)"), "");
  }
  EXPECT_EQ(read().failure().code, errc::refused);
  ASSERT_TRUE(open());
  EXPECT_TRUE(std::filesystem::exists(file_ + ".schema-1.backup"));
  EXPECT_EQ(run("SELECT owner FROM pauses UNION SELECT owner FROM imports"),
            "");
  const auto status = read().value()->status();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->epoch, 7);
  EXPECT_EQ(status->held, held_state{});
}

TEST_F(sqlite_open_test, undoes_a_migration_that_fails) {
  make_library();
  auto opened = sqlite::database::open({file_, {}, true, false});
  ASSERT_TRUE(opened);
  auto& db = **opened;
  std::vector<sqlite::migration> steps{sqlite::library_migrations().begin(),
                                       sqlite::library_migrations().end()};
  steps.push_back({"CREATE TABLE second(a); INSERT INTO entries VALUES(1)"});
  EXPECT_FALSE(sqlite::migrate(db, steps));
  EXPECT_TRUE(sqlite::expect_schema(db));
  EXPECT_EQ(run("SELECT * FROM second"), "no such table: second");
  const auto copy = file_ + ".schema-"
                    + std::to_string(sqlite::library_migrations().size())
                    + ".backup";
  EXPECT_TRUE(std::filesystem::exists(copy));
  steps.back().sql = "CREATE TABLE second(a)";
  const auto done = sqlite::migrate(db, steps);
  EXPECT_TRUE(done) << done.failure().detail;
  EXPECT_EQ(run("SELECT * FROM second"), "");
  file_ = copy;
  EXPECT_TRUE(read());
}

} // namespace troupe::io
