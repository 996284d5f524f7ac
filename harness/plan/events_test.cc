// SPDX-License-Identifier: MIT
// What a written event denotes in a Plan, and what is said when it denotes nothing.
#include "harness/plan/events.h"

#include "harness/testing/planned.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace procession::plan {
namespace {

using ::testing::ElementsAre;
using testing::planned;
using testing::Planned;

scenario::EventPattern pattern(std::string_view event) {
  const auto read = scenario::read_event(event);
  EXPECT_TRUE(read) << event;
  return *read;
}

// "main.join(worker[0]) success": the event's name and which point of a step it is.
std::string described(const Planned& test, const Match& match) {
  constexpr std::string_view kKinds[] = {"", "", " call", " effect", " success", " return",
                                         "", "", "",      "",        ""};
  const EventFinder finder(test.plan());
  std::string text =
      finder.name_of(match.event) + std::string(kKinds[static_cast<std::size_t>(match.event.kind)]);
  for (const Letter& letter : match.letters) {
    text += std::string(" ") + letter.name + "=" + std::to_string(letter.value);
  }
  return text;
}

std::vector<std::string> found(const Planned& test, std::string_view event) {
  const auto matches = EventFinder(test.plan()).find(pattern(event));
  if (!matches) {
    return {matches.error().message};
  }
  std::vector<std::string> texts;
  for (const Match& match : *matches) {
    texts.push_back(described(test, match));
  }
  return texts;
}

Planned family() {
  return planned(R"(
processes:
  main:
    - start: [worker, server]
    - {join: worker, as: joined, fails: [timed_out, ok]}
    - repeat: 2
      index: i
      steps:
        - print: hello
        - is_alive: worker[i]
    - {print: last, as: last_words}
    - raise: Trouble
  worker:
    count: 3
    steps:
      - handle: SIGUSR1
        steps:
          - mark: handled
      - start: leaf
      - mark: done
      - {send: x, to: p, as: sent}
  leaf: []
  server:
    - listen: door
module:
  - pipe: p
)");
}

// --- processes

std::vector<std::string> processes(const Planned& test, std::string_view pattern) {
  const EventFinder finder(test.plan());
  std::vector<std::string> names;
  for (const auto& match : finder.processes(*scenario::read_process(pattern))) {
    names.push_back(finder.name_of(match.instance));
  }
  return names;
}

TEST(Processes, AreNamedFromTheRight) {
  const Planned test = family();
  EXPECT_THAT(processes(test, "worker"), ElementsAre("worker[0]", "worker[1]", "worker[2]"));
  EXPECT_THAT(processes(test, "worker[1]"), ElementsAre("worker[1]"));
  EXPECT_THAT(processes(test, "leaf"),
              ElementsAre("worker[0]/leaf", "worker[1]/leaf", "worker[2]/leaf"));
  EXPECT_THAT(processes(test, "worker[2]/leaf"), ElementsAre("worker[2]/leaf"));
  EXPECT_THAT(processes(test, "main/worker[2]/leaf"), ElementsAre("worker[2]/leaf"));
}

TEST(Processes, ALetterTakesEachWithItsValue) {
  const Planned test = family();
  EXPECT_THAT(found(test, "worker[i].begin"),
              ElementsAre("worker[0].begin i=0", "worker[1].begin i=1", "worker[2].begin i=2"));
  EXPECT_THAT(found(test, "worker[i+1].begin"),
              ElementsAre("worker[0].begin i=-1", "worker[1].begin i=0", "worker[2].begin i=1"));
}

// --- steps

TEST(Steps, OfVerbsThatPublishAreTheirEffectOthersTheirSuccess) {
  const Planned test = family();
  EXPECT_THAT(found(test, "worker[0].mark(done)"), ElementsAre("worker[0].mark(done) effect"));
  EXPECT_THAT(found(test, "worker[0].handle(SIGUSR1)"),
              ElementsAre("worker[0].handle(SIGUSR1) success"));
}

TEST(Steps, CallIsTheEntryOfTheFirstPart) {
  const Planned test = family();
  EXPECT_THAT(found(test, "main.join(worker).call"), ElementsAre("main.join(worker[0]).call call"));
  EXPECT_THAT(found(test, "main.join(worker)"), ElementsAre("main.join(worker[2]) success"));
}

TEST(Steps, OnAGroupAreOneEventAndOneForEachPart) {
  const Planned test = family();
  EXPECT_THAT(found(test, "main.join"), ElementsAre("main.join(worker[2]) success"));
  EXPECT_THAT(found(test, "main.join(worker[1])"), ElementsAre("main.join(worker[1]) success"));
  EXPECT_THAT(found(test, "main.join(worker[k])"),
              ElementsAre("main.join(worker[0]) success k=0", "main.join(worker[1]) success k=1",
                          "main.join(worker[2]) success k=2"));
}

TEST(Steps, OfAListAreToldApartByTheirOperand) {
  const Planned test = family();
  EXPECT_THAT(found(test, "main.start"), ElementsAre("main.start(server) effect"));
  EXPECT_THAT(found(test, "main.start(worker)"), ElementsAre("main.start(worker[2]) effect"));
  EXPECT_THAT(found(test, "main.start(server).call"), ElementsAre("main.start(server).call call"));
}

TEST(Steps, OfALoopAreCountedFromNought) {
  const Planned test = family();
  EXPECT_THAT(found(test, "main.print[1]"), ElementsAre("main.print[1] success"));
  EXPECT_THAT(
      found(test, "main.print"),
      ElementsAre("main.print[0] success", "main.print[1] success", "main.print[2] success"));
  EXPECT_THAT(found(test, "main.print[k]"),
              ElementsAre("main.print[0] success k=0", "main.print[1] success k=1",
                          "main.print[2] success k=2"));
}

TEST(Steps, AreCountedForEachOperandByItself) {
  const Planned test = family();
  EXPECT_THAT(found(test, "main.is_alive(worker[1])[0]"),
              ElementsAre("main.is_alive(worker[1]) success"));
  EXPECT_THAT(
      found(test, "main.is_alive(worker[i])[0]"),
      ElementsAre("main.is_alive(worker[0]) success i=0", "main.is_alive(worker[1]) success i=1"));
}

TEST(Steps, OneLetterHasOneValue) {
  const Planned test = family();
  EXPECT_THAT(found(test, "main.is_alive(worker[i])[i]"),
              ElementsAre("main.is_alive(worker[0]) success i=0"));
}

TEST(Steps, ByTheirLabelAreTheirReturnHoweverTheyEnd) {
  const Planned test = family();
  EXPECT_THAT(found(test, "main.joined"), ElementsAre("main.joined return"));
  EXPECT_THAT(found(test, "main.last_words"), ElementsAre("main.last_words return"));
  EXPECT_THAT(found(test, "worker[0].sent"), ElementsAre("worker[0].sent return"));
}

TEST(Steps, AMarksLabelIsTheSameMomentAsTheMark) {
  EXPECT_THAT(found(family(), "worker[0].done"), ElementsAre("worker[0].mark(done) effect"));
}

TEST(Steps, OfAHandlerAreTheProcesss) {
  EXPECT_THAT(found(family(), "worker[2].mark(handled)"),
              ElementsAre("worker[2].mark(handled) effect"));
}

TEST(Steps, OfModuleAreMains) {
  EXPECT_THAT(found(family(), "main.pipe(p)"), ElementsAre("main.pipe(p) success"));
}

// --- events that are no steps

TEST(OtherEvents, ReadyIsTheListen) {
  EXPECT_THAT(found(family(), "server.ready"), ElementsAre("server.ready effect"));
}

TEST(OtherEvents, GotIsTheHandlersEntry) {
  EXPECT_THAT(found(family(), "worker[1].got(SIGUSR1)"), ElementsAre("worker[1].got(SIGUSR1)"));
}

TEST(OtherEvents, ErrorsAreSymbolsOfAllKinds) {
  const Planned test = family();
  EXPECT_THAT(found(test, "main.error(EPIPE)"), ElementsAre("main.error(EPIPE)"));
  EXPECT_THAT(found(test, "main.error(timed_out)"), ElementsAre("main.error(timed_out)"));
  EXPECT_THAT(found(test, "main.error(Trouble)"), ElementsAre("main.error(Trouble)"));
}

// --- names that denote nothing

TEST(UnknownNames, AreToldWithTheNearest) {
  const Planned test = family();
  EXPECT_THAT(found(test, "wroker.end"),
              ElementsAre("`wroker.end`: no process is `wroker`; did you mean `worker`?"));
  EXPECT_THAT(found(test, "main.last_word"),
              ElementsAre("`main.last_word`: no step of `main` makes this event; did you mean "
                          "`last_words`?"));
}

TEST(UnknownNames, AnIndexBeyondTheCountIsSaidToBeOne) {
  EXPECT_THAT(found(family(), "worker[3].end"),
              ElementsAre("`worker[3].end`: no process is `worker[3]`; there is one of that name, "
                          "but with another index or starter"));
}

TEST(UnknownNames, WithoutANearOneWhatThereIsIsListed) {
  EXPECT_THAT(found(family(), "server.ready[0].call"),
              ElementsAre("`server.ready[0].call`: no step of `server` makes this event; it has "
                          "begin, end and listen"));
  EXPECT_THAT(found(family(), "worker[0].got(SIGTERM)"),
              ElementsAre("`worker[0].got(SIGTERM)`: worker[0] handles only SIGUSR1"));
  EXPECT_THAT(found(family(), "main.got(SIGTERM)"),
              ElementsAre("`main.got(SIGTERM)`: main handles no signal"));
}

TEST(UnknownNames, AnOccurrenceTooManyDenotesNothing) {
  EXPECT_THAT(found(family(), "main.print[3]"),
              ElementsAre("`main.print[3]`: no step of `main` makes this event; it has begin, end, "
                          "is_alive, join, joined, last_words, pipe, print, raise and start"));
}

TEST(UnknownNames, TheImplicitExitHasNoName) {
  EXPECT_THAT(found(family(), "leaf.exit"),
              ElementsAre("`leaf.exit`: no step of `leaf` makes this event; it has begin and end"));
}

// --- names of events

// What a message calls an event, a file may call it too.
TEST(NameOf, DenotesTheEventItNames) {
  const Planned test = family();
  const Plan plan = test.plan();
  const EventFinder finder(plan);
  for (StepId id = 0; id < plan.steps().size(); ++id) {
    if (plan.step(id).implicit) {
      continue;
    }
    const InstanceId self = plan.step(id).self;
    const Event::Kind bare =
        publishes(plan.step(id).verb) ? Event::Kind::Effect : Event::Kind::Success;
    for (const Event& event : {Event{Event::Kind::Call, self, id, 0}, Event{bare, self, id, 0}}) {
      const std::string name = finder.name_of(event);
      if (plan.step(id).verb == scenario::Verb::Listen && event.kind != Event::Kind::Call) {
        continue;  // its effect is called `ready`
      }
      const auto matches = finder.find(pattern(name));
      ASSERT_TRUE(matches) << name << ": " << matches.error().message;
      EXPECT_TRUE(std::ranges::any_of(*matches, [&](const Match& match) {
        return match.event == event;
      })) << name;
    }
  }
}

TEST(NameOf, TheLineOfAnEventIsThatOfItsStepOrItsProcess) {
  const Planned test = family();
  const EventFinder finder(test.plan());
  EXPECT_EQ(finder.line_of(finder.find(pattern("main.raise"))->front().event), 12U);
  EXPECT_EQ(finder.line_of(finder.find(pattern("worker[1].end"))->front().event), 13U);
}

// --- what signals and ends do to a process

Planned stopping() {
  return planned(R"(
processes:
  main:
    - start: [child, other]
    - suspend: child
    - resume: child
  other:
    - suspend: [main, child]
    - {signal: child, send: SIGCONT}
    - {signal: child, send: SIGUSR1, fails: [ESRCH, ok]}
  child: []
)");
}

TEST(StopEvent, IsOneForEachStepThatWantsIt) {
  const Planned test = stopping();
  EXPECT_THAT(found(test, "child.stopped"), ElementsAre("child.stopped[0]", "child.stopped[1]"));
  EXPECT_THAT(found(test, "child.stopped[1]"), ElementsAre("child.stopped[1]"));
  EXPECT_THAT(found(test, "child.continued"),
              ElementsAre("child.continued[0]", "child.continued[1]"));
  EXPECT_THAT(found(test, "main.stopped"), ElementsAre("main.stopped"));
}

TEST(StopEvent, IsNoneIfNobodyWantsIt) {
  const Planned test = stopping();
  EXPECT_THAT(found(test, "other.stopped"),
              ElementsAre("`other.stopped`: no step of the file makes this event; it comes with "
                          "`suspend: other`"));
  EXPECT_THAT(found(test, "main.continued"),
              ElementsAre("`main.continued`: no step of the file makes this event; it comes with "
                          "`resume: main`"));
}

TEST(OrphanedEvent, IsOfWhoHasAParentInTheFile) {
  const Planned test = stopping();
  EXPECT_THAT(found(test, "child.orphaned"), ElementsAre("child.orphaned"));
  EXPECT_THAT(found(test, "main.orphaned"),
              ElementsAre("`main.orphaned`: main's parent outlives every run"));
}

}  // namespace
}  // namespace procession::plan
