// SPDX-License-Identifier: MIT
// What blocks, handlers, groups, stops and parents make certain, and what they only seem to.
#include "harness/causes/guarantee.h"
#include "harness/causes/net_of.h"
#include "harness/scenario/event_pattern.h"
#include "harness/testing/planned.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace procession::causes {
namespace {

EventId event(const testing::Planned& planned, const PlanNet& net, std::string_view written) {
  const auto found = plan::EventFinder(planned.plan()).find(*scenario::read_event(written));
  EXPECT_TRUE(found) << (found ? "" : found.error().message);
  return net.id_of(found->front().event);
}

// The warrant, or "no".
std::string guarantee_of(std::string_view text, std::string_view left, std::string_view right) {
  const testing::Planned planned = testing::planned(text);
  const PlanNet net = net_of(planned.plan());
  const EventId from = event(planned, net, left);
  const EventId to = event(planned, net, right);
  EXPECT_TRUE(possible(net.net)[to]) << right << " can happen";
  const std::optional<Warrant> warrant = guaranteed(net.net, {&from, 1}, to);
  return warrant ? std::string(to_string(*warrant)) : "no";
}

constexpr std::string_view kBlocked = R"(
processes:
  main:
    - start: child
    - await: child.block(SIGTERM)
    - terminate: child
    - mark: sent
  child:
    - handle: SIGTERM
      steps:
        - mark: handled
    - block: SIGTERM
    - await: main.sent
    - unblock: SIGTERM
    - print: on
)";

TEST(Blocked, AHandlerIsEnteredInTheUnblockAndPlayedWhenThatReturns) {
  EXPECT_EQ(guarantee_of(kBlocked, "child.unblock(SIGTERM).call", "child.got(SIGTERM)"), "posix");
  EXPECT_EQ(guarantee_of(kBlocked, "child.handled", "child.print"), "linux");
  EXPECT_EQ(guarantee_of(kBlocked, "child.got(SIGTERM)", "child.unblock(SIGTERM)"), "linux");
}

TEST(Blocked, ASignalThatMayComeBeforeTheBlockIsNotHeldBack) {
  constexpr std::string_view kTooLate = R"(
processes:
  main:
    - start: child
    - await: child.handle(SIGTERM)
    - terminate: child
    - mark: sent
  child:
    - handle: SIGTERM
      steps:
        - mark: handled
    - block: SIGTERM
    - await: main.sent
    - unblock: SIGTERM
    - print: on
)";
  EXPECT_EQ(guarantee_of(kTooLate, "child.unblock(SIGTERM).call", "child.got(SIGTERM)"), "no");
  EXPECT_EQ(guarantee_of(kTooLate, "child.handled", "child.print"), "no");
}

TEST(Blocked, ASignalThatMayComeAfterTheUnblockIsNotHandledByThen) {
  constexpr std::string_view kLater = R"(
processes:
  main:
    - start: child
    - await: child.block(SIGTERM)
    - terminate: child
  child:
    - handle: SIGTERM
      steps:
        - mark: handled
    - block: SIGTERM
    - unblock: SIGTERM
    - print: on
)";
  EXPECT_EQ(guarantee_of(kLater, "child.unblock(SIGTERM).call", "child.handled"), "posix");
  EXPECT_EQ(guarantee_of(kLater, "child.handled", "child.print"), "no");
}

TEST(Blocked, WithTheDefaultActionItEndsTheProcessAtTheUnblock) {
  constexpr std::string_view kDeadly = R"(
processes:
  main:
    - start: child
    - await: child.block(SIGTERM)
    - terminate: child
  child:
    - block: SIGTERM
    - print: still here
    - unblock: SIGTERM
    - sleep: forever
)";
  EXPECT_EQ(guarantee_of(kDeadly, "child.unblock(SIGTERM).call", "child.end"), "posix");
  EXPECT_EQ(guarantee_of(kDeadly, "main.terminate(child)", "child.end"), "posix");
}

