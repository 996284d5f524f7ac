// SPDX-License-Identifier: MIT
// Programs in a Plan: their words, ports and probes, and what others may say of them.
#include "harness/plan/events.h"
#include "harness/plan/make_plan.h"
#include "harness/testing/planned.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace procession::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::planned;
using testing::Planned;
using testing::planning_problems;

std::string with_server(std::string_view keys, std::string_view others = "") {
  return "processes:\n  main:\n    - start: server\n    - await: server.ready\n  server:\n" +
         std::string(keys) + std::string(others);
}

InstanceId named(const Plan& plan, std::string_view path) {
  for (InstanceId id = 0; id < plan.instances().size(); ++id) {
    if (plan.text(plan.instance(id).path) == path) {
      return id;
    }
  }
  return kNone;
}

std::string text_of(const Plan& plan, Range pieces) {
  std::string text;
  for (const Piece& piece : plan.pieces(pieces)) {
    switch (piece.kind) {
      case Piece::Kind::Literal:
        text += plan.text(piece.literal);
        break;
      case Piece::Kind::Port:
        text += "<port of " + std::string(plan.text(plan.listeners()[piece.of].name)) + ">";
        break;
      case Piece::Kind::ChildPid:
        text += "<pid of " + std::string(plan.text(plan.instance(piece.of).path)) + ">";
        break;
      default:
        text += "<?>";
    }
  }
  return text;
}

// Without their ends, which each must have.
std::vector<std::string> texts_of(const Plan& plan, Range texts) {
  std::vector<std::string> all;
  for (const Range text : plan.texts(texts)) {
    all.push_back(text_of(plan, text));
    EXPECT_EQ(all.back().back(), '\0');
    all.back().pop_back();
  }
  return all;
}

TEST(Program, HasOneStepThatNoFileWrites) {
  const Planned test = planned(with_server("    exec: [sh, -c, exit]\n"));
  const Plan plan = test.plan();
  const InstanceId server = named(plan, "server");
  EXPECT_EQ(plan.instance(server).kind, Instance::Kind::Program);
  ASSERT_EQ(plan.line_of(server).size(), 1U);
  EXPECT_EQ(plan.line_of(server).front().verb, scenario::Verb::Ready);
  EXPECT_TRUE(plan.line_of(server).front().implicit);
  EXPECT_THAT(texts_of(plan, plan.program_of(server).words), ElementsAre("sh", "-c", "exit"));
  EXPECT_EQ(plan.program_of(server).ready, Program::Ready::AtOnce);
  EXPECT_EQ(plan.program_of(server).listener, kNone) << "nothing speaks of a port";
}

TEST(Program, HasFactsInItsWords) {
  const Planned test = planned(R"(
processes:
  main:
    - start: [door, server]
  door:
    - listen: front
  server:
    count: 2
    args: [one, two]
    daemon: true
    env: {PORTS: "${port} ${door.port}"}
    exec: [server, "${name}:${index}:${arg}:${daemon}:${exitcode}", "${port}", "${door.pid}"]
)");
  const Plan plan = test.plan();
  const Program& second = plan.program_of(named(plan, "server[1]"));
  EXPECT_THAT(texts_of(plan, second.words), ElementsAre("server", "server[1]:1:two:true:none",
                                                        "<port of server[1]>", "<pid of door>"));
  EXPECT_THAT(texts_of(plan, second.variables),
              ElementsAre("PORTS=<port of server[1]> <port of front>"));
}

TEST(Program, KnowsTheFolderOfItsFile) {
  const Planned test = planned(with_server("    exec: [python3, \"${here}/server.py\"]\n"));
  const Plan plan = test.plan();
  const auto words = texts_of(plan, plan.program_of(named(plan, "server")).words);
  EXPECT_EQ(words.back(), test.scenario.folder + "/server.py");
  EXPECT_EQ(words.back().front(), '/');
}

TEST(Program, HasAPortIfAnythingSpeaksOfIt) {
  for (const std::string_view keys :
       {"    exec: [a]\n    port: 80\n", "    exec: [a]\n    ready: port\n",
        "    exec: [a, \"${port}\"]\n", "    exec: [a]\n    env: {P: \"${port}\"}\n"}) {
    const Planned test = planned(with_server(keys));
    const Plan plan = test.plan();
    const Program& program = plan.program_of(named(plan, "server"));
    ASSERT_NE(program.listener, kNone) << keys;
    EXPECT_EQ(plan.listeners()[program.listener].program, named(plan, "server"));
    EXPECT_EQ(program.port, keys.find("80") == keys.npos ? 0U : 80U);
  }
}

