// SPDX-License-Identifier: MIT
#pragma once
// History: what figures came to in all sessions that were put into it: an SQLite file, to look how
// they went over time and over versions. Nothing here decides whether anything is as expected.
//
// A session is in it whole or not at all, whenever its writer is killed. The file is one file at
// rest: changes go through SQLite's rollback journal. Its write-ahead log would let readers read on
// while somebody writes, but needs two more files beside it, which a copy of the database lacks,
// and the right to write to read. There are few writes here, each a few milliseconds long.
//
// The schema has a version. A database of a newer one, of another program, or a damaged one is left
// as it is.

#include "harness/base/result.h"
#include "harness/history/database.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace procession::history {

inline constexpr std::int64_t kSchemaVersion = 1;           // PRAGMA user_version
inline constexpr std::int64_t kApplicationId = 0x50726f63;  // PRAGMA application_id: "Proc"
inline constexpr base::Duration kPatience = std::chrono::seconds(5);

// A number of a scenario that is told of: "round_trip", "p99", in "ns". What has no statistic, as
// the rate of a load, has an empty one.
struct Figure {
  std::string scenario;  // its id
  std::string name;
  std::string statistic;
  std::string unit;  // "ns", "/s"; empty: a count

  friend auto operator<=>(const Figure&, const Figure&) = default;
};

// All numbers are finite.
struct Value {
  double value = 0;
  std::optional<double> low;  // of the interval that holds the true value with 95 % confidence
  std::optional<double> high;
  bool at_least = false;  // a lower bound
  std::uint64_t n = 0;    // of how many samples

  friend bool operator==(const Value&, const Value&) = default;
};

struct Row {
  Figure figure;
  Value value;
};

struct Session {
  std::string started;  // ISO 8601, UTC
  base::Duration wall{};
  std::string version;  // of Procession
  std::string machine_class;
  std::string command;
  std::uint32_t seed = 0;
  std::uint32_t round = 1;
  std::vector<Row> rows;  // the first of each figure counts
};

struct Point {
  std::string started;
  std::string version;
  std::string machine_class;
  Value value;
};

// A figure, and how often it is there.
struct Entry {
  Figure figure;
  std::uint64_t points = 0;
  std::string last;  // when the latest of them began

  std::int64_t key = 0;  // in this database
};

using Access = Database::Access;

class History {
 public:
  // The parent folder must exist. BadInput: no history, a newer one, a damaged one, or to read,
  // none.
  [[nodiscard]] static base::Result<History> open(const std::string& path, Access access,
                                                  base::Duration patience = kPatience);

  // False if it was there before: sessions are the same when all but their rows are. Then nothing
  // is changed.
  base::Result<bool> append(const Session& session);

  // By scenario, name and statistic.
  base::Result<std::vector<Entry>> figures();
  // In the order of time.
  base::Result<std::vector<Point>> points(const Entry& entry);

 private:
  explicit History(std::unique_ptr<Database> database) : database_(std::move(database)) {}
  base::Result<> look(Access access);
  base::Result<> look_inside(Access access);
  base::Result<> check_whole();

  std::unique_ptr<Database> database_;
  bool is_new_ = false;  // nothing is in the file yet, not even tables
};

}  // namespace procession::history
