// SPDX-License-Identifier: MIT
// What is left when the tool is interrupted or killed, at any time: nothing. The tool is a small
// program of its own here (testing/play_victim.cc); the test process is the subreaper of all of it.
#include "harness/os/child.h"
#include "harness/os/machine.h"
#include "harness/os/pidfd.h"
#include "harness/os/proc_entry.h"
#include "harness/os/temporary_folder_test.h"
#include "harness/run/nothing_lives_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <poll.h>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace procession::run {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr base::Duration kLimit = 30s;

// Looks again and again; false if it is still not so after a long time.
template <class Condition>
bool comes_true(Condition condition) {
  const base::Instant until = base::now() + kLimit;
  while (!condition()) {
    if (base::now() > until) {
      return false;
    }
    ::poll(nullptr, 0, 1);
  }
  return true;
}

// Who descends from this process, by parents.
class Census {
 public:
  Census() {
    os::ProcListing listing;
    while (const char* const name = listing.next()) {
      os::ProcEntry::Stat stat;
      if (os::ProcEntry::open(name).read(stat)) {
        children_[stat.parent].push_back(std::atoi(name));
      }
    }
  }
  [[nodiscard]] std::size_t descendants(int of) const {
    std::size_t count = 0;
    for (const int child : children(of)) {
      count += 1 + descendants(child);
    }
    return count;
  }
  [[nodiscard]] std::vector<int> children(int of) const {
    const auto found = children_.find(of);
    return found == children_.end() ? std::vector<int>{} : found->second;
  }

 private:
  std::map<int, std::vector<int>> children_;
};

// The tool, playing.
class Tool {
 public:
  Tool(bool in_namespace, const std::string& plan, int runs, int processes = 0) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    output_.reset(ends[0]);
    const os::UniqueFd its_end(ends[1]);
    const os::UniqueFd program(
        ::open(PROCESSION_BINARY_DIR "/bin/play_victim", O_PATH | O_CLOEXEC));
    os::Launch launch;
    launch.executable = program.get();
    launch.arguments = {"play_victim", PROCESSION_BINARY_DIR "/bin/procession-player",
                        in_namespace ? "namespace" : "sweep", plan, std::to_string(runs)};
    if (processes != 0) {
      launch.arguments.push_back(std::to_string(processes));
    }
    launch.descriptors = {{its_end.get(), STDOUT_FILENO}};
    auto started = os::Child::start(launch);
    EXPECT_TRUE(started);
    child_ = *std::move(started);
    number_ = os::proc_number(os::UniqueFd(::fcntl(child_.pidfd(), F_DUPFD_CLOEXEC, 0)));
  }

  void signal(int number) const { child_.signal(number); }
  [[nodiscard]] int number() const { return number_; }

  // Until the text has come; false at its end.
  bool has_said(const std::string& text) {
    char part[512];
    while (said_.find(text) == std::string::npos) {
      const ssize_t size = ::read(output_.get(), part, sizeof part);
      if (size <= 0) {
        return false;
      }
      said_.append(part, static_cast<std::size_t>(size));
    }
    return true;
  }
  // All that it has said until its end.
  std::string all_said() {
    has_said("nothing says this");
    return said_;
  }
  std::string reap() {
    EXPECT_TRUE(child_.wait(kLimit));
    return child_.reap();
  }

 private:
  os::Child child_;
  os::UniqueFd output_;
  std::string said_;
  int number_ = 0;
};

class EndOfTool : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    if (in_namespace() && !os::has_feature("pid_namespace")) {
      GTEST_SKIP() << "this machine allows no PID namespace";
    }
  }
  void TearDown() override { EXPECT_TRUE(comes_true(nothing_lives)); }

  static bool in_namespace() { return GetParam(); }
  // The janitor has no children.
  static void signal_warden_of(const Tool& tool, int signal) {
    const Census census;
    for (const int child : census.children(tool.number())) {
      if (!census.children(child).empty()) {
        EXPECT_EQ(os::ProcEntry::open(std::to_string(child).c_str()).send_signal(signal), 0);
      }
    }
  }
  // Warden, zygote, main, child and grandchild; and perhaps a janitor.
  static std::size_t household() { return in_namespace() ? 5 : 6; }
};

