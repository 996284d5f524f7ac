// SPDX-License-Identifier: MIT
#include "harness/history/history.h"

#include "harness/history/session_test.h"
#include "harness/os/temporary_folder_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sqlite3.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace procession::history {
namespace {

namespace fs = std::filesystem;
using base::ErrorKind;
using base::Result;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

class HistoryFile : public testing::Test {
 protected:
  HistoryFile() : path_(folder_.path() + "/history.db") {}

  bool append(const Session& session) {
    Result<History> history = History::open(path_, Access::Append);
    EXPECT_TRUE(history) << history.error().message;
    const Result<bool> appended = history->append(session);
    EXPECT_TRUE(appended) << appended.error().message;
    return *appended;
  }

  History read() {
    Result<History> history = History::open(path_, Access::Read);
    EXPECT_TRUE(history) << history.error().message;
    return *std::move(history);
  }

  // The same is to be said to who reads and who writes, and the file is to stay as it is.
  void expect_refused(const std::string& why, ErrorKind kind = ErrorKind::BadInput) {
    const std::string before = bytes();
    for (const Access access : {Access::Read, Access::Append}) {
      const Result<History> history = History::open(path_, access);
      ASSERT_FALSE(history) << why;
      EXPECT_EQ(history.error().message, path_ + ": " + why);
      EXPECT_EQ(history.error().kind, kind);
    }
    EXPECT_EQ(bytes(), before);
    EXPECT_THAT(names(), ElementsAre("history.db"));
  }

  void write(const std::string& text) { std::ofstream(path_, std::ios::binary) << text; }

  [[nodiscard]] std::string bytes() const {
    std::ostringstream all;
    all << std::ifstream(path_, std::ios::binary).rdbuf();
    return all.str();
  }

