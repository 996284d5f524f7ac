// SPDX-License-Identifier: MIT
#include "harness/os/listening.h"

#include "harness/os/unique_fd.h"

#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

namespace procession::os {

namespace {

// A line of /proc/net/tcp, proc(5): "  0: 0100007F:1F90 00000000:0000 0A …": the local address and
// port and, as the fourth field, the state.
constexpr std::string_view kListen = "0A";

std::string_view next_field(std::string_view& line) {
  const std::size_t begin = line.find_first_not_of(' ');
  if (begin == line.npos) {
    line = {};
    return {};
  }
  line.remove_prefix(begin);
  const std::string_view field = line.substr(0, line.find(' '));
  line.remove_prefix(field.size());
  return field;
}

// The words of an address stand there in the byte order of this machine.
bool reaches_loopback(std::string_view address) {
  constexpr std::string_view kAny = "00000000000000000000000000000000";
  constexpr std::string_view kLoopback = "0100007F";
  constexpr std::string_view kMapped = "0000000000000000FFFF00000100007F";
  return kAny.starts_with(address) || address == kLoopback || address == kMapped;
}

enum class Seen { Header, Other, Wanted, NoListener };

Seen look_at(std::string_view line, std::uint16_t port) {
  const std::string_view number = next_field(line);
  const std::string_view local = next_field(line);
  next_field(line);
  const std::string_view state = next_field(line);
  const std::size_t colon = local.find(':');
  if (!number.ends_with(':') || colon == local.npos) {
    return Seen::Header;
  }
  if (state != kListen) {
    return Seen::NoListener;
  }
  char digits[5] = {};
  local.substr(colon + 1).copy(digits, 4);
  const bool same = std::strtoul(digits, nullptr, 16) == port;
  return same && reaches_loopback(local.substr(0, colon)) ? Seen::Wanted : Seen::Other;
}

// Listeners come first: with the first line of another kind all are seen.
bool is_listed(const char* table, std::uint16_t port) {
  const UniqueFd file(::open(table, O_RDONLY | O_CLOEXEC));
  char buffer[4096];
  std::size_t filled = 0;
  while (file) {
    const ssize_t got = ::read(file.get(), buffer + filled, sizeof buffer - filled);
    if (got <= 0) {
      return false;
    }
    filled += static_cast<std::size_t>(got);
    std::string_view rest(buffer, filled);
    for (std::size_t end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
      const Seen seen = look_at(rest.substr(0, end), port);
      if (seen == Seen::Wanted || seen == Seen::NoListener) {
        return seen == Seen::Wanted;
      }
      rest.remove_prefix(end + 1);
    }
    filled = rest.size();
    std::memmove(buffer, rest.data(), filled);
  }
  return false;
}

}  // namespace

bool is_listening(std::uint16_t port) noexcept {
  return is_listed("/proc/net/tcp", port) || is_listed("/proc/net/tcp6", port);
}

}  // namespace procession::os