INSTANTIATE_TEST_SUITE_P(, EndOfTool, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "Namespace" : "Sweep"; });

TEST_P(EndOfTool, InterruptedItHandsOverWhatThereIs) {
  for (const int signal : {SIGINT, SIGTERM}) {
    Tool tool(in_namespace(), "hung_family", 5);
    ASSERT_TRUE(comes_true([&] { return Census().descendants(tool.number()) >= household(); }));
    tool.signal(signal);
    const std::string name = signal == SIGINT ? "SIGINT" : "SIGTERM";
    // The youngest may not have begun when the signal comes.
    EXPECT_THAT(tool.all_said(), MatchesRegex("playing\nrecord 0 stopped [1-3]\ndone stopped by " +
                                              name + "\nplayed stopped by " + name + "\n"));
    EXPECT_EQ(tool.reap(), "exited with 1");
    EXPECT_TRUE(nothing_lives());
  }
}

TEST_P(EndOfTool, InterruptedBetweenShortRunsItEnds) {
  for (int i = 0; i < 10; ++i) {
    Tool tool(in_namespace(), "one_child", 1'000'000);
    ASSERT_TRUE(tool.has_said("record"));
    tool.signal(SIGINT);
    EXPECT_THAT(tool.all_said(), HasSubstr("played stopped by SIGINT\n"));
    EXPECT_EQ(tool.reap(), "exited with 1");
    EXPECT_TRUE(nothing_lives());
  }
}

TEST_P(EndOfTool, KilledWithAllRunningNothingIsLeft) {
  Tool tool(in_namespace(), "hung_family", 5);
  ASSERT_TRUE(comes_true([&] { return Census().descendants(tool.number()) >= household(); }));
  tool.signal(SIGKILL);
  EXPECT_EQ(tool.reap(), "killed by SIGKILL");
  EXPECT_TRUE(comes_true(nothing_lives));
}

