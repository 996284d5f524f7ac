// SPDX-License-Identifier: MIT
#pragma once
// Results that the tests of several reports share.

#include "harness/report/result.h"

#include <string>

namespace procession::report {

inline ScenarioResult held_scenario() {
  ScenarioResult result;
  result.id = result.file = "tutorial/join.yaml";
  result.title = "a joined child ends first";
  result.tags = {"tutorial"};
  result.runs = result.runs_wanted = 1;
  result.wall = std::chrono::microseconds(1200);
  result.judgement.verdicts = {{.key = "order",
                                .text = "child.end < main.print",
                                .at = {4, 5},
                                .message = "guaranteed (posix): child.end → main.join(child)"}};
  return result;
}

inline ScenarioResult broken_scenario() {
  ScenarioResult result;
  result.file = "tutorial/luck.yaml";
  result.id = "tutorial/luck.yaml[method=fork]";
  result.title = "nobody joins";
  result.lines = {"scenario: nobody joins", "expect:", "  order:", "    - child.end < main.print"};
  result.outcome = Outcome::Broken;
  result.runs = 3;
  result.runs_wanted = 10;
  result.wall = std::chrono::milliseconds(4);
  result.judgement.verdicts = {
      {.key = "order",
       .text = "child.end < main.print",
       .at = {4, 7},
       .kind = scenario::VerdictKind::Broken,
       .message = "seen 3 of 3, not guaranteed: main.print can happen without child.end",
       .evidence = {"main.start(child) → main.print, line 7"}},
      {.key = "left", .text = "nothing is left"}};
  result.judgement.shown_run = 2;
  result.judgement.printed = {{"main", "<on> & \x1b[31mon\xFF", std::chrono::microseconds(5)},
                              {"main/child", "done", std::chrono::microseconds(9)}};
  result.judgement.story = {"main/child: in receive(p) since 9.9 s"};
  return result;
}

inline ScenarioResult other_scenario(std::string id, Outcome outcome, std::string reason) {
  ScenarioResult result;
  result.id = result.file = std::move(id);
  result.outcome = outcome;
  result.reason = std::move(reason);
  return result;
}

inline SessionResult sample_session() {
  SessionResult session;
  ScenarioResult unreadable = other_scenario("bad.yaml", Outcome::Unreadable, "");
  unreadable.diagnostics = {"bad.yaml:3:7: unknown key `jion`; did you mean `join`?\n"};
  session.scenarios = {held_scenario(), broken_scenario(),
                       other_scenario("numa.yaml", Outcome::Skipped, "needs 64 cpus, has 2"),
                       unreadable};
  session.wall = std::chrono::milliseconds(1500);
  session.started = "2024-05-01T12:00:00Z";
  session.command = "procession run tutorial";
  session.scenarios[1].placement = {{"child", "0-1"}};
  session.machine = {{"kernel", "Linux 6.1"}, {"cpus", "2"}};
  return session;
}

}  // namespace procession::report
