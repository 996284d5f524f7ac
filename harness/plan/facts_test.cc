// SPDX-License-Identifier: MIT
// What is known before the run: steps that are sure to fail, names, and facts in texts.
#include "harness/plan/make_plan.h"
#include "harness/testing/planned.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace procession::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::planned;
using testing::Planned;
using testing::planning_problems;

// `main` plays the steps, one a line; `child` sleeps.
std::string main_does(const std::vector<std::string>& steps, std::string_view expect = "") {
  std::string text = "processes:\n  main:\n";
  for (const std::string& step : steps) {
    text += "    - " + step + "\n";
  }
  return text + "  child:\n    - sleep: 1ms\n" + std::string(expect);
}

std::vector<std::string> problems_of(const std::vector<std::string>& steps) {
  return planning_problems(main_does(steps));
}

std::string sure_to_fail(std::string_view step, std::string_view symbol) {
  return std::string(step) + " is sure to fail: " + std::string(symbol) +
         " | if that is meant, write `fails: " + std::string(symbol) +
         "` here, or expect `main.error(" + std::string(symbol) + ")`";
}

// --- sure failures

TEST(SureFailure, StartingTwice) {
  EXPECT_THAT(problems_of({"start: child", "start: child"}),
              ElementsAre("5: " + sure_to_fail("`start: child`", "already_started")));
}

TEST(SureFailure, JoiningBeforeTheStart) {
  EXPECT_THAT(problems_of({"join: child", "start: child"}),
              ElementsAre("4: " + sure_to_fail("`join: child`", "not_started")));
}

TEST(SureFailure, SignallingBeforeTheStart) {
  EXPECT_THAT(problems_of({"terminate: child", "start: child"}),
              ElementsAre("4: " + sure_to_fail("`terminate: child`", "not_started")));
}

TEST(SureFailure, UsingAClosedChild) {
  EXPECT_THAT(problems_of({"start: child", "join: child", "close: child", "is_alive: child"}),
              ElementsAre("7: " + sure_to_fail("`is_alive: child`", "closed")));
}

TEST(SureFailure, SettingDaemonAfterTheStart) {
  EXPECT_THAT(problems_of({"start: child", "{set_daemon: child, to: true}"}),
              ElementsAre("5: " + sure_to_fail("`set_daemon: child`", "too_late")));
}

TEST(SureFailure, JoiningAnothersChild) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - start: a
    - join: leaf
  a:
    - start: leaf
  leaf: []
)"),
              ElementsAre("5: " + sure_to_fail("`join: leaf`", "not_my_child")));
}

// It is nobody's child; but whoever knows it can signal it.
TEST(SureFailure, WaitingForWhatIsDaemonized) {
  const auto problems = [](std::string_view step) {
    return planning_problems("processes:\n  main:\n    - start: server\n    - " +
                             std::string(step) +
                             "\n  server: {start_method: daemonize, steps: []}\n");
  };
  for (const std::string_view verb : {"join", "is_alive", "exitcode", "close"}) {
    const std::string step = std::string(verb) + ": server";
    EXPECT_THAT(problems(step),
                ElementsAre("5: " + sure_to_fail("`" + step + "`", "not_my_child")));
  }
  EXPECT_THAT(problems("{set_daemon: server, to: true}"),
              ElementsAre("5: " + sure_to_fail("`set_daemon: server`", "not_my_child")));
  EXPECT_THAT(problems("{set_name: server, to: other}"), IsEmpty());
  EXPECT_THAT(problems("terminate: server"), IsEmpty());
  EXPECT_THAT(problems("await: server.end"), IsEmpty());
  EXPECT_THAT(problems("start: server"),
              ElementsAre("5: " + sure_to_fail("`start: server`", "already_started")));
}

TEST(SureFailure, ADaemonThatStartsAChild) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - start: background
  background:
    daemon: true
    steps:
      - start: leaf
  leaf: []
)"),
              ElementsAre("8: `start: leaf` is sure to fail: daemon_has_child | if that is meant, "
                          "write `fails: daemon_has_child` here, or expect "
                          "`background.error(daemon_has_child)`"));
}

TEST(SureFailure, ADaemonMadeSoBeforeItsStartCountsAsOne) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - {set_daemon: background, to: true}
    - start: background
  background:
    - {start: leaf, fails: daemon_has_child}
  leaf: []
)"),
              IsEmpty());
}

TEST(SureFailure, ANewSessionOfWhoLeadsAGroup) {
  EXPECT_THAT(problems_of({"start: child", "setsid"}),
              ElementsAre("5: " + sure_to_fail("`setsid`", "EPERM")));
  EXPECT_THAT(problems_of({"start: child", "setpgid", "setpgid"}), IsEmpty());
}