// The time is where the blow falls, not what the test waits for.
TEST_P(EndOfTool, KilledAtAnyTimeNothingIsLeft) {
  for (int i = 0; i < 40; ++i) {
    Tool tool(in_namespace(), i % 2 == 0 ? "hung_family" : "one_child", 1'000'000);
    ASSERT_TRUE(tool.has_said("playing"));
    const timespec later{0, i * 250'000};
    ::nanosleep(&later, nullptr);
    tool.signal(SIGKILL);
    EXPECT_EQ(tool.reap(), "killed by SIGKILL");
    EXPECT_TRUE(comes_true(nothing_lives)) << "killed after " << i * 250 << " µs";
  }
}

TEST_P(EndOfTool, KilledTogetherWithItsWardenNothingIsLeft) {
  Tool tool(in_namespace(), "hung_family", 5);
  ASSERT_TRUE(comes_true([&] { return Census().descendants(tool.number()) >= household(); }));
  tool.signal(SIGSTOP);  // or it might see that its warden has ended, and end by itself
  signal_warden_of(tool, SIGKILL);
  tool.signal(SIGKILL);
  EXPECT_EQ(tool.reap(), "killed by SIGKILL");
  EXPECT_TRUE(comes_true(nothing_lives));
}

// Some program has made its file.
bool has_programs(const os::TemporaryFolder& folder) {
  const auto files = std::filesystem::recursive_directory_iterator(folder.path());
  return std::any_of(begin(files), end(files),
                     [](const auto& entry) { return entry.path().filename() == "up"; });
}

TEST_P(EndOfTool, KilledWithProgramsNothingIsLeftOfThem) {
  const os::TemporaryFolderOfPrograms folder;
  Tool tool(in_namespace(), "hung_program", 1);
  ASSERT_TRUE(comes_true([&] { return has_programs(folder); }));
  tool.signal(SIGKILL);
  EXPECT_EQ(tool.reap(), "killed by SIGKILL");
  EXPECT_TRUE(comes_true(nothing_lives));
  EXPECT_TRUE(comes_true([&] { return folder.is_empty(); }));
}

TEST_P(EndOfTool, KilledTogetherWithItsWardenNothingIsLeftOfPrograms) {
  const os::TemporaryFolderOfPrograms folder;
  Tool tool(in_namespace(), "hung_program", 1);
  ASSERT_TRUE(comes_true([&] { return has_programs(folder); }));
  tool.signal(SIGSTOP);
  signal_warden_of(tool, SIGKILL);
  tool.signal(SIGKILL);
  EXPECT_EQ(tool.reap(), "killed by SIGKILL");
  EXPECT_TRUE(comes_true(nothing_lives));
  EXPECT_TRUE(comes_true([&] { return folder.is_empty(); }));
}

TEST_P(EndOfTool, InterruptedWithProgramsNothingIsLeftOfThem) {
  const os::TemporaryFolderOfPrograms folder;
  Tool tool(in_namespace(), "hung_program", 1);
  ASSERT_TRUE(comes_true([&] { return has_programs(folder); }));
  tool.signal(SIGINT);
  EXPECT_THAT(tool.all_said(), HasSubstr("played stopped by SIGINT\n"));
  EXPECT_EQ(tool.reap(), "exited with 1");
  EXPECT_TRUE(nothing_lives());
  EXPECT_TRUE(folder.is_empty());
}

// A stopped one cannot see that its socket is closed.
TEST_P(EndOfTool, KilledWhileItsWardenIsStoppedNothingIsLeft) {
  if (!in_namespace()) {
    GTEST_SKIP() << "needs the parent-death signal that only the init of a namespace has";
  }
  Tool tool(true, "hung_family", 5);
  ASSERT_TRUE(comes_true([&] { return Census().descendants(tool.number()) >= household(); }));
  signal_warden_of(tool, SIGSTOP);
  tool.signal(SIGKILL);
  EXPECT_EQ(tool.reap(), "killed by SIGKILL");
  EXPECT_TRUE(comes_true(nothing_lives));
}

// As a user without rights; the number is how many processes that user may have.
class Nobody : public EndOfTool {
 protected:
  void SetUp() override {
    EndOfTool::SetUp();
    if (::geteuid() != 0) {
      GTEST_SKIP() << "needs root, to become a user with a limit of its own";
    }
  }
  static std::string what_is_said(const std::string& plan, int most_processes) {
    Tool tool(in_namespace(), plan, 1, most_processes);
    std::string said = tool.all_said();
    tool.reap();
    return said;
  }
  static bool may_not(const std::string& said) {
    return said.find("ermi") != std::string::npos;  // "Permission", "permitted"
  }
};

INSTANTIATE_TEST_SUITE_P(, Nobody, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "Namespace" : "Sweep"; });

TEST_P(Nobody, MayPlay) {
  const std::string said = what_is_said("one_child", 10'000);
  if (may_not(said)) {
    GTEST_SKIP() << "nobody may not do this here: " << said;
  }
  EXPECT_EQ(said, "playing\nrecord 0 ended 2\ndone ok\nplayed ok\n");
}

// Tool, warden and zygote, and without a namespace the janitor, are all that this user may have.
TEST_P(Nobody, AMainThatCannotBeMadeIsAnError) {
  const std::string said = what_is_said("one_child", in_namespace() ? 3 : 4);
  if (may_not(said)) {
    GTEST_SKIP() << "nobody may not do this here: " << said;
  }
  EXPECT_EQ(said,
            "playing\ndone make the process main: Resource temporarily unavailable\nplayed ok\n");
}

}  // namespace
}  // namespace procession::run
