// SPDX-License-Identifier: MIT
#include "harness/scenario/reader.h"

#include "harness/scenario/keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace procession::scenario {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

Scenario scenario_of(std::string_view text) {
  Reading reading = read_text(text, "test.yaml");
  for (const Diagnostic& found : reading.diagnostics.found()) {
    ADD_FAILURE() << to_string(found, "test.yaml", reading.lines);
  }
  return reading.scenarios.empty() ? Scenario{} : std::move(reading.scenarios[0]);
}

std::vector<std::string> problems_of(std::string_view text) {
  std::vector<std::string> lines;
  const Reading reading = read_text(text, "f");
  for (const Diagnostic& found : reading.diagnostics.found()) {
    lines.push_back(to_string(found, "f", {}));
  }
  return lines;
}

// A file whose main has these steps, from line 4 on, each a line that begins "    - ".
std::string with_steps(std::string_view steps) {
  return "scenario: x\nprocesses:\n  main:\n" + std::string(steps);
}

std::vector<std::string> problems_of_step(std::string_view step) {
  return problems_of(with_steps("    - " + std::string(step) + "\n"));
}

std::vector<std::string> problems_of_expect(std::string_view expect) {
  return problems_of("scenario: x\nprocesses: {main: []}\nexpect:\n" + std::string(expect));
}

TEST(Reader, ReadsWhatALoadIsToDo) {
  const Scenario scenario = scenario_of(R"(
scenario: loads
processes:
  main:
    - {load: server, requests: 10, protocol: redis, reply: upper, fails: [EADDRNOTAVAIL, EMFILE, ok]}
    - {load: server, loop: closed, for: 2s, protocol: http, think: 3ms}
    - load: server
      connections: 4
      loop: open
      arrivals: burst
      rate: 20000/s
      when_busy: drop
      seed: 7
      warmup: 200ms
      for: 2s
      drain: 3s
      size: [64B, 1MiB]
      text: utf8
      reconnect_every: 5
      timeout: 50ms
      protocol: echo
      reply: echo
  server:
    - serve: echo
)");
  const std::vector<Step>& steps = scenario.processes[0].steps;
  const Load& plain = steps[0].load;
  EXPECT_EQ(plain.connections, 1U);
  EXPECT_EQ(plain.loop, Loop::Closed);
  EXPECT_EQ(plain.requests, 10U);
  EXPECT_FALSE(plain.measure);
  EXPECT_EQ(plain.drain, 1s);
  EXPECT_EQ(plain.timeout, 2s);
  EXPECT_THAT(plain.sizes, ElementsAre(64));
  EXPECT_EQ(plain.protocol, Protocol::Redis);
  EXPECT_EQ(steps[1].load.protocol, Protocol::Http);
  EXPECT_EQ(steps[1].load.think, 3ms);
  EXPECT_EQ(plain.reply, Service::Upper);
  EXPECT_FALSE(steps[1].load.reply);
  const Load& full = steps[2].load;
  EXPECT_EQ(full.connections, 4U);
  EXPECT_EQ(full.loop, Loop::Open);
  EXPECT_EQ(full.arrivals, Arrivals::Burst);
  EXPECT_EQ(full.rate, 20000);
  EXPECT_EQ(full.when_busy, WhenBusy::Drop);
  EXPECT_EQ(full.seed, 7U);
  EXPECT_EQ(full.warmup, 200ms);
  EXPECT_EQ(full.measure, 2s);
  EXPECT_FALSE(full.requests);
  EXPECT_EQ(full.drain, 3s);
  EXPECT_THAT(full.sizes, ElementsAre(64, 1 << 20));
  EXPECT_TRUE(full.utf8);
  EXPECT_EQ(full.reconnect_every, 5U);
  EXPECT_EQ(full.timeout, 50ms);
  EXPECT_FALSE(steps[2].timeout) << "it is of each request";
}

