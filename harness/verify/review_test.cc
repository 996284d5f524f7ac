// SPDX-License-Identifier: MIT
// What is said of a scenario before anything runs.
#include "harness/verify/review.h"

#include "harness/testing/planned.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace procession::verify {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::planned;
using testing::Planned;

std::vector<std::string> reviewed(std::string_view text) {
  const Planned test = planned(text);
  return testing::as_lines(review(test.scenario, test.plan()));
}

std::string joined(std::string_view expect) {
  return R"(
processes:
  main:
    - start: child
    - {join: child, as: status}
    - print: on
  child:
    - print: works
expect:
  )" + std::string(expect) +
         "\n";
}

// --- orders

TEST(Review, FindsNothingAgainstAnOrderThatMayHold) {
  EXPECT_THAT(reviewed(joined("order: [child.print < main.print]")), IsEmpty());
  EXPECT_THAT(reviewed(joined("timing: [main.start(child) < child.print]")), IsEmpty());
}

TEST(Review, FindsAnOrderTheWrongWayRound) {
  EXPECT_THAT(reviewed(joined("order: [main.join(child) < child.end]")),
              ElementsAre("10: the order is the wrong way round: child.end → main.join(child) | "
                          "child.end always comes first"));
  EXPECT_THAT(
      reviewed(joined("timing: [main.print < main.start(child)]")),
      ElementsAre(
          "10: the order is the wrong way round: main.start(child) → "
          "child.end → main.join(child) → main.print | main.start(child) always comes first"));
}

TEST(Review, LetsAFileBeAboutABrokenOrder) {
  EXPECT_THAT(reviewed(joined("order: [main.join(child) < child.end]\nverdict: {order: broken}")),
              IsEmpty());
}

// --- what cannot happen

std::string sleeper(std::string_view expect) {
  return R"(
processes:
  main:
    - start: child
    - kill: child
  child:
    - sleep: forever
    - print: impossible
expect:
  exit: {child: SIGKILL}
  )" + std::string(expect) +
         "\n";
}

TEST(Review, FindsAStepBehindOneThatNeverReturns) {
  EXPECT_THAT(reviewed(sleeper("")),
              ElementsAre("8: child.print cannot happen: child.print waits for child.sleep, which "
                          "never comes"));
}

TEST(Review, LetsAFileExpectThatItNeverHappens) {
  EXPECT_THAT(reviewed(sleeper("never: [child.print]")), IsEmpty());
}

TEST(Review, FindsAnOrderOfWhatCannotHappen) {
  EXPECT_THAT(reviewed(sleeper("never: [child.print]\n  order: [child.print < main.end]")),
              ElementsAre("12: child.print cannot happen: child.print waits for child.sleep, which "
                          "never comes"));
  EXPECT_THAT(reviewed(sleeper("never: [child.print]\n  order: [\"child.print? < main.end\"]")),
              IsEmpty());
}

std::string circle(std::string_view expect) {
  return R"(
processes:
  main:
    - start: child
    - join: child
    - mark: go
  child:
    - await: main.mark(go)
)" + std::string(expect);
}

TEST(Review, FindsACircleOfWaiting) {
  EXPECT_THAT(reviewed(circle("")),
              ElementsAre("6: main.mark(go) cannot happen: main.mark(go) waits for "
                          "main.join(child) waits for child.end waits for child.exit waits for "
                          "child.await(go) waits for main.mark(go) | they wait for each other; "
                          "`expect: {timeout: true}` "
                          "if that is meant"));
}

TEST(Review, LetsAFileExpectThatItHangs) {
  EXPECT_THAT(reviewed(circle("expect: {timeout: true}\n")), IsEmpty());
}

TEST(Review, LetsAnExpectedErrorEndALine) {
  EXPECT_THAT(reviewed(R"(
processes:
  main:
    - start: child
    - start: child
    - print: not reached
  child: []
expect:
  count: {main.error(already_started): 1}
  exit: {main: 1}
)"),
              IsEmpty());
}

// --- names

TEST(Review, FindsNamesThatDenoteNothing) {
  EXPECT_THAT(reviewed(joined("order: [child.ned < main.print]")),
              ElementsAre("10: `child.ned`: no step of `child` makes this event; did you mean "
                          "`end`?"));
  EXPECT_THAT(reviewed(joined("never: [chidl.end]")),
              ElementsAre("10: `chidl.end`: no process is `chidl`; did you mean `child`?"));
  EXPECT_THAT(reviewed(joined("count: {\"child.print[1]\": 1}")),
              ElementsAre("10: `child.print[1]`: no step of `child` makes this event; it has "
                          "begin, end and print"));
  EXPECT_THAT(reviewed(joined("overlap: [main, chidl]")),
              ElementsAre("10: no process is named `chidl` | did you mean `child`?"));
  EXPECT_THAT(reviewed(joined("exit: {chidl: 0}")),
              ElementsAre("10: no process is named `chidl` | did you mean `child`?"));
  EXPECT_THAT(reviewed(joined("output: {chidl: []}")),
              ElementsAre("10: no process is named `chidl` | did you mean `child`?"));
  EXPECT_THAT(reviewed(joined("parent: {child: mian}")),
              ElementsAre("10: no process is named `mian` | did you mean `main`?"));
  EXPECT_THAT(reviewed(joined("outcomes: {allowed: [{stauts: \"0\"}]}")),
              ElementsAre("10: no step is labelled `stauts` | did you mean `status`?"));
}