TEST(Program, IsKnownToBeReadyInOneOfFiveWays) {
  const auto program = [](std::string_view ready) {
    const Planned test =
        planned(with_server("    exec: [a]\n    ready: " + std::string(ready) + "\n"));
    const Plan plan = test.plan();
    const Program& found = plan.program_of(named(plan, "server"));
    return std::pair(found, text_of(plan, found.ready_text));
  };
  EXPECT_EQ(program("port").first.ready, Program::Ready::Port);
  EXPECT_EQ(program("{line: up}").first.ready, Program::Ready::Line);
  EXPECT_EQ(program("{line: up}").second, "up");
  EXPECT_EQ(program("{file: a/b}").first.ready, Program::Ready::File);
  EXPECT_EQ(program("{file: a/b}").second, std::string("a/b\0", 4));
  EXPECT_EQ(program("{fd: 7}").first.ready, Program::Ready::Descriptor);
  EXPECT_EQ(program("{fd: 7}").first.ready_fd, 7U);
}

TEST(Program, CanBeConnectedToAtItsPort) {
  const Planned test = planned(with_server("    exec: [a, \"${port}\"]\n",
                                           "  client:\n    - connect: server\n    - {request: hi, "
                                           "expect: ho}\nmodule:\n  - start: client\n"));
  const Plan plan = test.plan();
  const auto line = plan.line_of(named(plan, "client"));
  const std::uint32_t listener = plan.program_of(named(plan, "server")).listener;
  EXPECT_EQ(line[0].channel, listener);
  EXPECT_EQ(line[1].channel, listener);
  EXPECT_EQ(plan.listeners()[listener].talkers.count, 0U) << "its processes are its own";
}

TEST(Program, HasNoPortThatNobodyHasToldIt) {
  EXPECT_THAT(planning_problems(with_server("    exec: [a]\n", "module:\n  - connect: server\n")),
              ElementsAre(HasSubstr("`server` does not listen")));
  EXPECT_THAT(
      planning_problems(with_server("    exec: [a]\n", "module:\n  - print: ${server.port}\n")),
      ElementsAre(HasSubstr("`server` has no port")));
}

TEST(Program, OfEachInstanceHasItsOwnPort) {
  EXPECT_THAT(planning_problems(with_server("    count: 3\n    exec: [a]\n    port: 80\n")),
              ElementsAre(HasSubstr("the instances of `server` cannot all have port 80")));
  EXPECT_THAT(planning_problems(with_server("    count: 3\n    exec: [a, \"${port}\"]\n")),
              IsEmpty());
}

// How many processes serve would not be known, nor that the first of them serves a player.
TEST(Program, IsNotToldThePortOfAServerOfAProcessForEachConnection) {
  const std::string server = "  own:\n    - {serve: echo, until: main.print";
  const std::string_view starts = "  main:\n    - start: own\n    - start: tool\n    - print: x\n";
  const auto problems = [&](std::string_view handler, std::string_view tool) {
    return planning_problems("processes:\n" + std::string(starts) + server + std::string(handler) +
                             "}\n  tool:\n" + std::string(tool));
  };
  constexpr std::string_view kTold = "    exec: [a, \"${own.port}\"]\n";
  const auto refused = ElementsAre(HasSubstr("`tool` is told the port of `own`"));
  EXPECT_THAT(problems("", kTold), refused);
  EXPECT_THAT(problems("", "    exec: [a]\n    env: {PORT: \"${own.port}\"}\n"), refused);
  EXPECT_THAT(problems("", "    exec: [a]\n    ready: {file: \"${own.port}\"}\n"), refused);
  EXPECT_THAT(problems("", "    exec: [a, \"${own.pid}\"]\n"), IsEmpty());
  for (const std::string_view handler :
       {", handler: prefork", ", handler: thread", ", handler: epoll", ", handler: io_uring"}) {
    EXPECT_THAT(problems(handler, kTold), IsEmpty()) << handler;
  }
}

TEST(Program, IsNotToldThePortOfSuchAServerByARequestEither) {
  const std::string text =
      "processes:\n  main:\n    - start: own\n    - start: tool\n    - connect: tool\n"
      "    - {request: \"${own.port}\", expect: x}\n  own:\n    - {serve: echo, until: "
      "main.request";
  const std::string tool = "}\n  tool:\n    exec: [a, \"${port}\"]\n";
  EXPECT_THAT(planning_problems(text + tool),
              ElementsAre(HasSubstr("`tool` is told the port of `own`")));
  EXPECT_THAT(planning_problems(text + ", handler: epoll" + tool), IsEmpty());
}

}  // namespace
}  // namespace procession::plan
