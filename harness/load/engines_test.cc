// SPDX-License-Identifier: MIT
// Every engine with real connections. A server is a forked process, so that it can run out of
// descriptors alone.
#include "harness/load/client_test.h"
#include "harness/load/epoll_engine.h"
#include "harness/load/event_engine.h"
#include "harness/load/thread_engine.h"
#include "harness/load/upper.h"
#include "harness/load/uring_engine.h"
#include "harness/os/machine.h"
#include "harness/os/process.h"
#include "harness/testing/faulty_server.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace procession::load {
namespace {

enum class Kind { Thread, Epoll, IoUring, Cramped };

// Echoes, one byte or more; has room for one connection.
class CrampedEngine final : public EventEngine {
 private:
  int open_more() override { return 0; }
  int take_up(int descriptor) override {
    if (taken_) {
      return ENOSPC;
    }
    taken_ = true;
    return watch(EPOLL_CTL_ADD, descriptor, EPOLLIN, static_cast<std::uint64_t>(descriptor));
  }
  Round one_round(base::Instant) override {
    epoll_event event{};
    if (::epoll_wait(epoll(), &event, 1, -1) < 1) {
      return Round::Done;
    }
    if (!is_connection(event.data.u64)) {
      return note(event.data.u64);
    }
    const int connection = static_cast<int>(event.data.u64);
    char bytes[64];
    const ssize_t got = ::recv(connection, bytes, sizeof bytes, 0);
    if (got <= 0 || ::send(connection, bytes, static_cast<std::size_t>(got), MSG_NOSIGNAL) < 0) {
      taken_ = false;
      close_connection(connection);
    }
    return Round::Done;
  }

  bool taken_ = false;
};

template <class Use>
int with_engine(Kind kind, Use use) {
  switch (kind) {
    case Kind::Thread: {
      ThreadEngine engine;
      return use(engine);
    }
    case Kind::Epoll: {
      EpollEngine engine;
      return use(engine);
    }
    case Kind::Cramped: {
      CrampedEngine engine;
      return use(engine);
    }
    case Kind::IoUring: {
#ifdef PROCESSION_URING
      UringEngine engine;
      return use(engine);
#endif
    }
  }
  return ENOSYS;
}

class Engines : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (GetParam() == Kind::IoUring && !os::has_feature("io_uring")) {
      GTEST_SKIP() << "needs the feature io_uring";
    }
  }
  Engines()
      : listener_(procession::testing::listen_at(port_)), closing_(::eventfd(0, EFD_CLOEXEC)) {}
  ~Engines() override {
    if (server_ > 0) {
      ::kill(server_, SIGKILL);
      ::waitpid(server_, nullptr, 0);
    }
  }

  // Serves, is told to close, takes who waits, drains. `room`: how many descriptors it may have
  // beyond those that it begins with.
  void start_server(int room = 1000) {
    server_ = ::fork();
    ASSERT_GE(server_, 0);
    if (server_ == 0) {
      os::leave(with_engine(GetParam(), [&](Engine& engine) { return play(engine, room); }));
    }
  }
  // Its exit status: 0, or the error.
  int end_of_server() {
    ::eventfd_write(closing_.get(), 1);
    return status_of_server();
  }
  int status_of_server() {
    int status = 0;
    EXPECT_EQ(::waitpid(server_, &status, 0), server_);
    server_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  [[nodiscard]] Client client() const { return Client(port_); }

  std::uint16_t port_ = 0;
  os::UniqueFd listener_;
  os::UniqueFd closing_;
  pid_t server_ = -1;

 private:
  int play(Engine& engine, int room) {
    int error = engine.open(listener_.get(), to_upper);
    const int next = os::UniqueFd(::dup(listener_.get())).get();
    const rlim_t most = static_cast<rlim_t>(next + room);
    const rlimit limit{most, most};
    ::setrlimit(RLIMIT_NOFILE, &limit);
    const int wakers[] = {closing_.get()};
    error = error != 0 ? error : engine.serve({wakers, {}});
    error = error != 0 ? error : engine.take_waiting();
    listener_.reset();
    return error != 0 ? error : engine.drain();
  }
};