TEST(Reader, ReadsAWholeFile) {
  const Scenario scenario = scenario_of(R"(
# yaml-language-server: $schema=../procession.schema.json
scenario: terminate, then is_alive twice
about: >-
  The signal is sent,
  not yet obeyed.
tags: [signals, seed]
requires: {cpus: 2, program: [sh], feature: [user_namespaces]}
runs: 200
timeout: 5s
module:
  - print: image ${module}
processes:
  main:
    - start: [child, worker]
    - {terminate: child, order: reverse}
    - {is_alive: child, as: first}
    - sleep: 2ms
    - {is_alive: child, as: second}
    - {join: "worker[1]", timeout: 50ms, fails: [not_started, ok]}
    - repeat: 3
      index: i
      steps:
        - {signal: "worker[i-1]", send: SIGUSR1, group: true}
    - active_children
  child:
    daemon: true
    start_method: forkserver
    name: auto
    steps:
      - handle: SIGTERM
        steps:
          - exit: 7
      - {handle: SIGINT, action: ignore}
      - sleep: forever
  worker:
    args: [a, b]
    steps:
      - print: ${arg} of ${child.pid}
expect:
  order:
    - main.start(child) < child.begin < child.end
  exit: {child: [SIGTERM, 7]}
  count: {worker.begin: 2, main.print: 0..4}
  outcomes:
    required: [{first: true, second: false}]
    allowed: [{first: true, second: true}, {first: false, second: false}]
verdict: {order: broken, left: held}
)");
  EXPECT_EQ(scenario.id(), "test.yaml");
  EXPECT_EQ(scenario.title, "terminate, then is_alive twice");
  EXPECT_EQ(scenario.about, "The signal is sent, not yet obeyed.");
  EXPECT_THAT(scenario.tags, ElementsAre("signals", "seed"));
  EXPECT_EQ(scenario.requirements.cpus, 2);
  EXPECT_THAT(scenario.requirements.programs, ElementsAre(Field(&Text::value, "sh")));
  EXPECT_EQ(scenario.runs, 200u);
  EXPECT_EQ(scenario.timeout, 5s);
  EXPECT_EQ(scenario.module[0].verb, Verb::Print);
  ASSERT_EQ(scenario.processes.size(), 3u);

  const std::vector<Step>& steps = scenario.processes[0].steps;
  ASSERT_EQ(steps.size(), 8u);
  EXPECT_EQ(steps[0].processes.size(), 2u);
  EXPECT_EQ(steps[0].operand.value, "child, worker");
  EXPECT_FALSE(steps[0].fails.symbols.size());
  EXPECT_TRUE(steps[0].fails.may_succeed);
  EXPECT_EQ(steps[0].at.line, 15);
  EXPECT_EQ(steps[0].at.column, 7);
  EXPECT_EQ(steps[1].order, SendOrder::Reverse);
  EXPECT_EQ(steps[2].label, "first");
  EXPECT_EQ(*steps[3].duration, 2ms);
  EXPECT_EQ(steps[5].processes[0].first.parts[0].index->offset, 1);
  EXPECT_EQ(*steps[5].timeout, 50ms);
  EXPECT_THAT(steps[5].fails.symbols, ElementsAre(Field(&Text::value, "not_started")));
  EXPECT_TRUE(steps[5].fails.may_succeed);
  EXPECT_EQ(steps[6].number, 3);
  EXPECT_EQ(steps[6].index, "i");
  EXPECT_EQ(steps[6].steps[0].signal, SIGUSR1);
  EXPECT_TRUE(steps[6].steps[0].group);
  EXPECT_EQ(steps[7].verb, Verb::ActiveChildren);

  const Process& child = scenario.processes[1];
  EXPECT_TRUE(child.daemon);
  EXPECT_EQ(child.start_method, StartMethod::Forkserver);
  EXPECT_EQ(child.display_name, "auto");
  EXPECT_FALSE(child.count);
  EXPECT_EQ(child.steps[0].signal, SIGTERM);
  EXPECT_EQ(child.steps[0].steps[0].number, 7);
  EXPECT_EQ(child.steps[0].action, SignalAction::Steps);
  EXPECT_EQ(child.steps[1].action, SignalAction::Ignore);
  EXPECT_FALSE(child.steps[2].duration);
  EXPECT_EQ(scenario.processes[2].count, 2u);
  EXPECT_THAT(scenario.processes[2].args,
              ElementsAre(Field(&Text::value, "a"), Field(&Text::value, "b")));

  const Expectations& expect = scenario.expect;
  EXPECT_EQ(expect.order[0].events.size(), 3u);
  EXPECT_THAT(expect.exit[0].statuses,
              ElementsAre(Field(&Text::value, "SIGTERM"), Field(&Text::value, "7")));
  EXPECT_EQ(expect.count[0].most, 2u);
  EXPECT_EQ(expect.count[1].least, 0u);
  EXPECT_EQ(expect.count[1].most, 4u);
  EXPECT_TRUE(expect.outcomes->has_allowed);
  EXPECT_EQ(expect.outcomes->allowed.size(), 2u);
  EXPECT_EQ(expect.outcomes->required[0].observables[1].name.value, "second");
  EXPECT_THAT(scenario.verdict,
              ElementsAre(Pair("left", VerdictKind::Held), Pair("order", VerdictKind::Broken)));
}