TEST(Blocked, WhatIsNeverUnblockedEndsNobody) {
  constexpr std::string_view kForEver = R"(
processes:
  main:
    - start: child
    - await: child.block(SIGTERM)
    - terminate: child
  child:
    - block: SIGTERM
    - print: still here
)";
  EXPECT_EQ(guarantee_of(kForEver, "child.print", "child.end"), "posix");
}

TEST(Blocked, AHandlersUnblockMayComeAtAnyTime) {
  constexpr std::string_view kByHandler = R"(
processes:
  main:
    - start: child
    - await: child.block(SIGTERM)
    - terminate: child
    - {signal: child, send: SIGUSR1, fails: [ESRCH, ok]}
  child:
    - handle: SIGUSR1
      steps:
        - unblock: SIGTERM
    - block: SIGTERM
    - print: still here
)";
  EXPECT_EQ(guarantee_of(kByHandler, "child.print", "child.end"), "no");
}

TEST(Blocked, WhatAHandlerBlocksIsNoProtection) {
  constexpr std::string_view kInHandler = R"(
processes:
  main:
    - start: child
    - await: child.handle(SIGUSR1)
    - {signal: child, send: SIGUSR1}
    - await: child.inside
    - terminate: child
  child:
    - handle: SIGUSR1
      steps:
        - block: SIGTERM
        - mark: inside
    - print: still here
)";
  EXPECT_EQ(guarantee_of(kInHandler, "child.print", "child.end"), "no");
}

TEST(Blocked, TheEndOfAChildWaitsToo) {
  constexpr std::string_view kChild = R"(
processes:
  main:
    - handle: SIGCHLD
      steps:
        - mark: told
    - block: SIGCHLD
    - start: child
    - print: not yet
    - unblock: SIGCHLD
    - join: child
  child: []
)";
  EXPECT_EQ(guarantee_of(kChild, "main.print", "main.told"), "posix");
  EXPECT_EQ(guarantee_of(kChild, "child.end", "main.told"), "posix");
}

// ---- handlers that are taken back

constexpr std::string_view kTakenBack = R"(
processes:
  main:
    - start: child
    - await: child.handle(SIGTERM)[0]
    - terminate: child
    - await: child.bare
    - terminate: child
  child:
    - handle: SIGTERM
      steps:
        - mark: asked
    - await: child.asked
    - {handle: SIGTERM, action: default}
    - mark: bare
    - sleep: forever
)";

TEST(TakenBack, AHandlerProtectsFromWhatItWasSeenToHandle) {
  EXPECT_EQ(guarantee_of(kTakenBack, "main.terminate[1]", "child.end"), "posix");
}

TEST(TakenBack, AHandlerDoesNotProtectFromWhatMayComeAfterIt) {
  constexpr std::string_view kRace = R"(
processes:
  main:
    - start: child
    - await: child.handle(SIGTERM)[0]
    - terminate: child
  child:
    - handle: SIGTERM
      steps:
        - mark: asked
    - {handle: SIGTERM, action: default}
    - print: on
)";
  EXPECT_EQ(guarantee_of(kRace, "child.print", "child.end"), "no");
}

TEST(TakenBack, AnIgnoredSignalIsGoneOnceItWasSent) {
  constexpr std::string_view kIgnored = R"(
processes:
  main:
    - start: child
    - await: child.handle(SIGTERM)[0]
    - terminate: child
    - mark: sent
  child:
    - {handle: SIGTERM, action: ignore}
    - await: main.sent
    - {handle: SIGTERM, action: default}
    - print: on
)";
  EXPECT_EQ(guarantee_of(kIgnored, "child.print", "child.end"), "posix");
}

TEST(TakenBack, ALaterHandlerProtectsAgain) {
  constexpr std::string_view kAgain = R"(
processes:
  main:
    - start: child
    - await: child.handle(SIGTERM)[2]
    - terminate: child
  child:
    - {handle: SIGTERM, action: ignore}
    - {handle: SIGTERM, action: default}
    - {handle: SIGTERM, action: ignore}
    - print: on
)";
  EXPECT_EQ(guarantee_of(kAgain, "child.print", "child.end"), "posix");
}

