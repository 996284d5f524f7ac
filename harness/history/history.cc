// SPDX-License-Identifier: MIT
#include "harness/history/history.h"

#include <cmath>
#include <filesystem>
#include <system_error>
#include <utility>

namespace procession::history {

namespace {

using base::Result;

// Names stand once; a value is some 30 bytes.
constexpr const char* kSchema = R"sql(
CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  started TEXT NOT NULL,
  wall_ns INTEGER NOT NULL,
  version TEXT NOT NULL,
  machine_class TEXT NOT NULL,
  command TEXT NOT NULL,
  seed INTEGER NOT NULL,
  round INTEGER NOT NULL,
  UNIQUE (started, wall_ns, version, machine_class, command, seed, round)
) STRICT;
CREATE TABLE figure (
  id INTEGER PRIMARY KEY,
  scenario TEXT NOT NULL,
  name TEXT NOT NULL,
  statistic TEXT NOT NULL,
  unit TEXT NOT NULL,
  UNIQUE (scenario, name, statistic, unit)
) STRICT;
CREATE TABLE value (
  figure INTEGER NOT NULL REFERENCES figure,
  session INTEGER NOT NULL REFERENCES session,
  value REAL NOT NULL,
  low REAL,
  high REAL,
  at_least INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (figure, session)
) STRICT, WITHOUT ROWID;
)sql";

struct Head {
  std::int64_t application = 0;
  std::int64_t version = 0;
  std::int64_t objects = 0;  // tables and what belongs to them

  // What SQLite makes of a file of no bytes.
  [[nodiscard]] bool is_empty() const { return application == 0 && version == 0 && objects == 0; }
};

Result<Head> read_head(Database& database) {
  Head head;
  for (const auto& [sql, member] :
       {std::pair("PRAGMA application_id", &Head::application),
        std::pair("PRAGMA user_version", &Head::version),
        std::pair("SELECT count(*) FROM sqlite_schema", &Head::objects)}) {
    const Result<std::int64_t> number = database.number(sql);
    if (!number) {
      return number.error();
    }
    head.*member = *number;
  }
  return head;
}

Result<> check_head(const Database& database, const Head& head) {
  if (head.application != kApplicationId) {
    return database.wrong("it is a database of another program, no history");
  }
  if (head.version != kSchemaVersion) {
    return database.wrong("it is a history of schema version " + std::to_string(head.version) +
                          "; this program knows version " + std::to_string(kSchemaVersion));
  }
  return {};
}

Result<> make_schema(Database& database) {
  if (Result<> made = database.execute(kSchema); !made) {
    return made;
  }
  const std::string marks = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                            "; PRAGMA user_version = " + std::to_string(kSchemaVersion);
  return database.execute(marks.c_str());
}

// None: it is there already.
Result<std::optional<std::int64_t>> insert_session(Database& database, const Session& session) {
  Result<Statement> insert = database.prepare(
      "INSERT OR IGNORE INTO session (started, wall_ns, version, machine_class, command, seed, "
      "round) VALUES (?, ?, ?, ?, ?, ?, ?)");
  if (!insert) {
    return std::move(insert).error();
  }
  insert->bind(1, session.started)
      .bind(2, std::int64_t{session.wall.count()})
      .bind(3, session.version)
      .bind(4, session.machine_class)
      .bind(5, session.command)
      .bind(6, std::int64_t{session.seed})
      .bind(7, std::int64_t{session.round});
  if (Result<> done = insert->run(); !done) {
    return std::move(done).error();
  }
  return database.changes() > 0 ? std::optional(database.last_row()) : std::nullopt;
}

Statement& bind_figure(Statement& statement, const Figure& figure) {
  return statement.bind(1, figure.scenario)
      .bind(2, figure.name)
      .bind(3, figure.statistic)
      .bind(4, figure.unit);
}

Result<> insert_rows(Database& database, std::int64_t session, const std::vector<Row>& rows) {
  Result<Statement> insert_figure = database.prepare(
      "INSERT OR IGNORE INTO figure (scenario, name, statistic, unit) VALUES (?, ?, ?, ?)");
  if (!insert_figure) {
    return std::move(insert_figure).error();
  }
  Result<Statement> insert_value = database.prepare(
      "INSERT OR IGNORE INTO value (figure, session, value, low, high, at_least, n) "
      "SELECT id, ?5, ?6, ?7, ?8, ?9, ?10 FROM figure "
      "WHERE scenario = ?1 AND name = ?2 AND statistic = ?3 AND unit = ?4");
  if (!insert_value) {
    return std::move(insert_value).error();
  }
  for (const auto& [figure, value] : rows) {
    base::check(std::isfinite(value.value), "a value of the history is finite");
    if (Result<> done = bind_figure(*insert_figure, figure).run(); !done) {
      return done;
    }
    Result<> done = bind_figure(*insert_value, figure)
                        .bind(5, session)
                        .bind(6, value.value)
                        .bind(7, value.low)
                        .bind(8, value.high)
                        .bind(9, std::int64_t{value.at_least ? 1 : 0})
                        .bind(10, static_cast<std::int64_t>(value.n))
                        .run();
    if (!done) {
      return done;
    }
  }
  return {};
}

}  // namespace