class EventEngines : public Engines {};
INSTANTIATE_TEST_SUITE_P(, EventEngines, ::testing::Values(Kind::Cramped),
                         [](const auto&) { return "Cramped"; });

TEST_P(EventEngines, LetThoseWaitForWhomThereIsNoRoom) {
  start_server();
  std::vector<Client> clients;
  for (int k = 0; k < 5; ++k) {
    clients.push_back(client());
    clients.back().say("hello");
  }
  for (Client& first : clients) {
    EXPECT_EQ(first.hear(5), "hello");
    first = client();  // makes room, and is served after the others
  }
  clients.clear();
  EXPECT_EQ(end_of_server(), 0);
}

TEST_P(Engines, AnswerEachClient) {
  start_server();
  std::vector<Client> clients;
  for (int k = 0; k < 100; ++k) {
    clients.push_back(client());
  }
  for (int round = 0; round < 3; ++round) {
    for (int k = 0; k < 100; ++k) {
      clients[static_cast<std::size_t>(k)].say("hello " + std::to_string(k % 10));
    }
    for (int k = 0; k < 100; ++k) {
      EXPECT_EQ(clients[static_cast<std::size_t>(k)].hear(7), "HELLO " + std::to_string(k % 10));
    }
  }
  clients.clear();
  EXPECT_EQ(end_of_server(), 0);
}

TEST_P(Engines, HalfALetterWaitsForItsOtherHalf) {
  start_server();
  const Client one = client();
  const Client other = client();
  one.say("a\xC3");
  EXPECT_EQ(one.hear(1), "A");  // so the half is there too
  EXPECT_EQ(other.ask("\xD1\x8F"), "\xD0\xAF");
  one.say(
      "\xA9"
      "b");
  EXPECT_EQ(one.hear(3),
            "\xC3\x89"
            "B");
}

TEST_P(Engines, WhoEndsHisSideGetsAllAnswersAndTheEnd) {
  start_server();
  const Client one = client();
  one.say("abc\xC3");
  one.end_my_side();
  EXPECT_EQ(one.hear_all(), "ABC\xC3");
  EXPECT_EQ(end_of_server(), 0);
}

TEST_P(Engines, AResetIsNobodyElsesAffair) {
  start_server();
  Client one = client();
  const Client other = client();
  EXPECT_EQ(one.ask("a"), "A");
  one.say("unread");
  one.reset();
  EXPECT_EQ(other.ask("b"), "B");
  EXPECT_EQ(client().ask("c"), "C");
}

