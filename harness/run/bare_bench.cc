// SPDX-License-Identifier: MIT
#include "harness/run/bare_bench.h"

#include "harness/base/check.h"
#include "harness/os/affinity.h"
#include "harness/os/machine.h"

#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

extern char** environ;

namespace procession::run {

namespace {

constexpr int kPatienceMs = 60'000;

// As long as it lives, what this process starts keeps to the CPU of that place.
class StartedThere {
 public:
  explicit StartedThere(Place place) {
    const std::uint32_t position[] = {static_cast<std::uint32_t>(place)};
    if (os::get_affinity(before_) == 0 && os::available_cpus() >= 2) {
      base::check(os::set_affinity(os::at_positions(before_, position)) == 0, "there is that CPU");
    }
  }
  StartedThere(const StartedThere&) = delete;
  StartedThere& operator=(const StartedThere&) = delete;
  ~StartedThere() { (void)os::set_affinity(before_); }

 private:
  os::CpuSet before_;
};

pid_t spawn(const std::vector<std::string>& command, int output) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  pid_t pid = -1;
  base::check(
      ::posix_spawn(&pid, arguments[0], &actions, &attributes, arguments.data(), environ) == 0,
      "the program starts");
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return pid;
}

}  // namespace

std::string cpus_key(Place place) {
  return os::available_cpus() < 2
             ? ""
             : "cpus: [" + std::to_string(static_cast<std::uint32_t>(place)) + "]";
}

Bare::Bare(const std::vector<std::string>& command, Place place) {
  int ends[2] = {-1, -1};
  base::check(::pipe2(ends, O_CLOEXEC) == 0, "there are pipes");
  output_.reset(ends[0]);
  const os::UniqueFd its_output(ends[1]);
  const StartedThere there(place);
  pid_ = spawn(command, its_output.get());
}

Bare Bare::echo(std::vector<std::string> arguments, Place place) {
  arguments.insert(arguments.begin(), PROCESSION_BINARY_DIR "/bin/bare_echo");
  return {arguments, place};
}

// It leads a group, which its own children are in.
Bare::~Bare() {
  ::kill(-pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

bool Bare::read_some() {
  pollfd entry{output_.get(), POLLIN, 0};
  base::check(::poll(&entry, 1, kPatienceMs) == 1, "the program says something");
  char bytes[4096];
  const ssize_t size = ::read(output_.get(), bytes, sizeof bytes);
  text_.append(bytes, static_cast<std::size_t>(std::max(size, ssize_t{0})));
  return size > 0;
}

std::string Bare::line() {
  while (text_.find('\n') == std::string::npos) {
    base::check(read_some(), "the program says a line");
  }
  const std::size_t end = text_.find('\n');
  std::string line = text_.substr(0, end);
  text_.erase(0, end + 1);
  return line;
}

std::string Bare::all() {
  while (read_some()) {
  }
  return std::exchange(text_, {});
}

double rate_in(const std::string& line) {
  std::istringstream words(line);
  double number = 0;
  double ns = 0;
  base::check(static_cast<bool>(words >> number >> ns) && ns > 0, "it says a number and its time");
  return number / ns * 1e9;
}

}  // namespace procession::run
