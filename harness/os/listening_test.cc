// SPDX-License-Identifier: MIT
#include "harness/os/listening.h"

#include "harness/os/unique_fd.h"

#include <gtest/gtest.h>

#include <netinet/in.h>
#include <sys/socket.h>

namespace procession::os {
namespace {

// Both ways to find out.
class IsListening : public ::testing::TestWithParam<bool (*)(std::uint16_t) noexcept> {
 protected:
  static bool is_listening(std::uint16_t port) { return GetParam()(port); }
};

INSTANTIATE_TEST_SUITE_P(, IsListening,
                         ::testing::Values(&os::is_listening, &is_in_tables_of_listeners),
                         [](const auto& test) { return test.index == 0 ? "Asked" : "Read"; });

struct Bound {
  UniqueFd socket;
  std::uint16_t port = 0;
};

Bound bound_at(std::uint32_t address) {
  Bound bound{UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))};
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(address);
  socklen_t size = sizeof name;
  EXPECT_EQ(::bind(bound.socket.get(), reinterpret_cast<sockaddr*>(&name), size), 0);
  EXPECT_EQ(::getsockname(bound.socket.get(), reinterpret_cast<sockaddr*>(&name), &size), 0);
  bound.port = ntohs(name.sin_port);
  return bound;
}

TEST_P(IsListening, AsLongAsSomebodyListens) {
  for (const std::uint32_t address : {INADDR_LOOPBACK, INADDR_ANY}) {
    Bound bound = bound_at(address);
    EXPECT_FALSE(is_listening(bound.port)) << "bound is not listening";
    ASSERT_EQ(::listen(bound.socket.get(), 1), 0);
    EXPECT_TRUE(is_listening(bound.port));
    bound.socket.reset();
    EXPECT_FALSE(is_listening(bound.port));
  }
}

TEST_P(IsListening, NotIfTheLoopbackInterfaceDoesNotLeadThere) {
  const Bound bound = bound_at(INADDR_LOOPBACK + 1);
  ASSERT_EQ(::listen(bound.socket.get(), 1), 0);
  EXPECT_FALSE(is_listening(bound.port)) << "127.0.0.2 is not where anybody connects to";
}

TEST_P(IsListening, NotByAConnectionThatIsLeft) {
  Bound bound = bound_at(INADDR_LOOPBACK);
  ASSERT_EQ(::listen(bound.socket.get(), 1), 0);
  const UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  name.sin_port = htons(bound.port);
  ASSERT_EQ(::connect(client.get(), reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
  const UniqueFd accepted(::accept4(bound.socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
  bound.socket.reset();
  EXPECT_FALSE(is_listening(bound.port));
}

TEST_P(IsListening, ByTheOtherProtocolToo) {
  const UniqueFd socket(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 name{};
  name.sin6_family = AF_INET6;
  socklen_t size = sizeof name;
  if (!socket || ::bind(socket.get(), reinterpret_cast<sockaddr*>(&name), size) != 0) {
    GTEST_SKIP() << "no IPv6 here";
  }
  ASSERT_EQ(::listen(socket.get(), 1), 0);
  ASSERT_EQ(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&name), &size), 0);
  EXPECT_TRUE(is_listening(ntohs(name.sin6_port)));
}

}  // namespace
}  // namespace procession::os
