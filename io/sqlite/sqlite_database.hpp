#pragma once

#include "domain/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

/// What the SQLite adapters share. Internal to `troupe_io_sqlite`.
namespace troupe::io::sqlite {

/// One statement of ours. Instances are constants: the statement cache knows
/// them by the address of `sql`.
struct command {
  /// What it does, for error messages: "claim a job".
  const char* what;
  const char* sql;
};

/// How to open a library file.
struct connection_options {
  /// Raw bytes. ":memory:NAME" is a database that lives in this process under
  /// that name for as long as a connection to it is open.
  std::string file;
  /// Name of a registered VFS; empty: the default one.
  std::string vfs;
  bool writable = false;
  bool create = false;
  /// Nobody else writes: neither log nor locks are looked at.
  bool immutable = false;
};

class database;

/// One use of a prepared statement; resets it when it goes.
///
/// Failures are sticky: the first one is kept by the `database`, and from then
/// on `row` replies false and `run` does nothing, until `conclude` hands the
/// failure out. So a chain of statements needs one check, at its end.
class query {
public:
  query(database& owner, sqlite3_stmt* statement, const command& text,
        bool owned) noexcept
    : owner_(&owner), statement_(statement), text_(text), owned_(owned) {}

  query(const query&) = delete;
  query(query&&) = delete;
  query& operator=(const query&) = delete;
  query& operator=(query&&) = delete;
  ~query();

  /// Binds the next parameter, left to right. Text and blobs are borrowed
  /// until the query goes or `again` is called.
  query& bind(std::int64_t value);
  query& bind_text(std::string_view value);
  query& bind_blob(std::string_view value);
  query& bind_null();
  /// Null when empty.
  query& bind_optional_text(std::string_view value);

  /// Steps to the next row; false at the end and after a failure.
  [[nodiscard]] bool row();
  /// Steps to the end.
  void run();
  /// Resets, to bind and step once more.
  query& again();

  /// Columns of the present row, counted from 0. Views are valid until the
  /// next step.
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view bytes(int column) const;

  [[nodiscard]] std::string text(int column) const {
    return std::string{bytes(column)};
  }

  [[nodiscard]] bool is_null(int column) const;

private:
  void check(int code);

  database* owner_;
  sqlite3_stmt* statement_;
  command text_;
  bool owned_;
  int bound_ = 0;
};

/// One connection with its cached statements and its sticky failure.
/// Thread affinity: one thread at a time. Blocks for up to `busy_timeout`
/// (5 s) while another connection holds a lock.
class database {
public:
  [[nodiscard]] static result<std::unique_ptr<database>>
  open(const connection_options& options);

  database(const database&) = delete;
  database(database&&) = delete;
  database& operator=(const database&) = delete;
  database& operator=(database&&) = delete;
  ~database();

  /// A cached statement. @pre no other query of the same command is in use
  [[nodiscard]] query use(const command& text);

  /// A statement made for this one use.
  [[nodiscard]] query once(const char* what, std::string_view sql);

  /// Runs statements that reply nothing.
  void execute(const char* what, const char* sql);

  /// First column of the first row; 0 without one.
  [[nodiscard]] std::int64_t number(const command& text);

  /// Rows that the last statement changed.
  [[nodiscard]] std::int64_t changes() const noexcept;

  /// True while a failure is waiting to be handed out.
  [[nodiscard]] bool failed() const noexcept {
    return failure_.has_value();
  }

  /// Hands out the failure, or success.
  [[nodiscard]] result<void> conclude();

  /// Hands out the failure, or `value`.
  template <class T>
  [[nodiscard]] result<T> conclude(T value) {
    if (auto done = conclude(); !done)
      return done.failure();
    return value;
  }

  /// Keeps a failure of our own making.
  void fail(error failure);
  /// Keeps the failure that SQLite reports with `code`.
  void fail(int code, std::string_view what);

  [[nodiscard]] sqlite3* handle() const noexcept {
    return handle_;
  }

  [[nodiscard]] const std::string& file() const noexcept {
    return file_;
  }

  /// VM steps of all cached statements since they were made.
  [[nodiscard]] std::int64_t vm_steps() const;

private:
  database(sqlite3* handle, std::string file)
    : handle_(handle), file_(std::move(file)) {}

  sqlite3* handle_;
  std::string file_;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
  std::optional<error> failure_;
};

/// True for ":memory:NAME".
[[nodiscard]] bool lives_in_memory(std::string_view file) noexcept;

/// The path, raw bytes, as a URI that SQLite opens; options may be appended.
[[nodiscard]] std::string uri_of_file(std::string_view path);

/// What SQLite's `code` means to a caller; the one place that maps codes.
/// @param system_errno of the failed call, 0 if unknown
/// @param message of SQLite
[[nodiscard]] error to_error(int code, int system_errno,
                             std::string_view message, std::string_view file,
                             std::string_view what);

} // namespace troupe::io::sqlite
