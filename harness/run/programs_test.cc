// SPDX-License-Identifier: MIT
// Real programs as processes of a run: what is recorded of them, and that nothing of them is left.
#include "harness/os/machine.h"
#include "harness/os/temporary_folder_test.h"
#include "harness/os/unique_fd.h"
#include "harness/player/abstract_address.h"
#include "harness/run/nothing_lives_test.h"
#include "harness/run/play.h"
#include "harness/testing/planned.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace procession::run {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using testing::planned;
using testing::Planned;
using trace::Process;
using trace::Record;

class Notes : public Observer {
 public:
  bool record(std::size_t, Record record) override {
    records.push_back(std::move(record));
    return true;
  }
  void done(std::size_t, base::Result<> how) override { EXPECT_TRUE(how) << how.error().message; }

  std::vector<Record> records;
};

class Programs : public ::testing::TestWithParam<Containment> {
 protected:
  void SetUp() override {
    ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    if (GetParam() == Containment::Namespace && !os::has_feature("pid_namespace")) {
      GTEST_SKIP() << "this machine allows no PID namespace";
    }
  }
  void TearDown() override {
    EXPECT_TRUE(nothing_lives());
    EXPECT_TRUE(folder_.is_empty()) << "the folders of programs are removed";
  }

  // The steps of main, a line each, and the keys of `tool`.
  Record play(std::string_view steps, std::string_view tool, base::Duration timeout = 30s) {
    std::string text = "processes:\n  main:\n" + std::string(steps) + "  tool:\n";
    text += std::string(tool);
    const Planned test = planned(text);
    bool given = false;
    Notes notes;
    Options options;
    options.player = PROCESSION_BINARY_DIR "/bin/procession-player";
    options.containment = GetParam();
    const auto played = run::play(
        [&]() -> std::optional<Work> {
          if (std::exchange(given, true)) {
            return std::nullopt;
          }
          return Work{test.plan(), 1, timeout};
        },
        notes, options);
    EXPECT_TRUE(played);
    EXPECT_EQ(notes.records.size(), 1U);
    return notes.records.empty() ? Record{} : std::move(notes.records.front());
  }

  os::TemporaryFolderOfPrograms folder_;
};

INSTANTIATE_TEST_SUITE_P(, Programs, ::testing::Values(Containment::Namespace, Containment::Sweep),
                         [](const auto& test) {
                           return test.param == Containment::Namespace ? "Namespace" : "Sweep";
                         });

constexpr std::string_view kJoin = "    - start: tool\n    - join: tool\n";
constexpr std::string_view kReady =
    "    - start: tool\n    - await: tool.ready\n    - join: tool\n";

std::vector<std::string> lines_of(const Process& process) {
  std::vector<std::string> lines;
  for (const trace::Event& event : process.events) {
    if (event.kind == trace::Line::Output) {
      lines.push_back(event.text);
    }
  }
  return lines;
}

const trace::Event& readiness(const Process& process) { return process.events.front(); }

TEST_P(Programs, IsRecordedAsAnyProcess) {
  const Record record = play(kJoin, "    exec: [sh, -c, 'echo hello; echo world >&2; exit 3']\n");
  ASSERT_EQ(record.processes.size(), 2U);
  const Process& main = record.processes[0];
  const Process& tool = record.processes[1];
  EXPECT_TRUE(record.complete);
  EXPECT_EQ(record.foreign, 0U);
  EXPECT_TRUE(tool.began);
  EXPECT_EQ(tool.ppid, main.pid);
  EXPECT_EQ(tool.status, 3);
  EXPECT_EQ(tool.reaper, Process::Reaper::Starter);
  EXPECT_THAT(lines_of(tool), ElementsAre("hello", "world"));
  EXPECT_LE(main.begin, tool.begin);
  EXPECT_LE(tool.begin, *main.events[0].returned) << "the start returns when it has begun";
  EXPECT_LE(*tool.dead_seen, *record.ended);
}

TEST_P(Programs, OutputIsKeptAsItComesInLines) {
  const Record record = play(kJoin, R"(    exec: [sh, -c, 'printf "a\n\nb"; printf "c\n"; printf d']
)");
  EXPECT_THAT(lines_of(record.processes[1]), ElementsAre("a", "", "bc", "d"));
}

