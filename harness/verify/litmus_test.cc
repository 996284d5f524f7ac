// SPDX-License-Identifier: MIT
// The counter-examples that the cause net was designed against, by name. L: luck that a naive
// reading of recorded causes calls guaranteed. G: guarantees that a naive reading of stamps calls
// luck.
#include "harness/causes/guarantee.h"
#include "harness/testing/planned.h"
#include "harness/testing/record_script.h"
#include "harness/verify/judge.h"
#include "harness/verify/review.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>

namespace procession::verify {
namespace {

using ::testing::HasSubstr;
using testing::planned;
using testing::Planned;
using testing::RecordScript;

Explanation explained(const Planned& test, std::string_view order) {
  const auto pattern = scenario::read_order(order);
  EXPECT_TRUE(pattern) << order;
  auto told = explain(test.scenario, test.plan(), *pattern);
  EXPECT_TRUE(told) << order << ": " << (told ? "" : told.error().message);
  return told ? *told : Explanation{};
}

bool is_guaranteed(std::string_view text, std::string_view order) {
  return explained(planned(text), order).guaranteed;
}

Verdict judged(const Planned& test, const trace::Record& record) {
  Judge judge(test.scenario, test.plan());
  judge.add(record);
  return judge.judgement().verdicts.front();
}

constexpr std::string_view kJoinWithTimeout = R"(
processes:
  main:
    - start: child
    - {join: child, timeout: 5s}
    - print: on
  child:
    - print: works
expect:
  order:
    - child.end < main.print
)";

TEST(Luck, L1JoinWithTimeoutMayReturnByItsClock) {
  const Planned test = planned(kJoinWithTimeout);
  EXPECT_FALSE(explained(test, "child.end < main.print").guaranteed);
  RecordScript run(test);
  run.begin("main", 0).begin("child", 20).step("main.start(child)", 5, 15);
  run.text("child.print", 25, "works").exit("child", 30, 40);
  run.step("main.join(child)", 16, 42, trace::exited_status(0));
  run.text("main.print", 43, "on").exit("main", 50, 60);
  const Verdict verdict = judged(test, run.record);
  EXPECT_EQ(verdict.kind, scenario::VerdictKind::Broken);
  EXPECT_THAT(verdict.message, HasSubstr("seen 1 of 1, each time with a cause, not guaranteed: "
                                         "join(child) on line 5 may return by its timeout"));
}

// A daemonized process is nobody's child: no orderly end waits for it, and start has returned
// whether or not it has begun.
TEST(Luck, ADaemonizedProcessIsNotWaitedFor) {
  const Planned test = planned(R"(
processes:
  main:
    - start: [child, server]
    - print: on
  child: []
  server:
    start_method: daemonize
    steps: []
)");
  EXPECT_TRUE(explained(test, "child.end < main.end").guaranteed);
  EXPECT_FALSE(explained(test, "server.end < main.end").guaranteed);
  EXPECT_FALSE(explained(test, "server.begin < main.print").guaranteed);
  EXPECT_FALSE(explained(test, "main.print < server.begin").guaranteed);
  const Explanation begin = explained(test, "main.start(server) < server.begin");
  EXPECT_THAT(begin.headline, HasSubstr("guaranteed (posix): "));
}

// The starter stands still until the exec; the image's own first moment may come later.
TEST(Luck, AStartByVforkReturnsBeforeTheImageBegins) {
  const Planned test = planned(R"(
processes:
  main:
    - start: program
    - print: on
    - join: program
  program:
    start_method: vfork
    steps: []
)");
  EXPECT_FALSE(explained(test, "program.begin < main.print").guaranteed);
  EXPECT_FALSE(explained(test, "main.print < program.begin").guaranteed);
  EXPECT_TRUE(explained(test, "main.start(program) < program.begin").guaranteed);
  EXPECT_TRUE(explained(test, "program.end < main.join(program)").guaranteed);
}

constexpr std::string_view kProgram = R"(
processes:
  main:
    - start: [server, client]
    - await: server.ready
    - print: up
    - terminate: server
    - join: server
    - print: down
  server:
    exec: [server, "${port}"]
    ready: port
  client:
    - await: server.ready
    - connect: server
    - {request: hi, expect: ho}
  other:
    - handle: SIGCHLD
      steps:
        - mark: told
    - start: tool
    - join: tool
  tool:
    exec: [tool]
module:
  - start: other
)";