TEST(Processes, HaveSurroundings) {
  const Scenario scenario = scenario_of(R"(
scenario: surroundings
processes:
  main:
    env: {LANG: C, EMPTY: ""}
    cpus: 0
    steps:
      - start: node
  node:
    depth: 3
    stdout: inherit
    cpus: [2, 1]
    start_method: daemonize
    steps: []
  quiet: {stdout: "null", start_method: vfork, steps: []}
)");
  const Process& main = scenario.processes[0];
  ASSERT_EQ(main.env.size(), 2u);
  EXPECT_EQ(main.env[0].first.value, "LANG");
  EXPECT_EQ(main.env[0].second.value, "C");
  EXPECT_EQ(main.env[1].second.value, "");
  EXPECT_THAT(main.cpus, ElementsAre(0));
  EXPECT_EQ(main.depth, 0u);
  EXPECT_EQ(main.output, Stdout::Own);
  const Process& node = scenario.processes[1];
  EXPECT_EQ(node.depth, 3u);
  EXPECT_EQ(node.output, Stdout::Inherit);
  EXPECT_THAT(node.cpus, ElementsAre(2, 1));
  EXPECT_EQ(node.start_method, StartMethod::Daemonize);
  EXPECT_EQ(scenario.processes[2].output, Stdout::Null);
  EXPECT_EQ(scenario.processes[2].start_method, StartMethod::Vfork);
}

