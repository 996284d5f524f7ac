// SPDX-License-Identifier: MIT
#include "harness/os/listening.h"

#include "harness/os/unique_fd.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace procession::os {

namespace {

// One question to the kernel, sock_diag(7): who would be connected to at 127.0.0.1 and this port?
struct Question {
  nlmsghdr header;
  inet_diag_req_v2 asked;
};

struct Answer {
  nlmsghdr header;
  union {
    inet_diag_msg found;
    nlmsgerr refused;
    char bytes[2048];
  };
};

enum class Told { Listening, Nobody, Nothing };

Told ask(std::uint16_t port) {
  const UniqueFd socket(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  Question question{};
  question.header.nlmsg_len = sizeof question;
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  question.asked.sdiag_family = AF_INET;
  question.asked.sdiag_protocol = IPPROTO_TCP;
  question.asked.idiag_states = ~0U;
  question.asked.id.idiag_sport = htons(port);
  question.asked.id.idiag_src[0] = htonl(INADDR_LOOPBACK);
  question.asked.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
  question.asked.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  Answer answer{};
  // The kernel answers before it returns from the sending.
  if (!socket || ::send(socket.get(), &question, sizeof question, 0) != ssize_t{sizeof question} ||
      ::recv(socket.get(), &answer, sizeof answer, MSG_DONTWAIT) < ssize_t{sizeof(nlmsghdr)}) {
    return Told::Nothing;
  }
  if (answer.header.nlmsg_type == SOCK_DIAG_BY_FAMILY) {
    return answer.found.idiag_state == TCP_LISTEN ? Told::Listening : Told::Nobody;
  }
  const bool is_refused = answer.header.nlmsg_type == NLMSG_ERROR;
  return is_refused && answer.refused.error == -ENOENT ? Told::Nobody : Told::Nothing;
}

// A kernel that cannot tell of TCP says ENOENT, too. So ask it for a listener that there is.
bool can_tell() {
  const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  return listener && ::bind(listener.get(), name, size) == 0 && ::listen(listener.get(), 1) == 0 &&
         ::getsockname(listener.get(), name, &size) == 0 &&
         ask(ntohs(address.sin_port)) == Told::Listening;
}

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

// Some milliseconds of work for the kernel, however little there is to read. Listeners come first:
// with the first line of another kind all are seen.
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
  static const bool may_ask = can_tell();
  const Told told = may_ask ? ask(port) : Told::Nothing;
  return told == Told::Nothing ? is_in_tables_of_listeners(port) : told == Told::Listening;
}

bool is_in_tables_of_listeners(std::uint16_t port) noexcept {
  return is_listed("/proc/net/tcp", port) || is_listed("/proc/net/tcp6", port);
}

}  // namespace procession::os
