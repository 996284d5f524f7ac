// SPDX-License-Identifier: MIT
#include "harness/cli/program_test.h"

#include "harness/os/pidfd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>

namespace procession::cli {

namespace {

constexpr int kPatienceMs = 240'000;
constexpr const char* kProgram = PROCESSION_BINARY_DIR "/bin/procession";

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

bool readable(int fd) {
  pollfd waited{fd, POLLIN, 0};
  return ::poll(&waited, 1, kPatienceMs) == 1;
}

}  // namespace

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "procession-XXXXXX").string();
  path_ = ::mkdtemp(name.data());
}

Folder::~Folder() { std::filesystem::remove_all(path_); }

std::string Folder::write(const std::string& name, const std::string& text) const {
  std::filesystem::create_directories((path_ / name).parent_path());
  std::ofstream(path_ / name, std::ios::binary) << text;
  return path(name);
}

std::string Folder::read(const std::string& name) const {
  std::ifstream file(path_ / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> Folder::names() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path_)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Call::Call(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  out_.reset(ends[0]);
  const os::UniqueFd write_end(ends[1]);

  std::vector<std::string> words = {kProgram};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = {"PATH=/usr/bin:/bin", "TERM=xterm",
                                        "PROCESSION_NO_RESULTS=true"};
  variables.insert(variables.end(), environment.begin(), environment.end());

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, write_end.get(), STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, folder_.path("err").c_str(),
                                   O_WRONLY | O_CREAT, 0600);
  EXPECT_EQ(::posix_spawn(&pid_, kProgram, &actions, nullptr, pointers_to(words).data(),
                          pointers_to(variables).data()),
            0);
  posix_spawn_file_actions_destroy(&actions);
  process_ = os::open_pidfd(pid_);
}

Call::~Call() {
  if (process_) {
    EXPECT_EQ(os::send_signal(process_, SIGKILL), 0);
    ::waitpid(pid_, nullptr, 0);
  }
}

bool Call::read_some() {
  std::array<char, 4096> bytes;
  if (!readable(out_.get())) {
    ADD_FAILURE() << "nothing more on standard output, nor its end, after:\n" << seen_;
    return false;
  }
  const ssize_t count = ::read(out_.get(), bytes.data(), bytes.size());
  seen_.append(bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  return count > 0;
}

bool Call::wait_for_output(const std::string& text) {
  while (seen_.find(text) == std::string::npos) {
    if (!read_some()) {
      return false;
    }
  }
  return true;
}

void Call::send(int signal) { EXPECT_EQ(os::send_signal(process_, signal), 0); }

Ending Call::finish() {
  while (read_some()) {
  }
  if (!readable(process_.get())) {
    ADD_FAILURE() << "standard output has ended, the program has not";
    return {};
  }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  process_.reset();
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), seen_, folder_.read("err")};
}

Ending call(const std::vector<std::string>& arguments,
            const std::vector<std::string>& environment) {
  return Call(arguments, environment).finish();
}

}  // namespace procession::cli