  void run_sql(const std::string& sql) {
    sqlite3* connection = nullptr;
    ASSERT_EQ(::sqlite3_open(path_.c_str(), &connection), SQLITE_OK);
    EXPECT_EQ(::sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sql;
    ::sqlite3_close(connection);
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  os::TemporaryFolder folder_;
  std::string path_;
};

TEST_F(HistoryFile, GivesBackWhatWasPutIn) {
  Session first = numbered_session(1, 0);
  first.rows = {row("b.yaml", "trip", "p50", 10), row("a.yaml", "trip", "p99", 20)};
  Session second = numbered_session(2, 0);
  second.started = "2026-05-02T12:00:00Z";
  second.version = "0.2.0";
  second.machine_class = "other";
  second.rows = {{{"a.yaml", "trip", "p99", "ns"}, {0.1, std::nullopt, std::nullopt, true, 7}}};
  EXPECT_TRUE(append(second));
  EXPECT_TRUE(append(first));

  History history = read();
  const std::vector<Entry> figures = *history.figures();
  ASSERT_THAT(figures, SizeIs(2));
  EXPECT_EQ(figures[0].figure, (Figure{"a.yaml", "trip", "p99", "ns"}));
  EXPECT_EQ(figures[0].points, 2u);
  EXPECT_EQ(figures[0].last, "2026-05-02T12:00:00Z");
  EXPECT_EQ(figures[1].figure, (Figure{"b.yaml", "trip", "p50", "ns"}));

  const std::vector<Point> points = *history.points(figures[0]);
  ASSERT_THAT(points, SizeIs(2));  // in the order of time, not that of arrival
  EXPECT_EQ(points[0].started, "2026-05-01T12:00:00Z");
  EXPECT_EQ(points[0].value, first.rows[1].value);
  EXPECT_EQ(points[1].version, "0.2.0");
  EXPECT_EQ(points[1].machine_class, "other");
  EXPECT_EQ(points[1].value, second.rows[0].value);
}

TEST_F(HistoryFile, HasASessionOnce) {
  EXPECT_TRUE(append(numbered_session(1, 2)));
  EXPECT_FALSE(append(numbered_session(1, 3)));
  Session longer = numbered_session(1, 2);
  longer.wall = std::chrono::seconds(1);
  EXPECT_TRUE(append(longer));
  History history = read();
  const std::vector<Entry> figures = *history.figures();
  ASSERT_THAT(figures, SizeIs(2));
  EXPECT_EQ(figures[0].points, 2u);
}

TEST_F(HistoryFile, HasAFigureOfASessionOnce) {
  Session session = numbered_session(1, 0);
  session.rows = {row("a.yaml", "trip", "p50", 1), row("a.yaml", "trip", "p50", 2)};
  append(session);
  History history = read();
  const std::vector<Entry> figures = *history.figures();
  ASSERT_THAT(figures, SizeIs(1));
  const std::vector<Point> points = *history.points(figures[0]);
  ASSERT_THAT(points, SizeIs(1));
  EXPECT_EQ(points[0].value.value, 1);
}

TEST_F(HistoryFile, KeepsAnyText) {
  const std::string wild("'; DROP TABLE value; --\n\xff\0中文", 32);
  Session session = numbered_session(1, 0);
  session.command = session.machine_class = session.version = wild;
  session.rows = {{{wild, wild, "", ""}, {5, std::nullopt, std::nullopt, false, 0}}};
  append(session);
  History history = read();
  const std::vector<Entry> figures = *history.figures();
  ASSERT_THAT(figures, SizeIs(1));
  EXPECT_EQ(figures[0].figure, (Figure{wild, wild, "", ""}));
  EXPECT_EQ(history.points(figures[0])->at(0).machine_class, wild);
}

TEST_F(HistoryFile, OfSessionsWithoutFiguresIsEmpty) {
  append(numbered_session(1, 0));
  EXPECT_THAT(*read().figures(), IsEmpty());
}

TEST_F(HistoryFile, IsOneFileAtRest) {
  append(numbered_session(1, 10));
  EXPECT_THAT(names(), ElementsAre("history.db"));
}

TEST_F(HistoryFile, IsNotMadeByReading) {
  const Result<History> history = History::open(path_, Access::Read);
  ASSERT_FALSE(history);
  EXPECT_EQ(history.error().kind, ErrorKind::BadInput);
  EXPECT_THAT(history.error().message, EndsWith("history.db: there is no such file"));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(HistoryFile, WithoutAByteIsNew) {
  write("");
  const Result<History> history = History::open(path_, Access::Read);
  ASSERT_FALSE(history);
  EXPECT_THAT(history.error().message, EndsWith("history.db: no session is in it yet"));
  EXPECT_TRUE(append(numbered_session(1, 1)));
  EXPECT_THAT(*read().figures(), SizeIs(1));
}

TEST_F(HistoryFile, OfTextIsRefused) {
  write("scenario: no database\nprocesses:\n  main: []\n");
  expect_refused("it is no SQLite database");
  write("{}");  // shorter than any database
  expect_refused("it is no SQLite database");
}

TEST_F(HistoryFile, OfAnotherProgramIsRefused) {
  run_sql("CREATE TABLE bookmarks (url TEXT)");
  expect_refused("it is a database of another program, no history");
  fs::remove(path_);
  run_sql("PRAGMA application_id = 7");
  expect_refused("it is a database of another program, no history");
}

TEST_F(HistoryFile, OfANewerVersionIsRefused) {
  append(numbered_session(1, 1));
  run_sql("PRAGMA user_version = 2");
  expect_refused("it is a history of schema version 2; this program knows version 1");
}

TEST_F(HistoryFile, CutShortIsRefused) {
  append(numbered_session(1, 500));
  const std::string whole = bytes();
  for (const std::size_t size : {whole.size() / 2, whole.size() - 1, std::size_t{1000}}) {
    write(whole.substr(0, size));
    expect_refused("the database is damaged");
  }
}

TEST_F(HistoryFile, WithASpoiledPageIsRefused) {
  append(numbered_session(1, 500));
  const std::string whole = bytes();
  const std::size_t page = 4096;
  for (std::size_t at = page; at < whole.size(); at += page) {
    std::string spoiled = whole;
    spoiled.replace(at, 64, std::string(64, '\xa5'));
    write(spoiled);
    expect_refused("the database is damaged");
  }
}

TEST_F(HistoryFile, WithoutItsTablesSaysSo) {
  append(numbered_session(1, 1));
  run_sql("DROP TABLE value");
  const Result<bool> appended =
      History::open(path_, Access::Append)->append(numbered_session(2, 1));
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().kind, ErrorKind::BadInput);
  EXPECT_EQ(appended.error().message, path_ + ": no such table: value");
}

TEST_F(HistoryFile, ThatIsLockedIsNamedAndLeft) {
  append(numbered_session(1, 1));
  sqlite3* other = nullptr;
  ASSERT_EQ(::sqlite3_open(path_.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(::sqlite3_exec(other, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
  for (const Access access : {Access::Read, Access::Append}) {
    const Result<History> history = History::open(path_, access, std::chrono::milliseconds(1));
    ASSERT_FALSE(history);
    EXPECT_EQ(history.error().kind, ErrorKind::Io);
    EXPECT_EQ(history.error().message, path_ + ": another process keeps the database locked");
  }
  // Somebody reads: that keeps nobody from waiting for the right to commit, which does not come.
  ASSERT_EQ(
      ::sqlite3_exec(other, "ROLLBACK; BEGIN; SELECT * FROM session", nullptr, nullptr, nullptr),
      SQLITE_OK);
  Result<History> history = History::open(path_, Access::Append, std::chrono::milliseconds(1));
  ASSERT_TRUE(history);
  const Result<bool> appended = history->append(numbered_session(2, 1));
  ASSERT_FALSE(appended);
  EXPECT_THAT(appended.error().message, HasSubstr("keeps the database locked"));
  ::sqlite3_close(other);
  EXPECT_EQ(read().figures()->at(0).points, 1u);
  EXPECT_TRUE(*history->append(numbered_session(2, 1)));
}

TEST_F(HistoryFile, InAPlaceThatDoesNotExistSaysSo) {
  for (const std::string& path : {folder_.path() + "/none/history.db", folder_.path()}) {
    const Result<History> history = History::open(path, Access::Append);
    ASSERT_FALSE(history);
    EXPECT_THAT(history.error().message, StartsWith("open or write " + path + ": "));
  }
}

// As somebody without rights: root has them all.
TEST_F(HistoryFile, ThatMayNotBeWrittenCanBeRead) {
  append(numbered_session(1, 1));
  fs::permissions(folder_.path(), static_cast<fs::perms>(0555));
  fs::permissions(path_, static_cast<fs::perms>(0444));
  const std::string before = bytes();
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (::geteuid() == 0 && ::setresuid(kNobody, kNobody, kNobody) != 0) {
      ::_exit(2);
    }
    Result<History> reader = History::open(path_, Access::Read);
    const bool readable = reader && reader->figures()->size() == 1;
    const Result<History> writer = History::open(path_, Access::Append);
    const bool refused = !writer && writer.error().kind == ErrorKind::NotPermitted &&
                         writer.error().message == path_ + ": it is write-protected";
    const std::string new_path = folder_.path() + "/new.db";
    const Result<History> other = History::open(new_path, Access::Append);
    const bool not_made = !other && other.error().kind == ErrorKind::NotPermitted;
    ::_exit(readable && refused && not_made ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(bytes(), before);
  fs::permissions(folder_.path(), static_cast<fs::perms>(0755));
}

TEST_F(HistoryFile, MayHaveANameThatTheLibraryTakesForMore) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_.path());
  path_ = ":memory:";
  EXPECT_TRUE(append(numbered_session(1, 1)));
  EXPECT_TRUE(fs::exists(":memory:"));
  fs::current_path(before);
}

}  // namespace
}  // namespace procession::history