// What a program does is its own affair: nothing that it may do or not do is taken for sure.
TEST(Luck, AProgramDoesWhatItLikes) {
  for (const std::string_view order :
       {"server.ready < server.end",            // it may end before
        "main.terminate(server) < server.end",  // and need not be asked
        "server.end < main.terminate(server)",
        "tool.end < other.mark(told)"}) {  // it may have stopped itself
    EXPECT_FALSE(explained(planned(kProgram), order).guaranteed) << order;
  }
}

TEST(Guarantee, OfAProgramThereIsItsBeginAndItsEnd) {
  for (const std::string_view order :
       {"main.start(server).call < server.begin", "server.begin < server.ready",
        "server.begin < server.end", "server.begin < main.print[0]", "server.begin < client.begin",
        "server.ready < main.print[0]", "server.ready < client.connect(server)",
        "server.end < main.join(server) < main.print[1]", "server.end < main.end",
        "tool.begin < other.mark(told)"}) {
    EXPECT_TRUE(explained(planned(kProgram), order).guaranteed) << order;
  }
}

// A server of the file is sure to listen before anybody is connected to it; a program's port may be
// another one's.
TEST(Luck, ThatAProgramListensIsNotKnown) {
  constexpr std::string_view kText = R"(
processes:
  main:
    - start: [server, client]
  server:
    exec: [server]
    port: 4444
    ready: port
  client:
    - connect: server
)";
  EXPECT_FALSE(explained(planned(kText), "server.ready < client.connect(server)").guaranteed);
  EXPECT_TRUE(
      explained(planned(kText), "main.start(server).call < client.connect(server)").guaranteed);
}

// No descriptor of the scenario goes through an exec: so whoever reads need not wait for its end.
TEST(Luck, AProgramHoldsNoPipe) {
  EXPECT_FALSE(is_guaranteed(R"(
processes:
  main:
    - pipe: p
    - start: tool
    - {close_end: p, end: write}
    - receive: p
  tool:
    exec: [tool]
)",
                             "tool.end < main.receive(p)"));
}

TEST(Luck, L2IsAliveMayAnswerYes) {
  EXPECT_FALSE(is_guaranteed(R"(
processes:
  main:
    - start: child
    - is_alive: child
    - print: on
  child: []
)",
                             "child.end < main.print"));
}

constexpr std::string_view kTwoMarks = R"(
processes:
  main:
    - start: worker
    - await: first(worker.mark(go))
    - print: on
  worker:
    count: 2
    steps:
      - mark: go
)";

TEST(Luck, L3OneOfTwoMarksOpensTheWait) {
  EXPECT_FALSE(is_guaranteed(kTwoMarks, "worker[0].mark(go) < main.print"));
  EXPECT_TRUE(is_guaranteed(kTwoMarks, "first(worker.mark(go)) < main.print"));
}

TEST(Luck, L4AReceiveMayTakeEithersMessage) {
  constexpr std::string_view kTwoSenders = R"(
processes:
  main:
    - pipe: p
    - start: worker
    - receive: p
    - print: one
    - {receive: p, as: second}
    - {print: two, as: two}
  worker:
    count: 2
    steps:
      - {send: hello, to: p}
)";
  EXPECT_FALSE(is_guaranteed(kTwoSenders, "worker[0].send(p) < main.print[0]"));
  EXPECT_TRUE(is_guaranteed(kTwoSenders, "worker.send(p) < main.two"));
}

TEST(Luck, L5ATerminatedChildMayHaveEndedByItself) {
  constexpr std::string_view kRace = R"(
processes:
  main:
    - start: child
    - terminate: child
  child:
    - sleep: 1s
)";
  constexpr std::string_view kForever = R"(
processes:
  main:
    - start: child
    - terminate: child
  child:
    - sleep: forever
)";
  EXPECT_FALSE(is_guaranteed(kRace, "main.terminate(child) < child.end"));
  EXPECT_TRUE(is_guaranteed(kForever, "main.terminate(child) < child.end"));
}

