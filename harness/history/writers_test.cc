// SPDX-License-Identifier: MIT
// Writers that are killed, and writers at the same time: real processes on one file. Each process
// opens the file itself: a connection must not cross a fork.
#include "harness/history/history.h"
#include "harness/history/session_test.h"
#include "harness/os/temporary_folder_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <random>
#include <set>
#include <sqlite3.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace procession::history {
namespace {

using base::Result;

constexpr int kRows = 40;  // of each session: more than a page

// Ends the process, 0 if all went well.
bool append(const std::string& path, const Session& session) {
  Result<History> history = History::open(path, Access::Append, std::chrono::seconds(30));
  return history && history->append(session);
}

pid_t in_child(const std::function<bool()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::_exit(work() ? 0 : 1);
  }
  EXPECT_GT(child, 0);
  return child;
}

int status_of(pid_t child) {
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// The seeds of the sessions that are there. Each must have all of its rows.
std::set<int> whole_sessions(const std::string& path) {
  Result<History> history = History::open(path, Access::Read);
  if (!history) {
    EXPECT_THAT(history.error().message,
                testing::AnyOf(testing::HasSubstr("no session is in it yet"),
                               testing::HasSubstr("there is no such file")));
    return {};
  }
  const Result<std::vector<Entry>> figures = history->figures();
  EXPECT_TRUE(figures) << figures.error().message;
  std::set<int> first;
  for (std::size_t i = 0; i < figures->size(); ++i) {
    std::set<int> seeds;
    const Result<std::vector<Point>> points = history->points((*figures)[i]);
    EXPECT_TRUE(points) << points.error().message;
    for (const Point& point : *points) {
      seeds.insert(static_cast<int>(point.value.value));
    }
    EXPECT_EQ(seeds, i == 0 ? seeds : first) << "a session is there in part";
    first = seeds;
  }
  EXPECT_EQ(figures->size(), first.empty() ? 0u : kRows);
  return first;
}

// The calls of the system by which the library changes files, as its unix VFS names them
// (sqlite3_vfs.xSetSystemCall). The process is killed in the so-manieth of them: of what is to be
// written, half is.
int calls_left = 0;

void count_call(const std::function<void()>& half) {
  if (--calls_left == 0) {
    half();
    ::raise(SIGKILL);
  }
}

ssize_t killed_pwrite(int fd, const void* bytes, std::size_t size, off_t at) {
  count_call([&] { static_cast<void>(::pwrite(fd, bytes, size / 2, at)); });
  return ::pwrite(fd, bytes, size, at);
}

ssize_t killed_write(int fd, const void* bytes, std::size_t size) {
  count_call([&] { static_cast<void>(::write(fd, bytes, size / 2)); });
  return ::write(fd, bytes, size);
}

int killed_ftruncate(int fd, off_t size) {
  count_call([] {});
  return ::ftruncate(fd, size);
}

int killed_unlink(const char* path) {
  count_call([] {});
  return ::unlink(path);
}

void die_in_call(int number) {
  ::sqlite3_initialize();
  sqlite3_vfs* const vfs = ::sqlite3_vfs_find(nullptr);
  const auto replace = [&](const char* name, auto* call) {
    // One of them may be missing in this build of the library.
    vfs->xSetSystemCall(vfs, name, reinterpret_cast<sqlite3_syscall_ptr>(call));
  };
  calls_left = number;
  replace("pwrite", &killed_pwrite);
  replace("pwrite64", &killed_pwrite);
  replace("write", &killed_write);
  replace("ftruncate", &killed_ftruncate);
  replace("unlink", &killed_unlink);
}

// Kills a writer in its first call that changes a file, the next one in its second, until one comes
// through. `prepared`: sessions that are there before.
void kill_in_every_call(int prepared) {
  const os::TemporaryFolder folder;
  int killed = 0;
  for (int call = 1;; ++call) {
    const std::string path = folder.path() + "/" + std::to_string(call) + ".db";
    std::set<int> before;
    for (int i = 0; i < prepared; ++i) {
      ASSERT_EQ(status_of(in_child([&] { return append(path, numbered_session(i, kRows)); })), 0);
      before.insert(i);
    }
    const int status = status_of(in_child([&] {
      die_in_call(call);
      return append(path, numbered_session(prepared, kRows));
    }));
    std::set<int> after = before;
    after.insert(prepared);
    if (status == 0) {
      EXPECT_EQ(whole_sessions(path), after);
      break;
    }
    ASSERT_EQ(status, -SIGKILL);
    ++killed;
    EXPECT_THAT(whole_sessions(path), testing::AnyOf(before, after)) << "call " << call;
    // And it can be written on.
    EXPECT_TRUE(append(path, numbered_session(prepared, kRows)));
    EXPECT_EQ(whole_sessions(path), after);
  }
  EXPECT_GT(killed, 5);
}

TEST(KilledWriter, LeavesWholeSessionsWhateverCallItIsKilledIn) { kill_in_every_call(2); }

TEST(KilledWriter, LeavesNothingOrAHistoryWhenItMakesTheFile) { kill_in_every_call(0); }

// The same at any instant, in or between calls.
TEST(KilledWriter, LeavesWholeSessionsWheneverItIsKilled) {
  const os::TemporaryFolder folder;
  const std::string path = folder.path() + "/history.db";
  std::minstd_rand random(1);
  int next = 0;
  for (int round = 0; round < 25; ++round) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const pid_t child = in_child([&] {
      bool good = true;
      for (int i = next; good && i < next + 100'000; ++i) {
        good = append(path, numbered_session(i, kRows)) && ::write(ends[1], "x", 1) == 1;
      }
      return good;
    });
    ::close(ends[1]);
    const int wanted = 1 + round % 3;
    char byte = 0;
    for (int i = 0; i < wanted; ++i) {
      ASSERT_EQ(::read(ends[0], &byte, 1), 1);
    }
    const base::Instant end = base::now() + std::chrono::microseconds(random() % 3000);
    while (base::now() < end) {
    }
    ASSERT_EQ(::kill(child, SIGKILL), 0);  // it is our child and not yet reaped
    EXPECT_EQ(status_of(child), -SIGKILL);
    int told = wanted;
    while (::read(ends[0], &byte, 1) == 1) {
      ++told;
    }
    ::close(ends[0]);
    const std::set<int> there = whole_sessions(path);
    // All that it has told of, and at most the next one.
    const int count = static_cast<int>(there.size());
    EXPECT_GE(count, next + told);
    EXPECT_LE(count, next + told + 1);
    next = count;
  }
}

TEST(TwoWriters, BothGetAllIn) {
  const os::TemporaryFolder folder;
  const std::string path = folder.path() + "/history.db";
  constexpr int kEach = 40;
  const auto write_from = [&](int first) {
    return in_child([&path, first] {
      for (int i = first; i < first + kEach; ++i) {
        if (!append(path, numbered_session(i, kRows))) {
          return false;
        }
      }
      return true;
    });
  };
  // Half of what they write is the same.
  const pid_t one = write_from(0);
  const pid_t other = write_from(kEach / 2);
  EXPECT_EQ(status_of(one), 0);
  EXPECT_EQ(status_of(other), 0);
  EXPECT_EQ(whole_sessions(path).size(), kEach + kEach / 2);
}

}  // namespace
}  // namespace procession::history
