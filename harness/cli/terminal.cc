// SPDX-License-Identifier: MIT
#include "harness/cli/terminal.h"

#include <cstdlib>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace procession::cli {

bool is_capable_terminal(int fd) {
  const char* const kind = std::getenv("TERM");
  return ::isatty(fd) == 1 && std::string_view(kind != nullptr ? kind : "") != "dumb";
}

std::size_t terminal_columns(int fd) {
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace procession::cli