TEST(Luck, L6AChildMayEndWithoutHavingBegun) {
  constexpr std::string_view kEarlyKill = R"(
processes:
  main:
    - start: child
    - terminate: child
    - join: child
  child:
    - sleep: forever
)";
  EXPECT_FALSE(is_guaranteed(kEarlyKill, "child.begin < main.join(child)"));
  EXPECT_TRUE(is_guaranteed(kEarlyKill, "child.begin? < main.join(child)"));
}

TEST(Luck, L7ASignalMayComeBeforeItsHandler) {
  constexpr std::string_view kUnready = R"(
processes:
  main:
    - start: child
    - terminate: child
  child:
    - handle: SIGTERM
      steps:
        - mark: handled
    - mark: ready_to_go
    - sleep: 10ms
)";
  constexpr std::string_view kReady = R"(
processes:
  main:
    - start: child
    - await: child.mark(ready_to_go)
    - terminate: child
  child:
    - handle: SIGTERM
      steps:
        - mark: handled
    - mark: ready_to_go
    - sleep: 10ms
)";
  EXPECT_FALSE(is_guaranteed(kUnready, "child.sleep < child.end"));
  EXPECT_TRUE(is_guaranteed(kReady, "child.sleep < child.end"));
}

TEST(Luck, L8AHandlerIsALineOfItsOwn) {
  constexpr std::string_view kHandler = R"(
processes:
  main:
    - start: child
    - await: child.mark(set)
    - {signal: child, send: SIGUSR1}
  child:
    - print: before
    - handle: SIGUSR1
      steps:
        - mark: handled
    - mark: set
    - {print: after, as: after}
)";
  EXPECT_FALSE(is_guaranteed(kHandler, "child.mark(handled) < child.after"));
  EXPECT_FALSE(is_guaranteed(kHandler, "child.after < child.mark(handled)"));
  EXPECT_TRUE(is_guaranteed(kHandler, "main.signal(child) < child.mark(handled)"));
  EXPECT_TRUE(is_guaranteed(kHandler, "main.signal(child) < child.got(SIGUSR1)"));
}

TEST(Luck, L9AKilledForkserverAnswersForAChildThatLives) {
  constexpr std::string_view kAlone = R"(
processes:
  main:
    - start: child
    - join: child
  child:
    start_method: forkserver
    steps: []
)";
  constexpr std::string_view kKilled = R"(
processes:
  main:
    - start: [child, killer]
    - join: child
  child:
    start_method: forkserver
    steps: []
  killer:
    - {signal: main, send: SIGKILL, group: true}
)";
  EXPECT_TRUE(is_guaranteed(kAlone, "child.end < main.join(child)"));
  EXPECT_FALSE(is_guaranteed(kKilled, "child.end < main.join(child)"));
}

TEST(Luck, L10WhetherADaemonOrItsParentEndsFirstIsTheClocks) {
  constexpr std::string_view kDaemon = R"(
processes:
  main:
    - start: background
    - sleep: 3s
  background:
    daemon: true
    steps:
      - sleep: 3100ms
)";
  EXPECT_FALSE(is_guaranteed(kDaemon, "main.sleep < background.end"));
}

TEST(Luck, L11EndOfFileNeedsEveryHolder) {
  constexpr std::string_view kTwoHolders = R"(
processes:
  main:
    - pipe: p
    - start: [writer, bystander]
    - {close_end: p, end: write}
    - receive: p
    - {receive: p, as: finished}
  writer:
    - {send: hello, to: p}
  bystander:
    - print: holds it too
)";
  // Either message or end of file: the first receive may see neither holder's doing alone.
  EXPECT_FALSE(is_guaranteed(kTwoHolders, "writer.end < main.finished"));
  EXPECT_FALSE(is_guaranteed(kTwoHolders, "bystander.end < main.finished"));
  EXPECT_TRUE(is_guaranteed(kTwoHolders, "bystander.print < main.finished"));
}

