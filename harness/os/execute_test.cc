// SPDX-License-Identifier: MIT
#include "harness/os/execute.h"

#include "harness/os/pidfd.h"
#include "harness/os/signals.h"
#include "harness/os/temporary_folder_test.h"
#include "harness/os/unique_fd.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace procession::os {
namespace {

struct Ended {
  int error = 0;   // of the execution; then there was no process
  int status = 0;  // or the signal that ended it
  std::string said;
};

class Executes : public ::testing::TestWithParam<bool> {
 protected:
  // Its output is `said`, and also descriptor 7.
  Ended execute(std::vector<std::string> words, std::vector<std::string> variables = {}) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const UniqueFd read_end(ends[0]);
    UniqueFd write_end(ends[1]);
    const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    std::vector<char*> argv;
    for (std::string& word : words) {
      argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    std::vector<char*> envp;
    for (std::string& variable : variables) {
      envp.push_back(variable.data());
    }
    envp.push_back(nullptr);
    const Execution::Descriptor descriptors[] = {
        {null.get(), 0}, {write_end.get(), 1}, {write_end.get(), 2}, {write_end.get(), 7}};
    const AllBlocked blocked;
    const Spawned made = os::execute({.argv = argv.data(),
                                      .envp = envp.data(),
                                      .directory = folder_.c_str(),
                                      .descriptors = descriptors,
                                      .shares_memory = GetParam()});
    write_end.reset();
    Ended ended{made.error, 0, {}};
    if (made.error != 0) {
      EXPECT_EQ(wait_child(P_ALL, 0, found_, WEXITED | WNOHANG | __WALL), ECHILD);
      return ended;
    }
    char part[512];
    for (ssize_t got = 0; (got = ::read(read_end.get(), part, sizeof part)) > 0;) {
      ended.said.append(part, static_cast<std::size_t>(got));
    }
    EXPECT_EQ(wait_child(P_PID, static_cast<id_t>(made.pid), found_, WEXITED), 0)
        << "its exit signal is SIGCHLD, so a plain wait finds it";
    ended.status = found_.si_status;
    return ended;
  }

  TemporaryFolder temporary_;
  std::string folder_ = temporary_.path();
  siginfo_t found_{};
};

TEST_P(Executes, AProgramThatIsInThePathOfItsEnvironment) {
  const Ended ended = execute({"sh", "-c", "echo hello; exit 3"}, {"PATH=/nowhere:/bin:/usr/bin"});
  EXPECT_EQ(ended.error, 0);
  EXPECT_EQ(ended.said, "hello\n");
  EXPECT_EQ(ended.status, 3);
}

TEST_P(Executes, WithoutAPathInTheUsualPlaces) { EXPECT_EQ(execute({"true"}).error, 0); }

TEST_P(Executes, NothingThatThereIsNot) {
  EXPECT_EQ(execute({"procession-no-such-program"}).error, ENOENT);
  EXPECT_EQ(execute({"/procession-no-such-program"}).error, ENOENT);
  EXPECT_EQ(execute({"sh", "-c", "exit 3"}, {"PATH=/nowhere"}).error, ENOENT);
}

TEST_P(Executes, NothingThatIsNoProgram) {
  EXPECT_EQ(execute({"/"}).error, EACCES);
  std::ofstream(folder_ + "/text") << "no program\n";
  EXPECT_EQ(execute({"./text"}).error, EACCES);
  std::filesystem::permissions(folder_ + "/text", std::filesystem::perms::all);
  EXPECT_EQ(execute({"./text"}).error, ENOEXEC);
  EXPECT_EQ(execute({"text"}, {"PATH=/bin:" + folder_}).error, ENOEXEC);
}

TEST_P(Executes, InItsDirectory) {
  EXPECT_EQ(execute({"pwd"}).said, folder_ + "\n");
  folder_ += "/gone";
  EXPECT_EQ(execute({"pwd"}).error, ENOENT);
}

TEST_P(Executes, WithItsEnvironmentAndNoOther) {
  EXPECT_EQ(execute({"/usr/bin/env"}, {"A=b c"}).said, "A=b c\n");
}

TEST_P(Executes, WithItsDescriptorsAndNoOthers) {
  const UniqueFd other(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(execute({"sh", "-c", "echo /proc/self/fd/*; echo to seven >&7"}).said,
            "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3 /proc/self/fd/7\nto "
            "seven\n")
      << "3 is the directory that is listed";
}

TEST_P(Executes, WithDefaultActionsAndNothingBlocked) {
  ASSERT_EQ(ignore_signal(SIGPIPE), 0);
  const std::string said = execute({"grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"}).said;
  reset_signal(SIGPIPE);
  EXPECT_EQ(said, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

INSTANTIATE_TEST_SUITE_P(ByBothWays, Executes, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "Vfork" : "Fork"; });

}  // namespace
}  // namespace procession::os
