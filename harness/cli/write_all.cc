// SPDX-License-Identifier: MIT
#include "harness/cli/write_all.h"

#include <cerrno>
#include <unistd.h>

namespace procession::cli {

base::Result<> write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return base::system_error("write", errno);
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace procession::cli
