// SPDX-License-Identifier: MIT
#include "harness/cli/read_file.h"

#include "harness/os/unique_fd.h"
#include "harness/report/printable.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace procession::cli {

namespace {

base::Error cannot_read(const std::string& path, const char* why) {
  return {base::ErrorKind::BadInput, "read " + report::printable(path) + ": " + why};
}

// Some of what comes next; 0 bytes at the end.
ssize_t read_some(int file, std::string& into) {
  constexpr std::size_t kAtOnce = 64 * 1024;
  const std::size_t size = into.size();
  into.resize(size + kAtOnce);
  ssize_t got = 0;
  do {
    got = ::read(file, into.data() + size, kAtOnce);
  } while (got < 0 && errno == EINTR);
  into.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return got;
}

}  // namespace

base::Result<std::string> read_to_end(const std::string& path) {
  const os::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  std::string text;
  ssize_t got = file ? 1 : -1;
  while (got > 0) {
    got = read_some(file.get(), text);
  }
  if (got < 0) {
    return cannot_read(path, std::strerror(errno));
  }
  return text;
}

base::Result<std::string> read_whole_file(const std::string& path) {
  // Not to wait for somebody who opens a pipe at its other end.
  const os::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  struct stat about {};
  if (!file || ::fstat(file.get(), &about) != 0) {
    return cannot_read(path, std::strerror(errno));
  }
  if (!S_ISREG(about.st_mode)) {
    return cannot_read(path, "no regular file");
  }
  std::string text(static_cast<std::size_t>(about.st_size), '\0');
  std::size_t got = 0;
  while (got < text.size()) {
    const ssize_t count = ::read(file.get(), text.data() + got, text.size() - got);
    if (count < 0) {
      return cannot_read(path, std::strerror(errno));
    }
    if (count == 0) {
      break;  // it has become shorter
    }
    got += static_cast<std::size_t>(count);
  }
  text.resize(got);
  return text;
}

}  // namespace procession::cli