TEST(SureFailure, ANewGroupOfWhoLeadsASession) {
  constexpr std::string_view kChild = R"(
processes:
  main:
    - start: child
  child:
    - setsid
    - setpgid
    - setsid
)";
  EXPECT_EQ(planning_problems(kChild).size(), 2U);
  constexpr std::string_view kUnknown = R"(
processes:
  main:
    - start: child
  child:
    - handle: SIGUSR1
      steps:
        - {setpgid: , fails: [EPERM, ok]}
    - {setsid: , fails: [EPERM, ok]}
    - setpgid
)";
  EXPECT_THAT(planning_problems(kUnknown), IsEmpty()) << "it depends on when the handler runs";
}

TEST(SureFailure, IsNoneOfAQuestionAboutAChildThatIsNotStarted) {
  EXPECT_THAT(problems_of({"is_alive: child", "exitcode: child", "start: child"}), IsEmpty());
}

TEST(SureFailure, IsNoneOfASignalToAnothersChild) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - start: a
    - kill: leaf
  a:
    - start: leaf
  leaf: []
)"),
              IsEmpty());
}

TEST(SureFailure, OfAHandlerThatCannotBe) {
  for (const char* signal : {"SIGKILL", "SIGSTOP"}) {
    const std::string step = std::string("{handle: ") + signal + ", action: ignore}";
    EXPECT_THAT(problems_of({"start: child", step}),
                ElementsAre(HasSubstr("is sure to fail: EINVAL")))
        << step;
  }
  EXPECT_THAT(problems_of({"start: child", "{handle: SIGKILL, action: ignore, fails: EINVAL}"}),
              IsEmpty());
}

TEST(SureFailure, IsASymbolInThePlan) {
  const Planned test =
      planned(main_does({"start: child", "{start: child, fails: already_started}"}));
  EXPECT_EQ(test.plan().step(0).known_error, 0);
  EXPECT_EQ(test.plan().step(1).known_error, scenario::kAlreadyStarted);
}

// --- a sure failure that the file expects

TEST(ExpectedFailure, ByFails) {
  EXPECT_THAT(problems_of({"start: child", "{start: child, fails: already_started}"}), IsEmpty());
}

TEST(ExpectedFailure, NotByAnotherSymbol) {
  EXPECT_THAT(problems_of({"start: child", "{start: child, fails: closed}"}),
              ElementsAre("5: " + sure_to_fail("`start: child`", "already_started")));
}

