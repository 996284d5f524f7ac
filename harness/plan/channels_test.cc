// SPDX-License-Identifier: MIT
// Which pipe, listener or connection a step means, and who serves each connection.
#include "harness/plan/make_plan.h"
#include "harness/testing/planned.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace procession::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::planned;
using testing::Planned;
using testing::planning_problems;
using ::testing::SizeIs;
using testing::step_named;

const Step& step(const Planned& test, std::string_view event) {
  return test.plan().step(step_named(test, event));
}

// --- pipes

TEST(Pipes, AreInheritedByWhatIsStartedLater) {
  const Planned test = planned(R"(
processes:
  main:
    - pipe: p
    - pipe: q
    - start: child
    - {send: hello, to: q}
  child:
    - start: grandchild
  grandchild:
    - receive: q
)");
  EXPECT_THAT(test.plan().pipes(), SizeIs(2));
  EXPECT_EQ(step(test, "main.send(q)").channel, 1U);
  EXPECT_EQ(step(test, "grandchild.receive(q)").channel, 1U);
}

TEST(Pipes, AreNotInheritedByWhatWasStartedBefore) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - start: child
    - pipe: p
  child:
    - receive: p
)"),
              ElementsAre("7: no pipe `p` here | `pipe` must come before, here or in the process "
                          "that starts this one (a child of the forkserver inherits none)"));
}

TEST(Pipes, AreNotInheritedFromTheForkserver) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - pipe: p
    - start: child
  child:
    start_method: forkserver
    steps:
      - {send: hello, to: p}
)"),
              ElementsAre("9: no pipe `p` here | `pipe` must come before, here or in the process "
                          "that starts this one (a child of the forkserver inherits none)"));
}

TEST(Pipes, OfOneNameAreMadeOnce) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - pipe: p
    - pipe: p
)"),
              ElementsAre("5: there is a pipe `p` already | give each pipe its own name"));
}

TEST(Pipes, OfOneNameInTwoFamiliesAreTwo) {
  const Planned test = planned(R"(
processes:
  main:
    - start: family
  family:
    count: 2
    steps:
      - pipe: p
      - {send: hello, to: p}
)");
  EXPECT_EQ(step(test, "family[0].send(p)").channel, 0U);
  EXPECT_EQ(step(test, "family[1].send(p)").channel, 1U);
}

TEST(Pipes, CannotCarryAnEmptyText) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - pipe: p
    - {send: "", to: p}
)"),
              ElementsAre("5: an empty text cannot be sent through a pipe"));
}

// --- listeners

constexpr std::string_view kServer = R"(
processes:
  main:
    - start: [server, client]
  server:
    - {serve: upper, until: client.end}
  client:
    count: 2
    steps:
      - connect: server
      - request: hello
      - connect: server
)";

TEST(Listeners, AServeWithoutOneListensFirst) {
  const Planned test = planned(kServer);
  const auto server = test.plan().line_of(1);
  ASSERT_THAT(server, SizeIs(3));
  EXPECT_EQ(server[0].verb, scenario::Verb::Listen);
  EXPECT_TRUE(server[0].implicit);
  EXPECT_EQ(server[1].verb, scenario::Verb::Serve);
  EXPECT_EQ(server[1].channel, server[0].channel);
}

TEST(Listeners, AServeTakesTheOneThatItsProcessHasMade) {
  const Planned test = planned(R"(
processes:
  main:
    - listen: door
    - serve: echo
)");
  EXPECT_THAT(test.plan().listeners(), SizeIs(1));
  EXPECT_THAT(test.plan().line_of(0), SizeIs(3));
  EXPECT_EQ(step(test, "main.serve").channel, 0U);
}