TEST(Luck, L12TheFirstOfSeveralIsNotAlwaysTheSame) {
  constexpr std::string_view kFirst = R"(
processes:
  main:
    - start: worker
    - await: first(worker.end)
    - print: on
  worker:
    count: 3
    steps: []
)";
  EXPECT_TRUE(is_guaranteed(kFirst, "first(worker.end) < main.print"));
  EXPECT_FALSE(is_guaranteed(kFirst, "worker[0].end < main.print"));
}

constexpr std::string_view kMarkAwait = R"(
processes:
  main:
    - start: worker
    - mark: go
  worker:
    - await: main.mark(go)
expect:
  order:
    - main.mark(go) < worker.await(go)
)";

TEST(Guarantee, G1AMarkIsItsEffectNotItsReturn) {
  const Planned test = planned(kMarkAwait);
  EXPECT_TRUE(explained(test, "main.mark(go) < worker.await(go)").guaranteed);
  RecordScript run(test);
  run.begin("main", 0).begin("worker", 20).step("main.start(worker)", 5, 15);
  run.step("main.mark(go)", 30, 40)
      .step("worker.await(go)", 25, 35);  // returned before the mark did
  run.exit("worker", 36, 50).exit("main", 45, 60);
  const Verdict verdict = judged(test, run.record);
  EXPECT_EQ(verdict.kind, scenario::VerdictKind::Held) << verdict.message;
}

TEST(Guarantee, G2AChildMayBeginBeforeItsStartReturns) {
  constexpr std::string_view kStart = R"(
processes:
  main:
    - start: child
    - terminate: child
  child:
    - sleep: forever
expect:
  order:
    - main.start(child) < child.begin
    - main.terminate(child) < child.end
  exit: {child: SIGTERM}
)";
  const Planned test = planned(kStart);
  RecordScript run(test);
  run.begin("main", 0).begin("child", 8).step("main.start(child)", 5, 15);
  run.open("child.sleep", 9).step("main.terminate(child)", 20, 30).killed("child", SIGTERM, 25);
  run.exit("main", 31, 60);
  Judge judge(test.scenario, test.plan());
  judge.add(run.record);
  for (const Verdict& verdict : judge.judgement().verdicts) {
    EXPECT_EQ(verdict.kind, scenario::VerdictKind::Held) << verdict.message;
  }
}

TEST(Guarantee, G3AnEndIsSeenThroughItsJoin) {
  constexpr std::string_view kJoin = R"(
processes:
  main:
    - start: child
    - join: child
  child: []
expect:
  order:
    - child.end < main.join(child)
)";
  const Planned test = planned(kJoin);
  RecordScript run(test);
  run.begin("main", 0).begin("child", 20).step("main.start(child)", 5, 15);
  // The death is first seen at the very stamp of the join's return.
  run.exit("child", 30, 42).step("main.join(child)", 16, 42, trace::exited_status(0));
  run.exit("main", 50, 60);
  const Verdict verdict = judged(test, run.record);
  EXPECT_EQ(verdict.kind, scenario::VerdictKind::Held) << verdict.message;
  EXPECT_THAT(verdict.message, HasSubstr("guaranteed (posix): child.end → main.join(child)"));
}

// A net written by hand: a vfork child that plays its steps in its starter's memory. The start
// returns with its exit call; its end as the kernel notifies it may come later.
TEST(Guarantee, G4AVforkReturnsWithTheChildsLastStep) {
  causes::Net net;
  const causes::EventId first = net.add_events(5);
  const causes::EventId start = first, print = first + 1, exit_call = first + 2, end = first + 3,
                        returned = first + 4;
  net.needs(print, start);
  net.needs(exit_call, print);
  net.needs(end, exit_call);
  net.needs(returned, exit_call);
  net.seal();
  EXPECT_EQ(causes::guaranteed(net, {&print, 1}, returned), causes::Warrant::Posix);
  EXPECT_EQ(causes::guaranteed(net, {&end, 1}, returned), std::nullopt);
}

