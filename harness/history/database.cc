// SPDX-License-Identifier: MIT
#include "harness/history/database.h"

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <sqlite3.h>
#include <system_error>
#include <utility>

namespace procession::history {

namespace {

using base::Error;
using base::ErrorKind;

// Result codes: sqlite.org/rescode.html.
ErrorKind kind_of(int code) {
  switch (code & 0xff) {
    case SQLITE_ERROR:  // its tables are not those that are wanted
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return ErrorKind::BadInput;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return ErrorKind::NotPermitted;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return ErrorKind::Exhausted;
    default:
      return ErrorKind::Io;
  }
}

std::string reason_of(int code, const char* library_says, base::Duration patience) {
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      return "it is no SQLite database";
    case SQLITE_CORRUPT:
      return "the database is damaged";
    case SQLITE_BUSY:
    case SQLITE_LOCKED: {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience).count();
      return "another process keeps the database locked" +
             (seconds > 0 ? " (waited for " + std::to_string(seconds) + " s)" : std::string());
    }
    case SQLITE_READONLY:
      return "it is write-protected";
    case SQLITE_FULL:
      return "the disk is full";
    default:
      return library_says;
  }
}

// ":memory:", and an empty name, mean something else to the library.
std::string as_file(const std::string& path) { return path.starts_with('/') ? path : "./" + path; }

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  ::sqlite3_finalize(statement);
}

Statement& Statement::bind(int parameter, std::int64_t value) {
  base::check(::sqlite3_bind_int64(statement_.get(), parameter, value) == SQLITE_OK,
              "the statement has such a parameter");
  return *this;
}

Statement& Statement::bind(int parameter, double value) {
  base::check(::sqlite3_bind_double(statement_.get(), parameter, value) == SQLITE_OK,
              "the statement has such a parameter");
  return *this;
}

Statement& Statement::bind(int parameter, const std::optional<double>& value) {
  if (value) {
    return bind(parameter, *value);
  }
  base::check(::sqlite3_bind_null(statement_.get(), parameter) == SQLITE_OK,
              "the statement has such a parameter");
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  // An empty text, not NULL, also where there are no bytes to point to.
  const char* const bytes = text.data() != nullptr ? text.data() : "";
  base::check(::sqlite3_bind_text64(statement_.get(), parameter, bytes, text.size(),
                                    SQLITE_TRANSIENT, SQLITE_UTF8) == SQLITE_OK,
              "the statement has such a parameter");
  return *this;
}

base::Result<bool> Statement::step() {
  const int code = ::sqlite3_step(statement_.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) {
    Error error = database_->error();
    ::sqlite3_reset(statement_.get());
    return error;
  }
  return code == SQLITE_ROW;
}

base::Result<> Statement::run() {
  const base::Result<bool> stepped = step();
  ::sqlite3_reset(statement_.get());
  return stepped ? base::Result<>() : stepped.error();
}

std::int64_t Statement::integer(int column) const {
  return ::sqlite3_column_int64(statement_.get(), column);
}

std::optional<double> Statement::real(int column) const {
  if (::sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) {
    return std::nullopt;
  }
  return ::sqlite3_column_double(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const auto* const bytes =
      reinterpret_cast<const char*>(::sqlite3_column_text(statement_.get(), column));
  const int size = ::sqlite3_column_bytes(statement_.get(), column);
  return bytes != nullptr ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

void Database::Close::operator()(sqlite3* connection) const { ::sqlite3_close_v2(connection); }

base::Result<Database> Database::open(const std::string& path, Access access,
                                      base::Duration patience) {
  Database database(path);
  // To read, too, with the right to write where there is one: to undo what a killed writer has
  // left.
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE |
                    (access == Access::Append ? SQLITE_OPEN_CREATE : 0);
  sqlite3* connection = nullptr;
  const int code = ::sqlite3_open_v2(as_file(path).c_str(), &connection, flags, nullptr);
  database.connection_.reset(connection);
  database.patience_ = patience;
  if (code != SQLITE_OK) {
    return database.cannot_open(access);
  }
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(patience);
  ::sqlite3_busy_timeout(connection, static_cast<int>(wait.count()));
  // What the file itself says cannot make the library do more than read and write tables.
  ::sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  ::sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  if (access == Access::Append && ::sqlite3_db_readonly(connection, "main") == 1) {
    return Error{ErrorKind::NotPermitted, path + ": it is write-protected"};
  }
  return database;
}

// A file that it may not make the library then tries to read, and says that it is not there.
base::Error Database::cannot_open(Access access) const {
  const bool is_missing = connection_ && ::sqlite3_system_errno(connection_.get()) == ENOENT;
  if (is_missing && access == Access::Read) {
    return wrong("there is no such file");
  }
  std::error_code ignored;
  const std::filesystem::path folder = std::filesystem::path(as_file(path_)).parent_path();
  const bool may_not = is_missing && std::filesystem::is_directory(folder, ignored);
  return may_not ? base::system_error("make " + path_, EACCES) : error();
}

base::Error Database::wrong(std::string_view why) const {
  return {ErrorKind::BadInput, path_ + ": " + std::string(why)};
}

base::Error Database::error() const {
  if (!connection_) {
    return {ErrorKind::Exhausted, path_ + ": no memory"};
  }
  const int code = ::sqlite3_extended_errcode(connection_.get());
  const int number = ::sqlite3_system_errno(connection_.get());
  const bool is_of_the_system =
      number != 0 && ((code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_IOERR);
  if (is_of_the_system) {
    return base::system_error("open or write " + path_, number);
  }
  return {kind_of(code),
          path_ + ": " + reason_of(code, ::sqlite3_errmsg(connection_.get()), patience_)};
}

base::Result<> Database::execute(const char* sql) {
  const int code = ::sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? base::Result<>() : error();
}

base::Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = ::sqlite3_prepare_v2(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                        &statement, nullptr);
  if (code != SQLITE_OK) {
    return error();
  }
  return Statement(statement, *this);
}

base::Result<std::int64_t> Database::number(std::string_view sql) {
  base::Result<Statement> statement = prepare(sql);
  if (!statement) {
    return std::move(statement).error();
  }
  const base::Result<bool> row = statement->step();
  if (!row) {
    return row.error();
  }
  base::check(*row, "the statement has a row");
  return statement->integer(0);
}

std::int64_t Database::changes() const { return ::sqlite3_changes64(connection_.get()); }

std::int64_t Database::last_row() const { return ::sqlite3_last_insert_rowid(connection_.get()); }

base::Result<Transaction> Transaction::begin(Database& database) {
  if (base::Result<> begun = database.execute("BEGIN IMMEDIATE"); !begun) {
    return std::move(begun).error();
  }
  return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  if (database_ != nullptr) {
    // Some errors have undone it already.
    static_cast<void>(database_->execute("ROLLBACK"));
  }
}

base::Result<> Transaction::commit() {
  base::Result<> committed = database_->execute("COMMIT");
  if (committed) {
    database_ = nullptr;
  }
  return committed;
}

}  // namespace procession::history
