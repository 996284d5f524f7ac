// SPDX-License-Identifier: MIT
#pragma once
// Database: an SQLite file, its statements and transactions, with errors as base::Result that name
// the file. Made and used by History alone; knows no table.
//
// Many processes may have the file open at once. Who wants it while another writes waits, as long
// as `patience` says, and is then told. A connection must not cross a fork.

#include "harness/base/result.h"
#include "harness/base/time.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace procession::history {

class Database;

// A prepared statement. Parameters count from 1, columns from 0. Must not outlive its database.
class Statement {
 public:
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, double value);
  Statement& bind(int parameter, const std::optional<double>& value);  // none: NULL
  Statement& bind(int parameter, std::string_view text);               // any bytes; copied

  // True: there is a row.
  base::Result<bool> step();
  // For a statement without rows; afterwards it can be bound and run again.
  base::Result<> run();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::optional<double> real(int column) const;  // none: NULL
  [[nodiscard]] std::string text(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(sqlite3_stmt* statement, const Database& database)
      : statement_(statement), database_(&database) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  const Database* database_;
};

class Database {
 public:
  enum class Access {
    Read,    // must exist; is not changed, but what a killed writer has left is undone
    Append,  // is made if it does not exist
  };
  [[nodiscard]] static base::Result<Database> open(const std::string& path, Access access,
                                                   base::Duration patience);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  Database(Database&&) = default;
  Database& operator=(Database&&) = delete;

  // Any number of statements without parameters, whose rows nobody wants.
  base::Result<> execute(const char* sql);
  // The database must stay where it is while the statement lives.
  base::Result<Statement> prepare(std::string_view sql);
  // Of a statement that has one row with a number.
  base::Result<std::int64_t> number(std::string_view sql);
  // How many rows the last statement has inserted.
  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] std::int64_t last_row() const;

  [[nodiscard]] const std::string& path() const { return path_; }
  // BadInput with the file's name in front.
  [[nodiscard]] base::Error wrong(std::string_view why) const;
  // What the last call has failed with.
  [[nodiscard]] base::Error error() const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  [[nodiscard]] base::Error cannot_open(Access access) const;
  explicit Database(std::string path) : path_(std::move(path)) {}

  std::string path_;
  base::Duration patience_{};
  std::unique_ptr<sqlite3, Close> connection_;
};

// Either all that happens before its commit is in the file, or nothing. The right to write is taken
// when it begins, not later: so two that read and then write cannot wait for each other.
class Transaction {
 public:
  [[nodiscard]] static base::Result<Transaction> begin(Database& database);
  ~Transaction();  // undoes it, unless it was committed
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;

  base::Result<> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;  // nullptr: it is over
};

}  // namespace procession::history
