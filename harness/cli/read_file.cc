// SPDX-License-Identifier: MIT
#include "harness/cli/read_file.h"

#include "harness/os/unique_fd.h"
#include "harness/report/printable.h"

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

}  // namespace

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
