// SPDX-License-Identifier: MIT
// Progress on a pseudo-terminal, and where there is none.

#include "harness/cli/progress_display.h"

#include "harness/cli/program_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace procession::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kProgram = PROCESSION_BINARY_DIR "/bin/procession";
constexpr const char* kBackToEmptyLine = "\r\x1b[K";

class Terminal {
 public:
  explicit Terminal(unsigned short columns)
      : outer_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    EXPECT_EQ(::grantpt(outer_.get()), 0);
    EXPECT_EQ(::unlockpt(outer_.get()), 0);
    inner_.reset(::open(::ptsname(outer_.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    EXPECT_TRUE(inner_);
    const winsize size{24, columns, 0, 0};
    EXPECT_EQ(::ioctl(inner_.get(), TIOCSWINSZ, &size), 0);
  }

  // What the program writes there, to both of its outputs.
  std::string output_of(const std::vector<std::string>& arguments) {
    std::vector<std::string> words = {kProgram};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& word : words) {
      pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    std::array<std::string, 3> variables = {"PATH=/usr/bin:/bin", "TERM=xterm",
                                            "PROCESSION_NO_RESULTS=true"};
    char* environment[] = {variables[0].data(), variables[1].data(), variables[2].data(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, inner_.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, inner_.get(), STDERR_FILENO);
    pid_t child = -1;
    EXPECT_EQ(::posix_spawn(&child, kProgram, &actions, nullptr, pointers.data(), environment), 0);
    posix_spawn_file_actions_destroy(&actions);
    inner_.reset();
    const std::string all = read_to_end();
    EXPECT_EQ(::waitpid(child, nullptr, 0), child);
    return all;
  }

  // While nobody has the inner side open but this process.
  std::string take() {
    std::array<char, 4096> bytes;
    pollfd entry{outer_.get(), POLLIN, 0};
    const ssize_t count =
        ::poll(&entry, 1, 0) == 1 ? ::read(outer_.get(), bytes.data(), bytes.size()) : 0;
    return {bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
  }

  [[nodiscard]] int inner() const { return inner_.get(); }

 private:
  // The end is told as an error, EIO, once the last process has closed the inner side.
  std::string read_to_end() {
    constexpr int kMinute = 60'000;
    std::string all;
    std::array<char, 4096> bytes;
    pollfd entry{outer_.get(), POLLIN, 0};
    while (::poll(&entry, 1, kMinute) == 1) {
      const ssize_t count = ::read(outer_.get(), bytes.data(), bytes.size());
      if (count <= 0) {
        return all;
      }
      all.append(bytes.data(), static_cast<std::size_t>(count));
    }
    ADD_FAILURE() << "nothing more, nor the end, after:\n" << all;
    return all;
  }

  os::UniqueFd outer_;
  os::UniqueFd inner_;
};

// Standard error is something else while this lives.
class Elsewhere {
 public:
  explicit Elsewhere(int fd) : before_(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)) {
    EXPECT_GE(::dup2(fd, STDERR_FILENO), 0);
  }
  ~Elsewhere() { ::dup2(before_.get(), STDERR_FILENO); }
  Elsewhere(const Elsewhere&) = delete;
  Elsewhere& operator=(const Elsewhere&) = delete;

 private:
  os::UniqueFd before_;
};

report::Progress half_way() {
  report::Progress progress;
  progress.done = 1;
  progress.total = 2;
  progress.playing = {{"a scenario with a long name.yaml", 0, 1, {}}};
  return progress;
}

TEST(ProgressDisplay, is_one_line_on_a_terminal_and_goes) {
  ::setenv("TERM", "xterm", 1);
  Terminal terminal(30);
  for (const ProgressChoice choice : {ProgressChoice::Automatic, ProgressChoice::Always}) {
    const Elsewhere here(terminal.inner());
    ProgressDisplay display(choice);
    EXPECT_TRUE(display.is_wanted());
    display.show(half_way());
    EXPECT_EQ(terminal.take(), std::string(kBackToEmptyLine) + "[1/2] all well: a scenario w…");
    display.clear();
    EXPECT_EQ(terminal.take(), kBackToEmptyLine);
    display.clear();
    EXPECT_EQ(terminal.take(), "");
  }
}

TEST(ProgressDisplay, is_nothing_where_nobody_wants_it) {
  ::setenv("TERM", "xterm", 1);
  Terminal terminal(80);
  {
    const Elsewhere here(terminal.inner());
    ProgressDisplay never(ProgressChoice::Never);
    never.show(half_way());
    EXPECT_FALSE(never.is_wanted());
  }
  EXPECT_EQ(terminal.take(), "");
  const Folder folder;
  const os::UniqueFd file(::open(folder.write("err", "").c_str(), O_WRONLY | O_CLOEXEC));
  {
    const Elsewhere there(file.get());
    ProgressDisplay automatic(ProgressChoice::Automatic);
    automatic.show(half_way());
    EXPECT_FALSE(automatic.is_wanted());
  }
  EXPECT_EQ(folder.read("err"), "");
}

TEST(ProgressDisplay, is_lines_elsewhere_and_on_a_dumb_terminal_if_asked) {
  ::setenv("TERM", "dumb", 1);
  Terminal terminal(80);
  {
    const Elsewhere here(terminal.inner());
    ProgressDisplay display(ProgressChoice::Always);
    display.show(half_way());
    display.show(half_way());  // nothing new
    display.clear();
  }
  EXPECT_EQ(terminal.take(), "procession: [1/2] all well: a scenario with a long name.yaml\r\n");
  ::setenv("TERM", "xterm", 1);
}

constexpr const char* kScenario =
    "scenario: short\nruns: 3\nprocesses:\n  main:\n    - print: here\nexpect:\n  exit: {main: "
    "0}\n";

class ProgressOf : public testing::Test {
 protected:
  ProgressOf() {
    folder_.write("a.yaml", kScenario);
    folder_.write("b.yaml", kScenario);
  }
  Folder folder_;
};

TEST_F(ProgressOf, run_is_shown_in_place_on_a_terminal) {
  const std::string shown = Terminal(80).output_of({"run", folder_.path("")});
  EXPECT_THAT(shown, HasSubstr(std::string(kBackToEmptyLine) + "[1/2] all well"));
  EXPECT_THAT(shown, HasSubstr("as expected"));
  EXPECT_THAT(Terminal(80).output_of({"run", "--no-progress", folder_.path("")}),
              AllOf(Not(HasSubstr("[1/2]")), HasSubstr("as expected")));
  EXPECT_THAT(Terminal(80).output_of({"run", "--progress", "never", folder_.path("")}),
              Not(HasSubstr("[1/2]")));
}

TEST_F(ProgressOf, run_is_lines_without_a_terminal_if_asked) {
  EXPECT_THAT(call({"run", folder_.path("")}).err, IsEmpty());
  for (const auto& [arguments, environment] :
       {std::pair(std::vector<std::string>{"run", "--progress", "always", folder_.path("")},
                  std::vector<std::string>{}),
        std::pair(std::vector<std::string>{"run", folder_.path("")},
                  std::vector<std::string>{"PROCESSION_PROGRESS=always"})}) {
    const Ending ending = call(arguments, environment);
    EXPECT_EQ(ending.status, 0);
    EXPECT_THAT(ending.err, HasSubstr("procession: [1/2] all well"));
    EXPECT_THAT(ending.err, HasSubstr("\nprocession: [2/2] all well"));
    EXPECT_THAT(ending.err, Not(HasSubstr("\x1b")));
    EXPECT_THAT(ending.err, Not(HasSubstr("\r")));
    EXPECT_THAT(ending.out, Not(HasSubstr("[1/2]")));
  }
  EXPECT_THAT(call({"run", "--no-progress", folder_.path("")}, {"PROCESSION_PROGRESS=always"}).err,
              IsEmpty());
}

// The library's own lines begin where the progress line was.
TEST_F(ProgressOf, bench_is_shown_between_the_lines_of_the_library) {
  const std::string shown = Terminal(200).output_of({"bench", folder_.path("")});
  EXPECT_THAT(shown, HasSubstr(std::string(kBackToEmptyLine) + "[1/2] all well"));
  EXPECT_THAT(shown, HasSubstr(std::string("[1/2] all well") + kBackToEmptyLine + "-----"));
  EXPECT_THAT(call({"bench", folder_.path("")}).err, Not(HasSubstr("[1/2]")));
  const Ending lines = call({"bench", "--progress", "always", folder_.path("")});
  EXPECT_THAT(lines.err, HasSubstr("procession: [1/2] all well"));
  EXPECT_THAT(lines.err, HasSubstr("procession: [2/2] all well"));
  EXPECT_THAT(lines.err, Not(HasSubstr("\x1b")));
}

TEST_F(ProgressOf, bench_counts_what_the_filter_leaves) {
  const auto told = [&](const std::string& filter) {
    return call({"bench", "--progress", "always", "--benchmark_filter=" + filter, folder_.path("")})
        .err;
  };
  EXPECT_THAT(told("a\\.yaml"), HasSubstr("procession: [1/1] all well"));
  EXPECT_THAT(told("-b\\.yaml"), HasSubstr("procession: [1/1] all well"));
  EXPECT_THAT(told("all"), HasSubstr("procession: [2/2] all well"));
}

}  // namespace
}  // namespace procession::cli