TEST(Review, AcceptsEveryKindOfObservable) {
  EXPECT_THAT(reviewed(joined("outcomes: {allowed: [{status: \"0\", main.status: \"0\", "
                              "child.exit: \"0\", child.end < main.print: \"true\"}]}")),
              IsEmpty());
}

TEST(Review, TellsAllUnknownNamesInTheOrderOfTheFile) {
  EXPECT_THAT(reviewed(joined("exit: {chidl: 0}\n  order: [chidl.end < main.print]")),
              ElementsAre("10: no process is named `chidl` | did you mean `child`?",
                          "11: `chidl.end`: no process is `chidl`; did you mean `child`?"));
}

// --- explain

Explanation explained(const Planned& test, std::string_view order) {
  auto told = explain(test.scenario, test.plan(), *scenario::read_order(order));
  return told ? std::move(*told) : Explanation{false, told.error().message, {}};
}

TEST(Explain, AGuaranteeByItsChain) {
  const Planned test = planned(joined("timeout: false"));
  const Explanation told = explained(test, "child.print < main.print");
  EXPECT_TRUE(told.guaranteed);
  EXPECT_EQ(told.headline,
            "guaranteed (posix): child.print → child.exit → child.end → main.join(child) → "
            "main.print; without child.print, main.print cannot happen");
  EXPECT_THAT(told.details,
              ElementsAre("child.print (line 8)", "child.exit (line 7)", "child.end (line 7)",
                          "main.join(child) (line 5)", "main.print (line 6)"));
}

TEST(Explain, TheWeakestPairDecides) {
  const Planned test = planned(joined("timeout: false"));
  EXPECT_FALSE(explained(test, "main.start(child) < child.end < child.begin").guaranteed);
}

TEST(Explain, NoGuaranteeByTheWayRoundAndTheOrderThatThereIs) {
  const Planned test = planned(joined("timeout: false"));
  const Explanation told = explained(test, "main.join(child) < child.print");
  EXPECT_EQ(told.headline, "not guaranteed: child.print can happen without main.join(child)");
  EXPECT_EQ(told.details.front(),
            "a way round it: main.begin → main.start(child) → child.begin → child.print");
  EXPECT_EQ(told.details.back(),
            "guaranteed is the other way round: child.print < main.join(child)");
}

TEST(Explain, WhatCannotHappen) {
  const Planned test = planned(sleeper(""));
  EXPECT_EQ(explained(test, "child.print < main.end").headline, "child.print cannot happen");
}

TEST(Explain, ANameThatDenotesNothing) {
  const Planned test = planned(joined("timeout: false"));
  EXPECT_EQ(explained(test, "chidl.end < main.print").headline,
            "`chidl.end`: no process is `chidl`; did you mean `child`?");
}

// --- figures

std::string measured(std::string_view figures, std::string_view expect) {
  return R"(
processes:
  main:
    - start: child
    - join: child
    - print: on
  child:
    - print: works
figures:
  )" + std::string(figures) +
         "\nexpect:\n  figures: [" + std::string(expect) + "]\n";
}

TEST(Review, FindsNothingAgainstAFigureThatCanBeMeasured) {
  EXPECT_THAT(
      reviewed(measured("setup: {from: main.start(child), to: child.begin}", "setup.p99 < 2ms")),
      IsEmpty());
}

TEST(Review, NamesTheNearestFigure) {
  const std::string figures = "setup: {from: main.start(child), to: child.begin}";
  EXPECT_THAT(reviewed(measured(figures, "setpu.p99 < 2ms")),
              ElementsAre("12: no figure is named `setpu` | did you mean `setup`?"));
  EXPECT_THAT(reviewed(measured(figures, "setup.p99 < 2x of stetup.p99")),
              ElementsAre("12: no figure is named `stetup` | did you mean `setup`?"));
  EXPECT_THAT(reviewed(measured(figures, "other.p99 < 2ms")),
              ElementsAre("12: no figure is named `other` | the head key `figures` says what is "
                          "measured"));
}

TEST(Review, FindsAFigureOfEventsThatThereAreNot) {
  EXPECT_THAT(reviewed(measured("setup: {from: main.begn, to: chidl.begin}", "")),
              ElementsAre(::testing::HasSubstr("`main.begn`: no step of `main` makes this event"),
                          ::testing::HasSubstr("did you mean `child`?")));
}