TEST_P(Programs, OfVeryMuchOutputTheFirstMebibyteIsKept) {
  const Record record =
      play(kJoin, "    exec: [sh, -c, 'yes 0123456789abcde | head -c 5000000']\n");
  EXPECT_EQ(lines_of(record.processes[1]).size(), 65'536U);
  EXPECT_TRUE(record.processes[1].output_cut);
  EXPECT_EQ(record.processes[1].status, 0) << "it could write all the same";
  EXPECT_TRUE(record.complete);
}

TEST_P(Programs, OutputThatNobodyWantsIsNotKept) {
  const Record record =
      play(kJoin, "    stdout: 'null'\n    exec: [sh, -c, 'echo hello; echo world >&2']\n");
  EXPECT_THAT(lines_of(record.processes[1]), IsEmpty());
}

TEST_P(Programs, ThatCannotBeExecutedMakesTheStartFail) {
  const Record record = play(kJoin, "    exec: [procession-no-such-program]\n");
  EXPECT_EQ(record.processes[0].events[0].error, ENOENT);
  EXPECT_FALSE(record.processes[1].started);
  EXPECT_EQ(record.processes[0].status, 1);
}

constexpr std::string_view kReadyThenEnded =
    "    - start: tool\n    - await: tool.ready\n    - terminate: tool\n    - join: tool\n";

TEST_P(Programs, IsReadyByItsLine) {
  const Record record = play(kReadyThenEnded,
                             "    exec: [sh, -c, 'echo wait; echo I am up now; exec sleep 1000']\n "
                             "   ready: {line: am up}\n");
  EXPECT_EQ(record.processes[0].status, 0);
  EXPECT_TRUE(readiness(record.processes[1]).returned);
}

TEST_P(Programs, IsReadyByItsFile) {
  const Record record =
      play("    - start: tool\n    - await: tool.ready\n    - terminate: tool\n    - join: tool\n",
           "    exec: [sh, -c, 'touch sub; exec sleep 1000']\n    ready: {file: sub}\n");
  EXPECT_EQ(record.processes[0].status, 0);
  EXPECT_EQ(record.processes[1].status, trace::signal_status(SIGTERM, false));
  ASSERT_TRUE(readiness(record.processes[1]).returned);
  EXPECT_LE(record.processes[1].begin, readiness(record.processes[1]).call);
}

TEST_P(Programs, IsReadyByItsDescriptor) {
  const Record record =
      play("    - start: tool\n    - await: tool.ready\n    - terminate: tool\n    - join: tool\n",
           "    exec: [sh, -c, 'echo >&9; exec sleep 1000']\n    ready: {fd: 9}\n");
  EXPECT_EQ(record.processes[0].status, 0);
  EXPECT_TRUE(readiness(record.processes[1]).returned);
}

// A closed pipe is readable for ever. A warden that spins uses all of the second.
TEST_P(Programs, MayCloseItsDescriptorWhenItIsReady) {
  const auto used = [] {
    rusage use{};
    ::getrusage(RUSAGE_CHILDREN, &use);
    return std::chrono::seconds(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           std::chrono::microseconds(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
  };
  const auto before = used();
  const Record record = play(
      "    - start: tool\n    - await: tool.ready\n    - sleep: 1s\n    - terminate: tool\n"
      "    - join: tool\n",
      "    exec: [sh, -c, 'echo >&9; exec 9>&-; exec sleep 1000']\n    ready: {fd: 9}\n");
  EXPECT_EQ(record.processes[0].status, 0);
  EXPECT_LT(used() - before, 400ms) << "the warden waits, it does not spin";
}

// A process that it has left behind prints the line.
TEST_P(Programs, ThatHasEndedDoesNotBecomeReady) {
  const Record record = play(kReady,
                             "    exec: [sh, -c, '(sleep 0.05; echo hello) & exit 0']\n"
                             "    ready: {line: hello}\n");
  EXPECT_FALSE(readiness(record.processes[1]).returned);
  EXPECT_EQ(record.processes[0].events[1].error, scenario::kGone);
  EXPECT_THAT(lines_of(record.processes[1]), ElementsAre("hello"));
}

TEST_P(Programs, IsReadyByALineThatIsNotKept) {
  const Record record = play(kReadyThenEnded,
                             "    stdout: 'null'\n"
                             "    exec: [sh, -c, 'echo I am up; exec sleep 1000']\n"
                             "    ready: {line: am up}\n");
  EXPECT_EQ(record.processes[0].status, 0);
  EXPECT_TRUE(readiness(record.processes[1]).returned);
  EXPECT_THAT(lines_of(record.processes[1]), IsEmpty());
}

TEST_P(Programs, OutputOfARunThatIsCutOffHasItsLastLine) {
  for (const std::string_view then : {"", "; exec sleep 1000"}) {
    const Record record =
        play("    - start: tool\n    - sleep: forever\n",
             "    exec: [sh, -c, 'echo first; printf last" + std::string(then) + "']\n", 1s);
    EXPECT_TRUE(record.timed_out);
    EXPECT_THAT(lines_of(record.processes[1]), ElementsAre("first", "last"));
  }
}

// A port that nobody listens at: below those that the kernel gives out by itself, and another one
// than that of tests that run beside this one.
std::uint32_t some_port() { return 10'000 + static_cast<std::uint32_t>(::getpid() % 10'000); }

std::string with_port(std::uint32_t port) {
  return "    exec: [sh, -c, 'exit 0']\n    port: " + std::to_string(port) + "\n";
}

TEST_P(Programs, OfAnotherRunWithItsPortKeepsItFromStarting) {
  const player::AbstractAddress claim("port", 0, some_port(), 0);
  const os::UniqueFd other(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(other.get(), claim.get(), claim.size()), 0);
  const Record record = play(kJoin, with_port(some_port()));
  EXPECT_EQ(record.processes[0].events[0].error, EADDRINUSE);
}

TEST_P(Programs, OfOneRunMayHaveTheirPortInTurn) {
  const Record record = play(std::string(kJoin) + "    - start: next\n    - join: next\n",
                             with_port(some_port()) + "  next:\n" + with_port(some_port()));
  EXPECT_EQ(record.processes[0].status, 0);
  EXPECT_EQ(record.processes[2].status, 0);
}

TEST_P(Programs, ThatEndsBeforeItIsReadyIsWaitedForInVain) {
  const Record record = play(kReady, "    exec: [sh, -c, 'exit 4']\n    ready: {line: never}\n");
  EXPECT_EQ(record.processes[0].events[1].error, scenario::kGone);
  EXPECT_FALSE(readiness(record.processes[1]).returned);
  EXPECT_EQ(record.processes[1].status, 4);
}

TEST_P(Programs, ThatIsNeverReadyIsEndedWithTheRun) {
  const Record record =
      play(kReady, "    exec: [sh, -c, 'sleep 1000; true']\n    ready: {line: never}\n", 1s);
  EXPECT_TRUE(record.timed_out);
  EXPECT_TRUE(record.processes[1].left);
  EXPECT_EQ(record.foreign, 0U);
}

TEST_P(Programs, WhatItLeavesBehindIsEndedAndCounted) {
  const Record record =
      play(kJoin, "    exec: [sh, -c, 'sleep 1000 & setsid sleep 1000 & exit 0']\n");
  EXPECT_EQ(record.processes[1].left_behind, 2U);
  EXPECT_EQ(record.processes[1].left_behind_name, "sleep");
  EXPECT_EQ(record.foreign, 0U);
}

TEST_P(Programs, WhatEndsSoonAfterItIsNotLeftBehind) {
  const Record record = play(kJoin, "    exec: [sh, -c, 'sleep 0.02 & exit 0']\n");
  EXPECT_EQ(record.processes[1].left_behind, 0U);
  EXPECT_EQ(record.foreign, 0U);
}

// What has lost its environment and works elsewhere belongs to the last one.
TEST_P(Programs, WhatHasLostAllTracesIsEndedToo) {
  const Record record =
      play(kJoin,
           "    exec: [sh, -c, 'cd / && (setsid env -i sleep 1000 >/dev/null 2>&1 &); exit 0']\n");
  EXPECT_EQ(record.processes[1].left_behind, 1U);
}

TEST_P(Programs, WhoseStarterIsKilledGoesOnAsAnOrphan) {
  const Record record = play(
      "    - start: between\n    - await: tool.ready\n    - kill: between\n    - join: between\n"
      "    - terminate: tool\n    - await: tool.end\n"
      "  between:\n    - start: tool\n    - sleep: forever\n",
      "    exec: [sh, -c, 'echo up; exec sleep 1000']\n    ready: {line: up}\n");
  EXPECT_EQ(record.processes[0].status, 0);
  EXPECT_THAT(record.foreign, 0U);
}

}  // namespace
}  // namespace procession::run