TEST(Reader, ReadsServersClientsAndPipes) {
  const Scenario scenario = scenario_of(R"(
scenario: a server and its clients
processes:
  main:
    - pipe: p
    - start: [server, client]
    - {receive: p, timeout: 1s, as: got_it}
    - {close_end: p, end: write}
  server:
    - {listen: door, backlog: 8}
    - {serve: echo, on: door, handler: process, start_method: spawn, until: last(client.end)}
  client:
    count: 2
    steps:
      - await: server.ready
      - {connect: server, as: c}
      - {request: hello, on: c, expect: hello, timeout: 2s}
      - {disconnect: c}
      - disconnect
      - {send: done, to: p}
      - barrier: b
      - {mark: here}
      - {set_name: server, to: other}
      - {set_daemon: server, to: true}
      - allocate: 1MiB
      - spin: 5ms
      - end_by: SIGSEGV
expect:
  serial: [server, client]
  overlap: [["client[0]", "client[1]"], [server, client]]
  never: [server.error(EADDRINUSE)]
  output: {client: [one, ""]}
  printed: []
  parent: {client: main, server: reaper}
  survivors: [server]
  timeout: true
  timing:
    - client[0].begin < client[1].begin
  outcomes:
    forbidden: [{client.end < server.end: true, client.exit: [0, SIGSEGV], client.c: ok}]
)");
  const std::vector<Step>& server = scenario.processes[1].steps;
  EXPECT_EQ(server[0].backlog, 8);
  EXPECT_EQ(server[1].service, Service::Echo);
  EXPECT_EQ(server[1].backlog, 4096);
  EXPECT_EQ(server[1].on.value, "door");
  EXPECT_EQ(server[1].start_method, StartMethod::Spawn);
  EXPECT_EQ(server[1].event->text, "last(client.end)");
  const std::vector<Step>& client = scenario.processes[2].steps;
  EXPECT_EQ(client[0].event->what, "ready");
  EXPECT_EQ(client[1].label, "c");
  EXPECT_EQ(client[2].expect->value, "hello");
  EXPECT_EQ(client[3].operand.value, "c");
  EXPECT_EQ(client[4].operand.value, "");
  EXPECT_EQ(client[5].to.value, "p");
  EXPECT_EQ(client[7].label, "here");
  EXPECT_EQ(client[8].to.value, "other");
  EXPECT_EQ(client[9].to.value, "true");
  EXPECT_EQ(client[10].number, 1 << 20);
  EXPECT_EQ(client[12].signal, SIGSEGV);
  EXPECT_TRUE(scenario.processes[0].steps[3].write_end);

  const Expectations& expect = scenario.expect;
  EXPECT_EQ(expect.serial.size(), 1u);
  EXPECT_EQ(expect.serial[0].processes.size(), 2u);
  EXPECT_EQ(expect.overlap.size(), 2u);
  EXPECT_EQ(expect.never[0].operand, "EADDRINUSE");
  EXPECT_EQ(expect.output[0].lines.size(), 2u);
  EXPECT_TRUE(expect.printed && expect.printed->empty());
  EXPECT_EQ(expect.parent[1].parent.value, "reaper");
  EXPECT_EQ(expect.survivors.size(), 1u);
  EXPECT_TRUE(expect.timeout);
  EXPECT_EQ(expect.timing.size(), 1u);
  const auto& observables = expect.outcomes->forbidden[0].observables;
  EXPECT_TRUE(observables[0].order);
  EXPECT_EQ(observables[1].values.size(), 2u);
  EXPECT_FALSE(expect.outcomes->has_allowed);
}

TEST(Reader, UnderstandsTheExampleOfEveryVerb) {
  for (const VerbRow& row : verb_rows()) {
    const std::string text = with_steps("    - " + std::string(row.example) + "\n");
    const Scenario scenario = scenario_of(text);
    ASSERT_EQ(scenario.processes.size(), 1u) << row.example;
    EXPECT_EQ(scenario.processes[0].steps[0].verb, row.verb) << row.example;
  }
}

TEST(Reader, SaysAllThatIsWrongInTheFilesOrder) {
  EXPECT_THAT(problems_of(R"(scenario: x
runs: many
tiemout: 5s
processes:
  main:
    - jion: child
    - {join: child, timeout: 50}
  main: []
expect:
  order:
    - a.end<b.end
)"),
              ElementsAre(HasSubstr("f:2:7: `runs`: `many` is no whole number"),
                          "f:3:1: unknown key `tiemout` in the file; did you mean `timeout`?",
                          "f:6:7: unknown verb `jion`; did you mean `join`?",
                          HasSubstr("f:7:30: `timeout`: `50` has no unit"),
                          "f:8:3: the key `main` is already on line 5",
                          HasSubstr("f:11:12: an order is written with `<` alone")));
}