TEST(Listeners, OfOneNameShareAPort) {
  const Planned test = planned(R"(
processes:
  main:
    - listen: door
    - {listen: door, fails: EADDRINUSE}
    - listen: window
)");
  ASSERT_THAT(test.plan().listeners(), SizeIs(2));
  const auto steps = test.plan().line_of(0);
  EXPECT_EQ(steps[0].channel, steps[1].channel);
  EXPECT_NE(test.plan().listeners()[0].port_word, test.plan().listeners()[1].port_word);
}

TEST(Listeners, OnNamesOne) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - listen: door
    - {serve: upper, on: window}
)"),
              ElementsAre("5: nothing listens as `window` | `on` names the operand of a `listen`"));
}

TEST(Listeners, AreServedOnce) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - listen: door
    - {serve: upper, until: main.begin}
    - {serve: upper, until: main.begin}
)"),
              ElementsAre("6: `door` is served twice"));
}

// --- connections

TEST(Connections, EachHasATalker) {
  const Planned test = planned(kServer);
  const auto talkers = test.plan().ids(test.plan().listeners()[0].talkers);
  ASSERT_THAT(talkers, SizeIs(4));
  const Instance& last = test.plan().instance(talkers[3]);
  EXPECT_EQ(test.plan().text(last.path), "server/talker[3]");
  EXPECT_EQ(last.kind, Instance::Kind::Talker);
  EXPECT_EQ(last.starter, 1U);
  EXPECT_EQ(last.index, 3U);
}

TEST(Connections, ARequestGoesOverTheLatest) {
  const Planned test = planned(kServer);
  EXPECT_EQ(step(test, "client[1].connect(server)[1]").connection, 1U);
  EXPECT_EQ(step(test, "client[1].request").connection, 0U);
}

TEST(Connections, OnAndDisconnectNameOneByItsLabel) {
  const Planned test = planned(R"(
processes:
  main:
    - start: server
    - {connect: server, as: one}
    - {connect: server, as: two}
    - {request: hello, on: one}
    - disconnect: one
    - disconnect
  server:
    - {serve: upper, until: main.disconnect}
)");
  EXPECT_EQ(step(test, "main.request").connection, 0U);
  EXPECT_EQ(step(test, "main.disconnect[0]").connection, 0U);
  EXPECT_EQ(step(test, "main.disconnect[1]").connection, 1U);
}

TEST(Connections, AreMadeBeforeTheyAreUsed) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - request: hello
    - disconnect
    - {request: hello, on: one}
)"),
              ElementsAre("4: no `connect` comes before", "5: no `connect` comes before",
                          "6: no `connect` before is labelled `one`"));
}

TEST(Connections, NeedOneServerThatListens) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - start: deaf
    - connect: deaf
  deaf: []
)"),
              ElementsAre("5: `deaf` does not listen | give it a `serve` or a `listen`"));
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - start: server
    - connect: server
  server:
    count: 2
    steps:
      - {serve: upper, until: main.end}
)"),
              ElementsAre("5: `connect` names one server | give the server's index"));
}

TEST(Connections, TheServersServiceSaysWhatTheReplyIs) {
  const Planned test = planned(R"(
processes:
  main:
    - start: server
    - connect: server
    - request: hello
  server:
    - {serve: echo, until: main.request}
)");
  EXPECT_EQ(step(test, "main.request").service, scenario::Service::Echo);
  EXPECT_EQ(test.plan().line_of(2)[0].service, scenario::Service::Echo);
}

// --- the forkserver

TEST(Forkserver, IsThereIfAProcessOrATalkerNeedsIt) {
  EXPECT_EQ(planned(kServer).plan().header().forkserver, kNone);
  const Planned needed = planned(R"(
processes:
  main:
    - start: child
  child:
    start_method: forkserver
    steps: []
)");
  const InstanceId forkserver = needed.plan().header().forkserver;
  ASSERT_NE(forkserver, kNone);
  EXPECT_EQ(needed.plan().instance(forkserver).kind, Instance::Kind::Forkserver);
  EXPECT_EQ(needed.plan().instance(forkserver).starter, kNone);
}

}  // namespace
}  // namespace procession::plan