Result<History> History::open(const std::string& path, Access access, base::Duration patience) {
  Result<Database> database = Database::open(path, access, patience);
  if (!database) {
    return std::move(database).error();
  }
  History history(std::make_unique<Database>(*std::move(database)));
  if (Result<> looked = history.look(access); !looked) {
    return std::move(looked).error();
  }
  return history;
}

// In a transaction: nobody writes meanwhile.
Result<> History::look(Access access) {
  if (Result<> begun = database_->execute("BEGIN"); !begun) {
    return begun;
  }
  Result<> good = look_inside(access);
  Result<> ended = database_->execute("COMMIT");
  return good ? ended : good;
}

Result<> History::look_inside(Access access) {
  const Result<Head> head = read_head(*database_);
  if (!head) {
    return head.error();
  }
  is_new_ = head->is_empty();
  if (is_new_) {
    return access == Access::Append ? Result<>() : database_->wrong("no session is in it yet");
  }
  Result<> good = check_head(*database_, *head);
  return good ? check_whole() : good;
}

// Most of what can be wrong with its pages. Values themselves have no checksum.
Result<> History::check_whole() {
  Result<Statement> check = database_->prepare("PRAGMA quick_check(1)");
  if (!check) {
    return std::move(check).error();
  }
  const Result<bool> row = check->step();
  const Result<std::int64_t> page_size = database_->number("PRAGMA page_size");
  if (!row || !page_size) {
    return row ? page_size.error() : row.error();
  }
  std::error_code unknown;
  const std::uintmax_t size = std::filesystem::file_size(database_->path(), unknown);
  const bool has_whole_pages = unknown || size % static_cast<std::uintmax_t>(*page_size) == 0;
  return *row && check->text(0) == "ok" && has_whole_pages
             ? Result<>()
             : database_->wrong("the database is damaged");
}

Result<bool> History::append(const Session& session) {
  Result<Transaction> transaction = Transaction::begin(*database_);
  if (!transaction) {
    return std::move(transaction).error();
  }
  if (is_new_) {
    // Another process may have been faster.
    const Result<Head> head = read_head(*database_);
    if (!head) {
      return head.error();
    }
    Result<> ready = head->is_empty() ? make_schema(*database_) : check_head(*database_, *head);
    if (!ready) {
      return std::move(ready).error();
    }
  }
  const Result<std::optional<std::int64_t>> id = insert_session(*database_, session);
  if (!id) {
    return id.error();
  }
  if (!*id) {
    return false;
  }
  if (Result<> inserted = insert_rows(*database_, **id, session.rows); !inserted) {
    return std::move(inserted).error();
  }
  if (Result<> committed = transaction->commit(); !committed) {
    return std::move(committed).error();
  }
  is_new_ = false;
  return true;
}

Result<std::vector<Entry>> History::figures() {
  Result<Statement> select = database_->prepare(
      "SELECT figure.id, scenario, name, statistic, unit, count(*), max(started) "
      "FROM figure JOIN value ON value.figure = figure.id "
      "JOIN session ON session.id = value.session "
      "GROUP BY figure.id ORDER BY scenario, name, statistic, unit");
  if (!select) {
    return std::move(select).error();
  }
  std::vector<Entry> entries;
  while (true) {
    const Result<bool> row = select->step();
    if (!row) {
      return row.error();
    }
    if (!*row) {
      return entries;
    }
    Entry entry;
    entry.key = select->integer(0);
    entry.figure = {select->text(1), select->text(2), select->text(3), select->text(4)};
    entry.points = static_cast<std::uint64_t>(select->integer(5));
    entry.last = select->text(6);
    entries.push_back(std::move(entry));
  }
}

Result<std::vector<Point>> History::points(const Entry& entry) {
  Result<Statement> select = database_->prepare(
      "SELECT started, version, machine_class, value, low, high, at_least, n "
      "FROM value JOIN session ON session.id = value.session "
      "WHERE value.figure = ? ORDER BY started, session.id");
  if (!select) {
    return std::move(select).error();
  }
  select->bind(1, entry.key);
  std::vector<Point> points;
  while (true) {
    const Result<bool> row = select->step();
    if (!row) {
      return row.error();
    }
    if (!*row) {
      return points;
    }
    Point point{select->text(0), select->text(1), select->text(2), {}};
    point.value = {select->real(3).value_or(0), select->real(4), select->real(5),
                   select->integer(6) != 0, static_cast<std::uint64_t>(select->integer(7))};
    points.push_back(std::move(point));
  }
}

}  // namespace procession::history