TEST(Reader, RefusesAFileThatIsNoMapOrLacksWhatItNeeds) {
  EXPECT_THAT(problems_of("- a\n"), ElementsAre(HasSubstr("the file must be a map, not a list")));
  EXPECT_THAT(problems_of("---\n"), ElementsAre(HasSubstr("the file must be a map, not nothing")));
  EXPECT_THAT(problems_of("about: x\n"), ElementsAre(HasSubstr("the file lacks `scenario`"),
                                                     HasSubstr("the file lacks `processes`")));
  EXPECT_THAT(problems_of("scenario:\nprocesses: {main: []}\n"),
              ElementsAre("f:1:1: `scenario` has no value"));
  EXPECT_THAT(problems_of("scenario: x\ntimeout: 0s\nprocesses: {main: []}\n"),
              ElementsAre(HasSubstr("longer than 0s")));
}

TEST(Reader, ChecksProcesses) {
  const auto processes = [](const std::string& text) {
    return problems_of("scenario: x\nprocesses: " + text + "\n");
  };
  EXPECT_THAT(processes("{child: []}"), ElementsAre(HasSubstr("no process is called `main`")));
  EXPECT_THAT(processes("{main: [], talker: []}"), ElementsAre(HasSubstr("`talker` cannot be")));
  EXPECT_THAT(processes("{main: [], 2x: []}"), ElementsAre(HasSubstr("`2x` is no name")));
  EXPECT_THAT(processes("{main: }"),
              ElementsAre(HasSubstr("not nothing; for a process that does")));
  EXPECT_THAT(processes("{main: {steps: [], count: 2}}"),
              ElementsAre(HasSubstr("`main` cannot have `count`")));
  EXPECT_THAT(processes("{main: [], a: {stesp: [], steps: []}}"),
              ElementsAre(HasSubstr("in the process `a`; did you mean `steps`?")));
  EXPECT_THAT(processes("{main: [], a: {steps: [], count: 3, args: [x]}}"),
              ElementsAre(HasSubstr("`count` is 3, but `args` has 1 items")));
  EXPECT_THAT(processes("{main: [], a: {steps: [], start_method: vforks}}"),
              ElementsAre(HasSubstr("`start_method` cannot be `vforks`; did you mean `vfork`?")));
  EXPECT_THAT(processes("{main: [], a: {steps: [], daemon: yes}}"),
              ElementsAre(HasSubstr("`yes` is neither `true` nor `false`")));
  EXPECT_THAT(processes("{main: [], a: {steps: [], daemon: true, start_method: daemonize}}"),
              ElementsAre(HasSubstr("a daemonized process cannot have `daemon: true`")));
  EXPECT_THAT(processes("{main: {steps: [], depth: 2}}"),
              ElementsAre(HasSubstr("`main` cannot have `depth`")));
  EXPECT_THAT(processes("{main: {steps: [], stdout: inherit}}"),
              ElementsAre(HasSubstr("`main` has nobody's output to inherit")));
  EXPECT_THAT(processes("{main: [], a: {steps: [], depth: 0}}"),
              ElementsAre(HasSubstr("`0` is no whole number from 1 to 1000")));
  EXPECT_THAT(processes("{main: [], a: {steps: [], cpus: [0, -1]}}"),
              ElementsAre(HasSubstr("`-1` is no whole number from 0 to 1023")));
  EXPECT_THAT(processes("{main: [], a: {steps: [], cpus: []}}"),
              ElementsAre(HasSubstr("`cpus` is an empty list")));
  EXPECT_THAT(processes("{main: [], a: {steps: [], stdout: file}}"),
              ElementsAre(HasSubstr("`stdout` cannot be `file`")));
  EXPECT_THAT(processes("{main: [], a: {steps: [], env: [A]}}"),
              ElementsAre(HasSubstr("`env` must be a map")));
  EXPECT_THAT(processes("{main: [], a: {steps: [], env: {1A: x, B-C: y, D: \"${pid}\", E: [z]}}}"),
              testing::UnorderedElementsAre(HasSubstr("`1A` cannot be the name of a variable"),
                                            HasSubstr("`B-C` cannot be the name of a variable"),
                                            HasSubstr("facts cannot stand in `env`"),
                                            HasSubstr("`E` must be one value, not a list")));
  EXPECT_THAT(processes("{main: [], a: {steps: [], count: 0}}"),
              ElementsAre(HasSubstr("no whole number from 1")));
}