TEST(Review, FindsAFigureWhoseLettersFitNowhere) {
  const auto problems = reviewed(R"(
processes:
  main: [start: child, join: child]
  child: {count: 2, steps: []}
figures:
  gap: {from: "child[i].begin", to: "child[i+2].begin"}
expect: {}
)");
  EXPECT_THAT(problems, ElementsAre("6: from `child[i].begin` to `child[i+2].begin`: no values of "
                                    "their letters fit"));
}

TEST(Review, FindsAFigureThatRunsBackwards) {
  const std::string figures = "rest: {from: main.print, to: child.begin}";
  EXPECT_THAT(reviewed(measured(figures, "rest.max < 1s")),
              ElementsAre("10: the figure `rest` runs backwards: child.begin always comes before "
                          "main.print | exchange `from` and `to`"));
  EXPECT_THAT(reviewed(measured(figures, "rest.max < 1s") + "verdict: {figures: broken}\n"),
              IsEmpty());
}

TEST(Review, FindsAFigureOfAnEventThatCannotHappen) {
  const auto problems = reviewed(R"(
processes:
  main: [start: child, kill: child, join: child]
  child: [sleep: forever, print: never]
figures:
  work: {from: child.begin, to: child.print}
expect:
  exit: {child: SIGKILL}
  never: [child.print]
)");
  EXPECT_THAT(problems, ElementsAre(::testing::HasSubstr("6: child.print cannot happen")));
}

// --- figures of loads

std::string loaded(std::string_view expect) {
  return R"(
processes:
  main:
    - start: [server, client, other]
  server:
    - {serve: echo, handler: epoll, until: other.end}
  client:
    - await: server.ready
    - {load: server, for: 10ms}
  other:
    - await: server.ready
    - {load: server, for: 10ms, as: second}
expect:
  figures: [)" +
         std::string(expect) + "]\n";
}

TEST(ReviewOfLoads, FindsNothingAgainstFiguresThatThereAre) {
  EXPECT_THAT(reviewed(loaded("load.rate > 1/s, client.load.errors == 0, second.lag.p50 < 1s")),
              IsEmpty());
}

TEST(ReviewOfLoads, FindsAFigureOfAProcessThatHasNoSuchLoad) {
  for (const std::string_view what :
       {"server.load.rate < 1/s", "server.load.requests == 0", "server.load.service.p50 < 1s",
        "load.rate > 1x of server.load.rate"}) {
    EXPECT_THAT(reviewed(loaded(what)),
                ElementsAre("14: `server` has no load labelled `load` | `client` has"))
        << what;
  }
  EXPECT_THAT(reviewed(loaded("client.second.requests == 1")),
              ElementsAre("14: `client` has no load labelled `second` | `other` has"));
}

TEST(ReviewOfLoads, FindsAWarmUpThatThereIsNot) {
  EXPECT_THAT(reviewed(loaded("load.rate < 1/s in warmup")),
              ElementsAre("14: load.rate: `load` has no warm-up | write how long it is, as in "
                          "`warmup: 1s`, or leave out `in warmup`"));
  EXPECT_EQ(reviewed(loaded("load.rate > 1x of second.rate in warmup")).size(), 2U);
}

std::string one_by_one(std::string_view options, std::string_view expect = "{}") {
  return R"(
processes:
  main:
    - start: server
    - start: client[0]
    - join: client[0]
    - start: client[1]
    - join: client[1]
  server:
    - {serve: upper, handler: epoll, until: last(client.end)}
  client:
    count: 2
    steps:
      - {load: server, requests: 5)" +
         std::string(options) + "}\nexpect: " + std::string(expect) + "\n";
}

TEST(ReviewOfLoads, FindsACircleThroughTheStartLine) {
  EXPECT_THAT(
      reviewed(one_by_one("")),
      ElementsAre("7: main.start(client[1]) cannot happen: main.start(client[1]) waits for "
                  "main.join(client[0]) waits for client[0].end waits for client[0].exit waits for "
                  "client[0].load(server) waits for client[0].phase(drain) waits for "
                  "client[0].phase(measure) waits for client[1].load(server) waits for "
                  "client[1].begin waits for main.start(client[1]) | they wait for each other; "
                  "`expect: {timeout: true}` if that is meant"));
  EXPECT_THAT(reviewed(one_by_one("", "{timeout: true}")), IsEmpty());
  EXPECT_THAT(reviewed(one_by_one(", fails: timed_out")), IsEmpty());
  EXPECT_THAT(reviewed(one_by_one("", "{exit: {\"client[0]\": 1}}")), IsEmpty());
}

TEST(ReviewOfLoads, TellsThatALoadIsNoTime) {
  EXPECT_THAT(reviewed(loaded("load.count == 3")),
              ElementsAre("14: `load` is a load, and has no `count` | `load.requests` are those "
                          "that were due; `load.service.count` is how many times there are"));
  EXPECT_THAT(reviewed(loaded("load.p99 < 1s")),
              ElementsAre("14: no figure is named `load` | it is a load: say of which series, as "
                          "in `load.service.p99`"));
}

}  // namespace
}  // namespace procession::verify
