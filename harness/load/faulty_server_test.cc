// SPDX-License-Identifier: MIT
// The server of testing/faulty_server.h does the wrong that it is asked for, and no other.
#include "harness/testing/faulty_server.h"

#include "harness/load/client_test.h"

#include <gtest/gtest.h>

#include <sys/eventfd.h>
#include <thread>

namespace procession::load {
namespace {

using procession::testing::Fault;
using procession::testing::Misbehaviour;

// Wrong to every second request of five bytes.
class FaultyServer : public ::testing::Test {
 protected:
  FaultyServer()
      : listener_(procession::testing::listen_at(port_)), closing_(::eventfd(0, EFD_CLOEXEC)) {}
  ~FaultyServer() override {
    ::eventfd_write(closing_.get(), 1);
    server_.join();
  }

  void start(Fault fault) {
    how_ = {fault, 5, 2, base::Duration(20'000'000)};
    server_ = std::thread(
        [this] { procession::testing::serve_wrongly(listener_.get(), closing_.get(), how_); });
  }
  [[nodiscard]] Client client() const { return Client(port_); }

 private:
  std::uint16_t port_ = 0;
  os::UniqueFd listener_;
  os::UniqueFd closing_;
  Misbehaviour how_;
  std::thread server_;
};

TEST_F(FaultyServer, MayBeRightAlways) {
  start(Fault::None);
  const Client one = client();
  one.say("firsta");
  one.say("gainthird");
  EXPECT_EQ(one.hear(15), "firstagainthird");
  one.end_my_side();
  EXPECT_EQ(one.hear_all(), "");
}

TEST_F(FaultyServer, DelaysAReplyAndThoseBehindIt) {
  start(Fault::Delay);
  const Client one = client();
  EXPECT_EQ(one.ask("first"), "first");
  const base::Instant before = base::now();
  EXPECT_EQ(one.ask("againthird"), "againthird");
  EXPECT_GE(base::now() - before, base::Duration(20'000'000));
}

TEST_F(FaultyServer, Duplicates) {
  start(Fault::Duplicate);
  const Client one = client();
  one.say("firstagainthird");
  EXPECT_EQ(one.hear(20), "firstagainagainthird");
}

TEST_F(FaultyServer, CrossesRepliesOfTwoConnections) {
  start(Fault::Cross);
  const Client one = client();
  const Client other = client();
  EXPECT_EQ(one.ask("first"), "first");
  one.say("mine.");
  // Whichever comes first: one of them is the second request, the other one the third.
  other.say("other");
  EXPECT_EQ(one.hear(5), "other");
  EXPECT_EQ(other.hear(5), "mine.");
}

TEST_F(FaultyServer, ReordersTwoRepliesOfOneConnection) {
  start(Fault::Reorder);
  const Client one = client();
  one.say("firstagainthird");
  EXPECT_EQ(one.hear(15), "firstthirdagain");
}

TEST_F(FaultyServer, Truncates) {
  start(Fault::Truncate);
  const Client one = client();
  one.say("firstagain");
  EXPECT_EQ(one.hear_all(), "firstag");
}

TEST_F(FaultyServer, Corrupts) {
  start(Fault::Corrupt);
  EXPECT_EQ(client().ask("firstagain"), "firstag`in");
}

TEST_F(FaultyServer, SwallowsAReply) {
  start(Fault::Swallow);
  const Client one = client();
  one.say("firstagainthird");
  EXPECT_EQ(one.hear(10), "firstthird");
}

TEST_F(FaultyServer, ClosesAConnection) {
  start(Fault::Close);
  const Client one = client();
  one.say("firstagain");
  EXPECT_EQ(one.hear_all(), "first");
}

TEST_F(FaultyServer, ResetsAConnection) {
  start(Fault::Reset);
  const Client one = client();
  EXPECT_EQ(one.ask("first"), "first");
  one.say("again");
  char nothing = 0;
  EXPECT_EQ(::recv(one.descriptor(), &nothing, 1, 0), -1);
  EXPECT_EQ(errno, ECONNRESET);
}

TEST(Faults, HaveNames) {
  EXPECT_EQ(procession::testing::fault_named("cross"), Fault::Cross);
  EXPECT_EQ(procession::testing::fault_named("crossed"), std::nullopt);
}

}  // namespace
}  // namespace procession::load
