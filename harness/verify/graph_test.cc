// SPDX-License-Identifier: MIT
#include "harness/verify/graph.h"

#include "harness/testing/planned.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace procession::verify {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

// The edges between lines, as "child.end =posix=> main.join(child)".
std::vector<std::string> drawn(const std::string& text) {
  const auto test = testing::planned(text);
  const Graph graph = graph_of(test.scenario, test.plan());
  std::vector<std::string> names(graph.nodes.size());
  for (const GraphProcess& process : graph.processes) {
    for (const auto& line : process.lines) {
      for (const std::size_t node : line) {
        names[node] = process.path + "." + graph.nodes[node].text;
      }
    }
  }
  std::vector<std::string> edges;
  for (const GraphEdge& edge : graph.edges) {
    constexpr const char* kArrows[] = {"", "={}=>", "-{}->", ".{}."};
    if (edge.kind != GraphEdge::Kind::Order) {
      const std::string arrow =
          fmt::format(fmt::runtime(kArrows[static_cast<std::size_t>(edge.kind)]), edge.label);
      edges.push_back(names[edge.from] + " " + arrow + " " + names[edge.to]);
    }
  }
  return edges;
}

TEST(Graph, HasNothingBehindABareExit) {
  const auto test = testing::planned(R"(
processes:
  main:
    - exit_now: 0
)");
  const Graph graph = graph_of(test.scenario, test.plan());
  std::vector<std::string> texts;
  for (const GraphNode& node : graph.nodes) {
    texts.push_back(node.text);
  }
  EXPECT_THAT(texts, ElementsAre("begin", "exit_now", "end"));
}

TEST(Graph, HasALineForEachProcess) {
  const auto test = testing::planned(R"(
processes:
  main:
    - start: child
    - join: child
  child:
    start_method: spawn
    daemon: true
    steps: [{print: works}]
)");
  const Graph graph = graph_of(test.scenario, test.plan());
  ASSERT_EQ(graph.processes.size(), 2u);
  EXPECT_EQ(graph.processes[0].path, "main");
  EXPECT_EQ(graph.processes[0].about, "");
  EXPECT_EQ(graph.processes[1].about, "spawn, daemon");
  ASSERT_EQ(graph.processes[0].lines.size(), 1u);
  std::vector<std::string> texts;
  for (const std::size_t node : graph.processes[0].lines[0]) {
    texts.push_back(fmt::format("{}: {}", graph.nodes[node].line, graph.nodes[node].text));
  }
  EXPECT_THAT(texts,
              ElementsAre("3: begin", "4: start(child)", "5: join(child)", "0: exit", "0: end"));
  std::size_t orders = 0;
  for (const GraphEdge& edge : graph.edges) {
    orders += edge.kind == GraphEdge::Kind::Order ? 1 : 0;
  }
  EXPECT_EQ(orders, 4u + 3u);
}

TEST(Graph, ShowsWhoStartsAndJoinsWhom) {
  EXPECT_THAT(
      drawn(R"(
processes:
  main: [{start: child}, {join: child}]
  child: [{print: works}]
)"),
      ElementsAre("child.end =posix=> main.join(child)", "main.start(child) =posix=> child.begin"));
}

// What looks like a cause and is none.
TEST(Graph, ShowsAJoinThatMayRunOutAsNoCause) {
  EXPECT_THAT(drawn(R"(
processes:
  main: [{start: child}, {join: child, timeout: 5s}, {is_alive: child}]
  child: [{print: works}]
)"),
              IsSupersetOf({"child.end .join. main.join(child)",
                            "child.end .is_alive. main.is_alive(child)"}));
}

TEST(Graph, ShowsASignalAsOneOfSeveralWaysToEnd) {
  const auto edges = drawn(R"(
processes:
  main: [{start: child}, {terminate: child}, {join: child}]
  child: [{sleep: 1s}]
)");
  EXPECT_THAT(edges, Contains(::testing::ContainsRegex(
                         "main.terminate\\(child\\) -1 of [0-9]+, posix-> child.end")));
}

TEST(Graph, ShowsHandlersAsLinesOfTheirOwn) {
  const std::string text = R"(
processes:
  main:
    - start: child
    - await: child.mark(armed)
    - {signal: child, send: SIGUSR1}
    - await: child.mark(heard)
    - mark: done
    - join: child
  child:
    - {handle: SIGUSR1, steps: [{mark: heard}]}
    - mark: armed
    - await: main.mark(done)
)";
  const auto test = testing::planned(text);
  const Graph graph = graph_of(test.scenario, test.plan());
  ASSERT_EQ(graph.processes[1].lines.size(), 2u);
  EXPECT_EQ(graph.nodes[graph.processes[1].lines[1][0]].text, "got(SIGUSR1)");
  EXPECT_THAT(drawn(text), IsSupersetOf({"main.signal(child) =posix=> child.got(SIGUSR1)",
                                         "child.handle(SIGUSR1) =posix=> child.got(SIGUSR1)",
                                         "child.mark(armed) =harness=> main.await(armed)",
                                         "child.mark(heard) =harness=> main.await(heard)"}));
}

TEST(Graph, ShowsPipesThroughWhatHasNoName) {
  EXPECT_THAT(drawn(R"(
processes:
  main: [{pipe: p}, {start: child}, {receive: p, as: word}, {join: child}]
  child: [{send: word, to: p}]
)"),
              IsSupersetOf({"child.send(p) -1 of 2, posix-> main.receive(p)",
                            "child.exit -1 of 2, posix-> main.receive(p)"}))
      << "a receive returns at the end of file, too";
}

TEST(Graph, ShowsConnections) {
  const auto edges = drawn(R"(
processes:
  main: [{start: [server, client]}, {join: client}, {terminate: server}]
  server: [{listen: L}, {serve: upper, on: L}]
  client: [{await: server.listen}, {connect: server}, {request: word}]
)");
  EXPECT_THAT(edges, Contains(HasSubstr("server.listen(L) =posix=> client.connect")));
}

}  // namespace
}  // namespace procession::verify
