#include "io/sqlite/sqlite_database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>

namespace troupe::io::sqlite {

namespace {

constexpr std::string_view memory_prefix = ":memory:";

/// Longest wait for a lock held by another connection.
constexpr int busy_timeout_ms = 5000;

void append_escaped(std::string& uri, std::string_view path) {
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                       || (c >= '0' && c <= '9') || c == '/' || c == '.'
                       || c == '-' || c == '_';
    if (plain)
      uri += c;
    else
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
}

/// The file as URI, so that raw bytes and options can be given.
std::string uri_of(const connection_options& options) {
  if (lives_in_memory(options.file)) {
    // SQLite's memdb shares a database among connections if its name begins
    // with a slash.
    std::string uri = "file:/";
    append_escaped(uri, options.file.substr(memory_prefix.size()));
    return uri + "?vfs=memdb";
  }
  return uri_of_file(options.file)
         + (options.immutable ? "?immutable=1" : "?cache=private");
}

struct meaning {
  errc code;
  std::string_view next_step;
};

meaning meaning_of_access(int system_errno) {
  switch (system_errno) {
  case ENOENT:
  case ENOTDIR:
    return {errc::not_found, "check the path, or create the folder"};
  case ENOSPC:
  case EDQUOT:
    return {errc::no_space, "free some space, then try again"};
  case EACCES:
  case EPERM:
  case EROFS:
  case 0:
    return {errc::permission_denied,
            "check the permissions of the file and of its folder"};
  default:
    return {errc::io_failure, "check the device"};
  }
}

meaning meaning_of(int code, int system_errno) {
  switch (code & 0xff) {
  case SQLITE_FULL:
    return {errc::no_space, "free some space, then try again"};
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
    return {errc::corrupt,
            "run `troupe admin check`, or restore it from a backup"};
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return {errc::locked, "another process holds it: wait, then try again"};
  case SQLITE_PERM:
  case SQLITE_AUTH:
  case SQLITE_READONLY:
    return {errc::permission_denied,
            "check the permissions of the file and of its folder"};
  case SQLITE_CANTOPEN:
    return meaning_of_access(system_errno);
  case SQLITE_IOERR:
    if (system_errno == ENOSPC || system_errno == EDQUOT)
      return {errc::no_space, "free some space, then try again"};
    return {errc::io_failure, "check the device, then `troupe admin check`"};
  case SQLITE_NOMEM:
    return {errc::overloaded, "memory is short: try again later"};
  case SQLITE_TOOBIG:
    return {errc::too_large, "it exceeds what the library can hold"};
  default:
    return {errc::internal, "report this"};
  }
}

} // namespace

bool lives_in_memory(std::string_view file) noexcept {
  return file.starts_with(memory_prefix);
}

std::string uri_of_file(std::string_view path) {
  // An empty authority, so that a path of two slashes is not taken for one.
  std::string uri = path.starts_with('/') ? "file://" : "file:";
  append_escaped(uri, path);
  return uri;
}

error to_error(int code, int system_errno, std::string_view message,
               std::string_view file, std::string_view what) {
  const auto found = meaning_of(code, system_errno);
  return {found.code, fmt::format("library {}: {}: {}; {}", file, what, message,
                                  found.next_step)};
}

// -- query --------------------------------------------------------------------

query::~query() {
  if (owned_) {
    sqlite3_finalize(statement_);
  } else if (statement_ != nullptr) {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
}

void query::check(int code) {
  if (code != SQLITE_OK)
    owner_->fail(code, text_.what);
}

query& query::bind(std::int64_t value) {
  if (!owner_->failed())
    check(sqlite3_bind_int64(statement_, ++bound_, value));
  return *this;
}

query& query::bind_text(std::string_view value) {
  // A null pointer would bind NULL; an empty text is not that.
  const char* data = value.data() == nullptr ? "" : value.data();
  if (!owner_->failed())
    check(sqlite3_bind_text64(statement_, ++bound_, data, value.size(),
                              SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

query& query::bind_blob(std::string_view value) {
  const char* data = value.data() == nullptr ? "" : value.data();
  if (!owner_->failed())
    check(sqlite3_bind_blob64(statement_, ++bound_, data, value.size(),
                              SQLITE_STATIC));
  return *this;
}

query& query::bind_null() {
  if (!owner_->failed())
    check(sqlite3_bind_null(statement_, ++bound_));
  return *this;
}

query& query::bind_optional_text(std::string_view value) {
  return value.empty() ? bind_null() : bind_text(value);
}

bool query::row() {
  if (owner_->failed())
    return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW)
    return true;
  if (code != SQLITE_DONE)
    owner_->fail(code, text_.what);
  return false;
}

void query::run() {
  while (row()) {
  }
}

query& query::again() {
  if (statement_ != nullptr)
    sqlite3_reset(statement_);
  bound_ = 0;
  return *this;
}

std::int64_t query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view query::bytes(int column) const {
  // The order matters: the pointer first, then the length of that form.
  const void* data = sqlite3_column_blob(statement_, column);
  const int length = sqlite3_column_bytes(statement_, column);
  if (data == nullptr)
    return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(length)};
}

bool query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

// -- database -----------------------------------------------------------------

result<std::unique_ptr<database>>
database::open(const connection_options& options) {
  int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (!options.writable)
    flags |= SQLITE_OPEN_READONLY;
  else
    flags |= SQLITE_OPEN_READWRITE | (options.create ? SQLITE_OPEN_CREATE : 0);
  sqlite3* handle = nullptr;
  const bool named = !options.vfs.empty() && !lives_in_memory(options.file);
  const int code = sqlite3_open_v2(uri_of(options).c_str(), &handle, flags,
                                   named ? options.vfs.c_str() : nullptr);
  if (code != SQLITE_OK) {
    const int reason = handle == nullptr ? 0 : sqlite3_system_errno(handle);
    const char* message = sqlite3_errstr(code);
    auto failure = to_error(code, reason, message, options.file, "open");
    sqlite3_close_v2(handle);
    return failure;
  }
  sqlite3_busy_timeout(handle, busy_timeout_ms);
  return std::unique_ptr<database>{new database{handle, options.file}};
}

database::~database() {
  for (const auto& [sql, statement] : statements_)
    sqlite3_finalize(statement);
  sqlite3_close_v2(handle_);
}

query database::use(const command& text) {
  auto& statement = statements_[text.sql];
  if (statement == nullptr && !failed()) {
    const int code = sqlite3_prepare_v3(
      handle_, text.sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK)
      fail(code, text.what);
  }
  return {*this, statement, text, false};
}

query database::once(const char* what, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (!failed()) {
    const int code =
      sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), 0,
                         &statement, nullptr);
    if (code != SQLITE_OK)
      fail(code, what);
  }
  return {*this, statement, command{what, nullptr}, true};
}

void database::execute(const char* what, const char* sql) {
  if (failed())
    return;
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK)
    fail(code, what);
}

std::int64_t database::number(const command& text) {
  auto found = use(text);
  return found.row() ? found.integer(0) : 0;
}

std::int64_t database::changes() const noexcept {
  return sqlite3_changes64(handle_);
}

result<void> database::conclude() {
  if (!failure_)
    return {};
  error failure = std::move(*failure_);
  failure_.reset();
  return failure;
}

void database::fail(error failure) {
  if (!failure_)
    failure_ = std::move(failure);
}

void database::fail(int code, std::string_view what) {
  fail(to_error(code, sqlite3_system_errno(handle_), sqlite3_errmsg(handle_),
                file_, what));
}

std::int64_t database::vm_steps() const {
  std::int64_t steps = 0;
  for (const auto& [sql, statement] : statements_)
    if (statement != nullptr)
      steps += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0);
  return steps;
}

} // namespace troupe::io::sqlite