TEST(Reader, ChecksSteps) {
  EXPECT_THAT(problems_of_step("exit"),
              ElementsAre("f:4:7: `exit` needs an operand; as in `- exit: "
                          "0`"));
  EXPECT_THAT(problems_of_step("join child"),
              ElementsAre(HasSubstr("need a colon and a space between them")));
  EXPECT_THAT(problems_of_step("print:"), ElementsAre("f:4:7: `print` has no value"));
  EXPECT_THAT(problems_of_step("{start: a, join: a}"),
              ElementsAre(HasSubstr("a step with two verbs, `start` and `join`")));
  EXPECT_THAT(problems_of_step("{start: a, timeout: 1s}"),
              ElementsAre(HasSubstr("f:4:18: unknown key `timeout` in `start`")));
  EXPECT_THAT(problems_of_step("{send: a, b, to: p}"),
              ElementsAre(HasSubstr("inside { } quote a text that holds a comma")));
  EXPECT_THAT(problems_of_step("{signal: a}"), ElementsAre(HasSubstr("`signal` lacks `send`")));
  EXPECT_THAT(problems_of_step("handle: SIGTERM"),
              ElementsAre(HasSubstr("`handle` without `action` and without `steps`")));
  EXPECT_THAT(problems_of_step("{handle: SIGTERM, action: ignore, steps: []}"),
              ElementsAre(HasSubstr("`handle` with both")));
  EXPECT_THAT(problems_of_step("{handle: SIGTERM, action: stop}"),
              ElementsAre(HasSubstr("`action`")));
  EXPECT_THAT(problems_of_step("block: SIGKILL"),
              ElementsAre("f:4:14: `SIGKILL` cannot be blocked; SIGKILL and SIGSTOP always come at "
                          "once, see signal(7)"));
  EXPECT_THAT(problems_of_step("unblock: SIGSTOP"),
              ElementsAre(HasSubstr("`SIGSTOP` cannot be blocked")));
  EXPECT_THAT(problems_of_step("setsid: x"), ElementsAre(HasSubstr("`setsid` takes no operand")));
  EXPECT_THAT(problems_of_step("{active_children: x}"),
              ElementsAre(HasSubstr("`active_children` takes no operand")));
  EXPECT_THAT(problems_of_step("talk: x"), ElementsAre(HasSubstr("unknown verb `talk`")));
  EXPECT_THAT(problems_of_step("exit: 256"), ElementsAre(HasSubstr("from 0 to 255")));
  EXPECT_THAT(problems_of_step("await: child.end?"), ElementsAre(HasSubstr("left of a `<` only")));
  EXPECT_THAT(problems_of_step("start: a.b"),
              ElementsAre(HasSubstr("f:4:15: `.b` does not belong")));
  EXPECT_THAT(problems_of_step("start: []"), ElementsAre(HasSubstr("is an empty list")));
  EXPECT_THAT(problems_of_step("{spin: forever}"), ElementsAre(HasSubstr("is no duration")));
  EXPECT_THAT(problems_of_step("{repeat: 2, index: ab, steps: []}"),
              ElementsAre(HasSubstr("`ab` is no letter")));
  EXPECT_THAT(problems_of_step("[a]"), ElementsAre(HasSubstr("a step cannot be a list")));
  EXPECT_THAT(problems_of_step(""), ElementsAre(HasSubstr("f:4:5: a step cannot be nothing")));
  EXPECT_THAT(problems_of_step("{}"), ElementsAre(HasSubstr("a step without a verb")));
}