TEST_P(Engines, AClientMayVanishWithAnswersUnread) {
  start_server();
  {
    Client one = client();
    EXPECT_GT(one.say_until_stuck(100'000), 0u);
    one.close();
  }
  EXPECT_EQ(client().ask("b"), "B");
  EXPECT_EQ(end_of_server(), 0);  // so nothing of the first one is left
}

TEST_P(Engines, WhoDoesNotReadKeepsNobodyFromReading) {
  start_server();
  const Client mute = client();
  const Client other = client();
  const std::size_t said = mute.say_until_stuck(100'000);
  for (int k = 0; k < 100; ++k) {
    ASSERT_EQ(other.ask("b"), "B");
  }
  // And when it reads at last, nothing is missing.
  mute.end_my_side();
  std::size_t heard = 0;
  for (std::string some = mute.hear(50'000); !some.empty(); some = mute.hear(50'000)) {
    ASSERT_EQ(some.find_first_not_of('X'), std::string::npos);
    heard += some.size();
  }
  EXPECT_EQ(heard, said);
}

TEST_P(Engines, ATextOfAnyLengthIsAnswered) {
  start_server();
  const Client one = client();
  const std::string text(10'000, 'y');
  std::size_t owed = 0;
  for (int k = 0; k < 500; ++k) {  // 5 MB, some of it under way at any time
    one.say(text);
    owed += text.size();
    if (owed > 200'000) {
      ASSERT_EQ(one.hear(text.size()), std::string(text.size(), 'Y'));
      owed -= text.size();
    }
  }
  EXPECT_EQ(one.hear(owed), std::string(owed, 'Y'));
}

TEST_P(Engines, MoreConnectionsThanDescriptorsWaitForTheirTurn) {
  start_server(4);
  std::vector<Client> clients;
  for (int k = 0; k < 20; ++k) {
    clients.push_back(client());
    clients.back().say("hello");
  }
  // In the order of connecting: each end makes room for the next.
  for (Client& one : clients) {
    EXPECT_EQ(one.hear(5), "HELLO");
    one.close();
  }
  EXPECT_EQ(end_of_server(), 0);
}

TEST_P(Engines, WhoWaitsForADescriptorIsServedThoughTheEndHasCome) {
  start_server(2);
  std::vector<Client> clients;
  for (int k = 0; k < 6; ++k) {
    clients.push_back(client());
    clients.back().say("hello");
  }
  EXPECT_EQ(clients[0].hear(5), "HELLO");
  ::eventfd_write(closing_.get(), 1);
  for (Client& one : clients) {
    EXPECT_EQ(&one == &clients[0] ? "HELLO" : one.hear(5), "HELLO");
    one.close();
  }
  EXPECT_EQ(status_of_server(), 0);
}

// An end makes room though nobody waits for it; who comes later is served.
TEST_P(Engines, WithRoomAgainTheyAcceptWhoComesLater) {
  start_server(2);
  for (int round = 0; round < 20; ++round) {
    Client one = client();
    const Client other = client();
    ASSERT_EQ(one.ask("a"), "A");
    ASSERT_EQ(other.ask("b"), "B");
    one.close();
    ASSERT_EQ(client().ask("c"), "C");
    ASSERT_EQ(other.ask("d"), "D");
  }
  EXPECT_EQ(end_of_server(), 0);
}

TEST_P(Engines, WithoutAnyDescriptorTheyFail) {
  start_server(0);
  const Client one = client();
  EXPECT_EQ(status_of_server(), EMFILE);
}

TEST_P(Engines, WhoConnectedBeforeTheEndIsServed) {
  std::vector<Client> clients;
  for (int k = 0; k < 10; ++k) {
    clients.push_back(client());
    clients.back().say("hello");
  }
  ::eventfd_write(closing_.get(), 1);
  start_server();
  for (const Client& one : clients) {
    EXPECT_EQ(one.hear(5), "HELLO");
    one.end_my_side();  // the server has a copy of the socket
  }
  EXPECT_EQ(status_of_server(), 0);
}

TEST_P(Engines, DrainUntilTheLastHasEnded) {
  start_server();
  Client one = client();
  EXPECT_EQ(one.ask("a"), "A");
  ::eventfd_write(closing_.get(), 1);
  // Nobody is accepted once the listener is closed here too; the first one is still served.
  listener_.reset();
  EXPECT_EQ(one.ask("b"), "B");
  EXPECT_EQ(::waitpid(server_, nullptr, WNOHANG), 0);
  one.close();
  EXPECT_EQ(status_of_server(), 0);
}

TEST_P(Engines, AnswersLeaveWithoutDelay) {
  const int on = 1;
  ::setsockopt(listener_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const Client one = client();
  const os::UniqueFd accepted(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  int inherited = 0;
  socklen_t size = sizeof inherited;
  ::getsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &inherited, &size);
  EXPECT_EQ(inherited, 1);
}

std::string name_of(const ::testing::TestParamInfo<Kind>& kind) {
  const std::array<std::string, 3> names = {"Thread", "Epoll", "IoUring"};
  return names[static_cast<std::size_t>(kind.param)];
}

INSTANTIATE_TEST_SUITE_P(All, Engines, ::testing::Values(Kind::Thread, Kind::Epoll, Kind::IoUring),
                         name_of);

}  // namespace
}  // namespace procession::load
