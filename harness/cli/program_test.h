// SPDX-License-Identifier: MIT
#pragma once
// The built `procession` as a user calls it: arguments and environment in, exit status and both
// streams out. For tests of the whole program.

#include "harness/os/unique_fd.h"

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace procession::cli {

// A folder of its own for one test, gone with it.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  // Returns the path of the file.
  std::string write(const std::string& name, const std::string& text) const;
  [[nodiscard]] std::string read(const std::string& name) const;
  [[nodiscard]] std::string path(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] std::vector<std::string> names() const;  // sorted

 private:
  std::filesystem::path path_;
};

struct Ending {
  int status = -1;  // exit status, or −signal
  std::string out;
  std::string err;
};

// One call. What it has not done after four minutes, it never does: it is killed, and fails its
// test.
class Call {
 public:
  // `environment`: NAME=VALUE, added to a small clean one.
  explicit Call(const std::vector<std::string>& arguments,
                const std::vector<std::string>& environment = {});
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // False if standard output ended before it held the text.
  bool wait_for_output(const std::string& text);
  void send(int signal);
  Ending finish();

 private:
  bool read_some();

  Folder folder_;  // for standard error
  pid_t pid_ = -1;
  os::UniqueFd process_;
  os::UniqueFd out_;
  std::string seen_;
};

// Starts it and waits for its end.
Ending call(const std::vector<std::string>& arguments,
            const std::vector<std::string>& environment = {});

}  // namespace procession::cli