TEST(Reader, ChecksLabelsSymbolsAndFactsAcrossTheFile) {
  EXPECT_THAT(
      problems_of(with_steps("    - mark: x\n    - {repeat: 2, steps: [{print: a, as: x}]}\n")),
      ElementsAre("f:5:27: the label `x` of `main` is already on line 4"));
  EXPECT_THAT(problems_of_step("{is_alive: a, as: end}"),
              ElementsAre(HasSubstr("`end` already means an event")));
  EXPECT_THAT(problems_of_step("{join: a, fails: EADRINUSE}"),
              ElementsAre("f:4:24: `EADRINUSE` is no error; did you mean `EADDRINUSE`?"));
  EXPECT_THAT(problems_of(with_steps("    - {raise: Oops, fails: Oops}\n")), IsEmpty());
  EXPECT_THAT(
      problems_of_step("print: é ${indx} ${child.pid} $x"),
      ElementsAre("f:4:16: `${indx}` is neither a fact nor a key of the matrix; did you mean "
                  "`${index}`?"));
  EXPECT_THAT(problems_of_step("print: ${pid"), ElementsAre(HasSubstr("`${` without `}`")));
}

TEST(Reader, ChecksExpectations) {
  EXPECT_THAT(problems_of_expect("  ordr: []\n"), ElementsAre(HasSubstr("did you mean `order`?")));
  EXPECT_THAT(problems_of_expect("  figures: [a.p99 < 2]\n"),
              ElementsAre(HasSubstr("f:4:21: `2` has no unit")));
  EXPECT_THAT(problems_of_expect("  never: a.end\n"),
              ElementsAre(HasSubstr("`never` must be a list, not `a.end`")));
  EXPECT_THAT(problems_of_expect("  count: {a.end: 4..1, b: 2}\n"),
              ElementsAre(HasSubstr("`4..1` is no number and no range"),
                          HasSubstr("a process alone is no event")));
  EXPECT_THAT(problems_of_expect("  exit: {a: TERM}\n"), ElementsAre(HasSubstr("is no status")));
  EXPECT_THAT(problems_of_expect("  overlap: [a, [b]]\n"), ElementsAre(HasSubstr("mixes names")));
  EXPECT_THAT(problems_of_expect("  output: {a: x}\n"), ElementsAre(HasSubstr("must be a list")));
  EXPECT_THAT(problems_of_expect("  outcomes: {required: [{a.end: 1, a.b < a.c: yes}]}\n"),
              ElementsAre(HasSubstr("`a.end` has no value"),
                          HasSubstr("an order is `true` or `false`, not `yes`")));
  EXPECT_THAT(problems_of_expect("  order: [a.end < ü.end]\nverdict: {left: bad, timing: held}\n"),
              ElementsAre(HasSubstr("f:4:19: `ü.end` where the name of a process"),
                          HasSubstr("`left` cannot be `bad`"),
                          HasSubstr("a verdict on `timing`, which `expect` does not have")));
}

TEST(Reader, ReadsFigures) {
  const Reading reading = read_text(R"(scenario: x
matrix: {bound: [2ms]}
processes: {main: []}
figures:
  life: {from: main.begin, to: main.end}
expect:
  figures:
    - life.p99 < ${bound}
)",
                                    "f");
  ASSERT_EQ(reading.scenarios.size(), 1u);
  const Scenario& scenario = reading.scenarios[0];
  ASSERT_EQ(scenario.figures.size(), 1u);
  EXPECT_EQ(scenario.figures[0].name, "life");
  EXPECT_EQ(scenario.figures[0].at.line, 5);
  EXPECT_EQ(scenario.figures[0].from.text, "main.begin");
  EXPECT_EQ(scenario.figures[0].to.text, "main.end");
  ASSERT_EQ(scenario.expect.figures.size(), 1u);
  EXPECT_EQ(scenario.expect.figures[0].bound, 2e6);
  EXPECT_EQ(scenario.expect.figures[0].at.column, 7);
}