// ---- groups

std::string group_send(std::string_view childs, std::string_view awaited) {
  return "\nprocesses:\n  main:\n    - {handle: SIGUSR1, action: ignore}\n"
         "    - start: [child, other]\n    - await: " +
         std::string(awaited) + "\n    - {signal: other, send: SIGUSR1, group: true}\n  child:\n" +
         std::string(childs) + "    - print: on\n  other:\n    - sleep: forever\n";
}

TEST(Groups, ASignalToAGroupMayEndEverybody) {
  EXPECT_EQ(
      guarantee_of(group_send("    - mark: here\n", "child.here"), "child.print", "child.end"),
      "no");
}

TEST(Groups, WhoHasLeftTheGroupIsSpared) {
  for (const char* const leaves : {"setpgid", "setsid"}) {
    const std::string step = "    - " + std::string(leaves) + "\n";
    EXPECT_EQ(
        guarantee_of(group_send(step, "child." + std::string(leaves)), "child.print", "child.end"),
        "posix");
    EXPECT_EQ(guarantee_of(group_send(step, "child.begin"), "child.print", "child.end"), "no");
  }
}

TEST(Groups, WhatALeaderHasStartedSinceIsSparedToo) {
  constexpr std::string_view kFamily = R"(
processes:
  main:
    - {handle: SIGUSR1, action: ignore}
    - start: [leader, other]
    - {signal: other, send: SIGUSR1, group: true}
  leader:
    - start: before
    - setpgid
    - start: after
  before:
    - print: on
  after:
    - print: on
  other:
    - sleep: forever
)";
  EXPECT_EQ(guarantee_of(kFamily, "after.print", "after.end"), "posix");
  EXPECT_EQ(guarantee_of(kFamily, "before.print", "before.end"), "no");
  EXPECT_EQ(guarantee_of(kFamily, "leader.setpgid", "leader.end"), "no");
}

TEST(Groups, WithGroupsOfTheirOwnAnyEndMayHangUpTheStopped) {
  const auto with = [](std::string_view step) {
    return R"(
processes:
  main:
    - start: [parent, other]
    - suspend: child
    - await: other.end
  parent:
    - start: child
    - sleep: 1ms
    - exit_now: 0
  child:
    - )" + std::string(step) +
           R"(
    - sleep: forever
  other: []
)";
  };
  EXPECT_EQ(guarantee_of(with("mark: here"), "main.end", "child.end"), "linux");
  EXPECT_EQ(guarantee_of(with("setpgid"), "main.end", "child.end"), "no");
}

// ---- stops

constexpr std::string_view kStopped = R"(
processes:
  main:
    - start: child
    - {suspend: child, as: suspended}
    - print: it stands
    - resume: child
    - kill: child
  child:
    - sleep: forever
)";

TEST(Stops, AreBetweenTheSignalAndTheReturn) {
  EXPECT_EQ(guarantee_of(kStopped, "main.suspend(child)", "child.stopped"), "posix");
  EXPECT_EQ(guarantee_of(kStopped, "child.stopped", "main.print"), "linux")
      << "a hang-up may end the child: Linux says when";
  EXPECT_EQ(guarantee_of(kStopped, "child.stopped", "child.continued"), "linux");
  EXPECT_EQ(guarantee_of(kStopped, "main.resume(child)", "child.continued"), "posix");
}

TEST(Stops, EndWithTheResumeOfWhoHasSuspended) {
  EXPECT_EQ(guarantee_of(kStopped, "child.continued", "main.kill(child)"), "linux");
  constexpr std::string_view kOther = R"(
processes:
  main:
    - start: [child, other]
    - suspend: child
    - resume: child
    - print: on
    - kill: child
  other:
    - resume: child
  child:
    - sleep: forever
)";
  EXPECT_EQ(guarantee_of(kOther, "child.continued[0]", "main.print"), "no")
      << "the other one may have made it go on";
}