TEST(ExpectedFailure, ByTheErrorInAnOrder) {
  EXPECT_THAT(planning_problems(main_does({"start: child", "start: child"}, R"(
expect:
  order:
    - main.start(child)[0] < main.error(already_started)
)")),
              IsEmpty());
}

TEST(ExpectedFailure, ByTheErrorInACount) {
  EXPECT_THAT(planning_problems(main_does({"start: child", "start: child"}, R"(
expect:
  count: {main.error(already_started): 1}
)")),
              IsEmpty());
}

TEST(ExpectedFailure, NotByTheErrorOfAnotherProcess) {
  EXPECT_THAT(planning_problems(main_does({"start: child", "start: child"}, R"(
expect:
  count: {child.error(already_started): 1}
)")),
              ElementsAre("5: " + sure_to_fail("`start: child`", "already_started")));
}

TEST(ExpectedFailure, ByATimeout) {
  EXPECT_THAT(planning_problems(main_does({"start: child", "start: child"}, R"(
expect: {timeout: true}
)")),
              IsEmpty());
}

// --- names

std::string name_of(const Planned& test, InstanceId id) {
  return std::string(test.plan().text(test.plan().instance(id).name));
}

TEST(ProcessName, IsItsNameInTheFileWithItsIndex) {
  const Planned test = planned(R"(
processes:
  main:
    - start: [single, worker]
  single: []
  worker:
    count: 2
    steps: []
)");
  EXPECT_EQ(name_of(test, 1), "single");
  EXPECT_EQ(name_of(test, 3), "worker[1]");
}

TEST(ProcessName, AutoCountsAsMultiprocessingDoes) {
  const Planned test = planned(R"(
processes:
  main:
    - start: named
    - start: worker
  named: []
  worker:
    name: auto
    count: 2
    steps:
      - start: [quiet, leaf]
  quiet: []
  leaf:
    name: auto
    steps: []
)");
  std::vector<std::string> names;
  for (InstanceId id = 0; id < test.plan().instances().size(); ++id) {
    names.push_back(name_of(test, id));
  }
  EXPECT_THAT(names, ElementsAre("main", "named", "Process-2", "Process-3", "quiet", "Process-2:2",
                                 "quiet", "Process-3:2"));
}

TEST(ProcessName, SetBeforeTheStartIsTheProcesssOwn) {
  const Planned test = planned(
      main_does({"{set_name: child, to: early}", "start: child", "print: \"${child.name}\""}));
  EXPECT_EQ(name_of(test, 1), "early");
}

// --- facts in texts

std::string kind_of(const Piece& piece, const Plan& plan) {
  switch (piece.kind) {
    case Piece::Kind::Literal:
      return std::string(plan.text(piece.literal));
    case Piece::Kind::Pid:
      return "<pid>";
    case Piece::Kind::Ppid:
      return "<ppid>";
    case Piece::Kind::ChildPid:
      return "<pid of " + std::string(plan.text(plan.instance(piece.of).path)) + ">";
    case Piece::Kind::ChildExitcode:
      return "<exitcode of " + std::string(plan.text(plan.instance(piece.of).path)) + ">";
    case Piece::Kind::Port:
      return "<port of " + std::string(plan.text(plan.listeners()[piece.of].name)) + ">";
  }
  return "";
}

// The pieces of the last print of a process.
std::vector<std::string> pieces(const Planned& test, InstanceId id) {
  const Plan plan = test.plan();
  std::vector<std::string> kinds;
  for (const Step& step : plan.line_of(id)) {
    if (step.verb == scenario::Verb::Print) {
      kinds.clear();
      for (const Piece& piece : plan.pieces(step.text)) {
        kinds.push_back(kind_of(piece, plan));
      }
    }
  }
  return kinds;
}

TEST(Facts, WhatIsKnownBeforeTheRunIsOneLiteral) {
  const Planned test = planned(R"(
processes:
  main:
    - start: worker
  worker:
    args: [red, blue]
    daemon: true
    steps:
      - print: "${name} ${index} ${arg} ${daemon} ${module} ${exitcode}"
)");
  EXPECT_THAT(pieces(test, 2), ElementsAre("worker[1] 1 blue true __main__ none"));
}

TEST(Facts, WhatOnlyTheRunKnowsIsAPieceOfItsOwn) {
  const Planned test = planned(
      main_does({"start: child", "print: \"${pid} of ${ppid}, ${child.pid}${child.exitcode}\""}));
  EXPECT_THAT(pieces(test, 0), ElementsAre("<pid>", " of ", "<ppid>", ", ", "<pid of child>",
                                           "<exitcode of child>"));
}

TEST(Facts, OfAChildAreAsItsParentSeesIt) {
  const Planned renamed_late = planned(
      main_does({"start: child", "{set_name: child, to: late}", "print: \"${child.name}\""}));
  EXPECT_THAT(pieces(renamed_late, 0), ElementsAre("late"));
  EXPECT_EQ(name_of(renamed_late, 1), "child");
}

TEST(Facts, AnEmptyTextHasNoPieces) {
  EXPECT_THAT(pieces(planned(main_does({"start: child", "print: \"\""})), 0), IsEmpty());
}

TEST(Facts, WithoutMeaningAreProblems) {
  EXPECT_THAT(problems_of({"start: child", "print: ${index}"}),
              ElementsAre("5: `${index}` means nothing in a process without `count`"));
  EXPECT_THAT(problems_of({"start: child", "print: ${arg}"}),
              ElementsAre("5: `${arg}` means nothing in a process without `args`"));
  EXPECT_THAT(problems_of({"start: child", "print: ${child.pdi}"}),
              ElementsAre("5: unknown fact `${child.pdi}` | did you mean `${child.pid}`?"));
  EXPECT_THAT(problems_of({"start: child", "print: ${child.arg}"}),
              ElementsAre("5: `arg` of another process is not known here"));
}

TEST(Facts, OfOneOfSeveralNeedAnIndex) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - start: worker
    - print: ${worker.pid}
  worker:
    count: 2
    steps: []
)"),
              ElementsAre("5: `${worker.pid}` could be any of 2 processes | give an index"));
}

TEST(SureErrors, OfAChildThatAHandlerStartsAreNotKnown) {
  const Planned test = planned(R"(
processes:
  main:
    - handle: SIGUSR1
      steps:
        - {start: child, fails: [already_started, ok]}
    - {start: child, fails: [already_started, ok]}
    - join: child
  child: []
)");
  for (const Step& step : test.plan().steps()) {
    EXPECT_EQ(step.known_error, 0) << step.line;
  }
}

}  // namespace
}  // namespace procession::plan