TEST(Guarantee, G5AConnectNeedsTheListenNotTheAccept) {
  constexpr std::string_view kServer = R"(
processes:
  main:
    - start: [server, client]
  server:
    - {serve: upper, until: client.end}
  client:
    - await: server.ready
    - connect: server
)";
  EXPECT_TRUE(is_guaranteed(kServer, "server.ready < client.connect(server)"));
  EXPECT_FALSE(is_guaranteed(kServer, "server/talker[0].begin < client.connect(server)"));
}

TEST(Guarantee, G6KernelMadeCausesCount) {
  EXPECT_TRUE(is_guaranteed(R"(
processes:
  main:
    - handle: SIGCHLD
      steps:
        - mark: noticed
    - start: child
    - join: child
  child:
    - print: works
)",
                            "child.print < main.mark(noticed)"));
  EXPECT_TRUE(is_guaranteed(R"(
processes:
  main:
    - start: child
  child:
    - print: works
)",
                            "child.end < main.end"));
  EXPECT_TRUE(is_guaranteed(R"(
processes:
  main:
    - start: [server, client]
  server:
    - {serve: upper, until: client.end}
  client:
    - await: server.ready
    - connect: server
    - request: hello
)",
                            "server.serve.call < client.request"));
}

TEST(Guarantee, G7WhatMayNotHappenStillComesBeforeTheEnd) {
  constexpr std::string_view kKilled = R"(
processes:
  main:
    - start: child
    - kill: child
    - join: child
  child:
    - print: perhaps
    - sleep: forever
)";
  EXPECT_FALSE(is_guaranteed(kKilled, "child.print < main.join(child)"));
  EXPECT_TRUE(is_guaranteed(kKilled, "child.print? < main.join(child)"));
}

TEST(Guarantee, StepsThatFailWithOneErrorStillComeOneAfterTheOther) {
  constexpr std::string_view kTwice = R"(
processes:
  main:
    - start: [early, late]
    - {await: early.mark(done), as: one, fails: gone}
    - {await: late.mark(done), as: two, fails: gone}
  early:
    - exit: 1
    - mark: done
  late:
    - exit: 1
    - mark: done
expect:
  never: [early.mark(done), late.mark(done)]
)";
  EXPECT_TRUE(is_guaranteed(kTwice, "main.one < main.two"));
  EXPECT_TRUE(is_guaranteed(kTwice, "early.end < main.one"));
  EXPECT_TRUE(is_guaranteed(kTwice, "late.end < main.two"));
  EXPECT_TRUE(is_guaranteed(kTwice, "main.error(gone) < main.one"));
  EXPECT_FALSE(is_guaranteed(kTwice, "late.end < main.one"));
}

TEST(Guarantee, WhatIsRaisedComesBeforeTheEnd) {
  constexpr std::string_view kRaises = R"(
processes:
  main:
    - start: [child, patient]
  child:
    - raise: Trouble
  patient:
    - start: grandchild
    - raise: Trouble
  grandchild: []
)";
  EXPECT_TRUE(is_guaranteed(kRaises, "child.error(Trouble) < child.end"));
  EXPECT_TRUE(is_guaranteed(kRaises, "patient.error(Trouble) < patient.end"));
  EXPECT_FALSE(is_guaranteed(kRaises, "patient.error(Trouble) < grandchild.end"));
}

// Players ignore SIGPIPE; who ends by it takes the default action.
TEST(Guarantee, EndBySigpipeEndsTheLine) {
  EXPECT_TRUE(is_guaranteed(R"(
processes:
  main:
    - start: child
    - join: child
  child:
    - end_by: SIGPIPE
)",
                            "child.end_by < main.join(child)"));
}

TEST(Guarantee, G8BackPressureIsLeftAsLuckAndSaidSo) {
  constexpr std::string_view kPipe = R"(
processes:
  main:
    - pipe: p
    - start: writer
    - receive: p
    - {receive: p, as: second}
  writer:
    - {send: one, to: p}
    - {send: two, to: p, as: last_send}
)";
  const Planned test = planned(kPipe);
  const Explanation told = explained(test, "main.receive(p)[0] < writer.last_send");
  EXPECT_FALSE(told.guaranteed);
  EXPECT_THAT(told.headline, HasSubstr("can happen without"));
}

}  // namespace
}  // namespace procession::verify