TEST(Stops, AreNotSureOfWhoMayEndBefore) {
  constexpr std::string_view kMayEnd = R"(
processes:
  main:
    - start: child
    - suspend: child
    - print: on
  child: []
)";
  EXPECT_EQ(guarantee_of(kMayEnd, "child.stopped", "main.print"), "no");
}

// ---- parents

constexpr std::string_view kDeathSignal = R"(
processes:
  main:
    - start: parent
    - await: child.parent_death_signal(SIGTERM)
    - kill: parent
  parent:
    - start: child
    - sleep: forever
  child:
    - parent_death_signal: SIGTERM
    - sleep: forever
)";

TEST(ParentDeath, ComesWithTheParentsEndOnceItIsAskedFor) {
  EXPECT_EQ(guarantee_of(kDeathSignal, "parent.end", "child.end"), "linux");
  EXPECT_EQ(guarantee_of(kDeathSignal, "main.kill(parent)", "child.end"), "linux");
  EXPECT_EQ(guarantee_of(kDeathSignal, "child.parent_death_signal(SIGTERM).call", "child.end"),
            "posix");
}

TEST(ParentDeath, MayEndAProcessThatWouldEndByItself) {
  constexpr std::string_view kRace = R"(
processes:
  main:
    - start: parent
  parent:
    - start: child
    - exit_now: 0
  child:
    - parent_death_signal: SIGTERM
    - print: on
)";
  EXPECT_EQ(guarantee_of(kRace, "child.print", "child.end"), "no");
}

// Its parent is the reaper from the beginning; only a subreaper above it can end before it.
TEST(ParentDeath, ComesToADaemonizedProcessOnlyFromASubreaper) {
  const auto daemon = [](const std::string& first) {
    return R"(
processes:
  main:
)" + first +
           R"(
    - start: daemon
    - await: daemon.parent_death_signal
    - exit_now: 0
  daemon:
    start_method: daemonize
    steps:
      - handle: SIGUSR1
        steps:
          - mark: alone
      - parent_death_signal: SIGUSR1
      - sleep: forever
)";
  };
  const testing::Planned alone = testing::planned(daemon("    - print: x"));
  const PlanNet net = net_of(alone.plan());
  EXPECT_FALSE(possible(net.net)[event(alone, net, "daemon.got(SIGUSR1)")]);
  EXPECT_EQ(guarantee_of(daemon("    - subreaper"), "main.end", "daemon.got(SIGUSR1)"), "linux");
}

TEST(ParentDeath, NeverComesToMain) {
  constexpr std::string_view kMain = R"(
processes:
  main:
    - parent_death_signal: SIGKILL
    - print: on
)";
  EXPECT_EQ(guarantee_of(kMain, "main.print", "main.end"), "posix");
}

TEST(Orphans, AreOrphanedWhenTheParentEnds) {
  constexpr std::string_view kOrphan = R"(
processes:
  main:
    - start: parent
  parent:
    - start: child
    - exit_now: 0
  child:
    - sleep: 1ms
)";
  EXPECT_EQ(guarantee_of(kOrphan, "parent.end", "child.orphaned"), "linux");
  EXPECT_EQ(guarantee_of(kOrphan, "child.begin", "child.orphaned"), "no");
}

TEST(Orphans, TellASubreaperOfTheirEnd) {
  const auto with = [](std::string_view step) {
    return R"(
processes:
  main:
    - handle: SIGCHLD
      steps:
        - mark: told
    - )" + std::string(step) +
           R"(
    - start: parent
    - sleep: forever
  parent:
    - start: child
    - exit_now: 0
  child: []
)";
  };
  EXPECT_EQ(guarantee_of(with("mark: here"), "parent.end", "main.told"), "posix");
  // The child may end before its parent, and be the subreaper's only then; here that is the same.
  EXPECT_EQ(guarantee_of(with("subreaper"), "parent.end", "main.told"), "no");
}

}  // namespace
}  // namespace procession::causes