TEST(Reader, ChecksFigures) {
  const auto problems = [](std::string_view figures) {
    return problems_of("scenario: x\nprocesses: {main: []}\nfigures: " + std::string(figures) +
                       "\n");
  };
  EXPECT_THAT(problems("[]"), ElementsAre(HasSubstr("`figures` must be a map")));
  EXPECT_THAT(problems("{9: {from: main.begin, to: main.end}}"),
              ElementsAre(HasSubstr("`9` is no name")));
  EXPECT_THAT(problems("{a: main.begin}"),
              ElementsAre(HasSubstr("the figure `a` must be a map, not `main.begin`")));
  EXPECT_THAT(problems("{a: {from: main.begin}}"),
              ElementsAre(HasSubstr("the figure `a` lacks `to`")));
  EXPECT_THAT(problems("{a: {from: main.begin, too: main.end, to: main}}"),
              ElementsAre(HasSubstr("unknown key `too` in the figure `a`; did you mean `to`?"),
                          HasSubstr("a process alone is no event")));
  EXPECT_THAT(problems("{a: {from: \"main.begin?\", to: main.end}}"),
              ElementsAre(HasSubstr("left of a `<` only")));
}

TEST(Reader, RendersAProblemWithItsLine) {
  const Reading reading = read_text(with_steps("    - jion: child\n"), "dir/demo.yaml");
  ASSERT_EQ(reading.diagnostics.found().size(), 1u);
  EXPECT_EQ(to_string(reading.diagnostics.found()[0], "dir/demo.yaml", reading.lines),
            "dir/demo.yaml:4:7: unknown verb `jion`; did you mean `join`?\n"
            "      - jion: child\n"
            "        ^");
  EXPECT_TRUE(reading.scenarios.empty());
}

// Files that cannot be a scenario, each in a folder that the test removes.
class ReadFile : public testing::Test {
 protected:
  ReadFile() {
    std::string pattern = testing::TempDir() + "/reader_test.XXXXXX";
    folder_ = ::mkdtemp(pattern.data()) != nullptr ? pattern : "";
  }
  ~ReadFile() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
  static std::string problem_of(const std::string& file) {
    const Reading reading = read_file(file);
    EXPECT_EQ(reading.diagnostics.found().size(), 1u);
    EXPECT_TRUE(reading.scenarios.empty());
    return reading.diagnostics.empty() ? "" : to_string(reading.diagnostics.found()[0], "f", {});
  }

 private:
  std::string folder_;
};

TEST_F(ReadFile, ReadsAFile) {
  std::ofstream(path("a.yaml")) << "scenario: x\nprocesses: {main: []}\n";
  const Reading reading = read_file(path("a.yaml"));
  ASSERT_EQ(reading.scenarios.size(), 1u);
  EXPECT_EQ(reading.scenarios[0].file, path("a.yaml"));
  EXPECT_EQ(reading.scenarios[0].lines.size(), 2u);
}

TEST_F(ReadFile, RefusesWhatIsNoFile) {
  EXPECT_THAT(problem_of(path("none.yaml")), HasSubstr("No such file"));
  EXPECT_EQ(problem_of(path(".")), "f: this is a directory, no scenario file");
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(problem_of(path("fifo")), "f: this is no regular file");
}

TEST_F(ReadFile, RefusesAHugeFileByItsSize) {
  std::ofstream(path("huge")) << "scenario: x\n";
  ASSERT_EQ(::truncate(path("huge").c_str(), 100 << 20), 0);
  EXPECT_EQ(problem_of(path("huge")), "f: the file is larger than 1024 KiB");
}

TEST_F(ReadFile, RefusesAFileThatMayNotBeRead) {
  if (::geteuid() == 0) {
    GTEST_SKIP() << "root may read every file";
  }
  std::ofstream(path("secret")) << "scenario: x\n";
  ASSERT_EQ(::chmod(path("secret").c_str(), 0), 0);
  EXPECT_THAT(problem_of(path("secret")), HasSubstr("Permission denied"));
}

}  // namespace
}  // namespace procession::scenario
