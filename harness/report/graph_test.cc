// SPDX-License-Identifier: MIT
// Drawings of a graph that has one of everything, and of texts that mean harm.

#include "harness/report/dot.h"
#include "harness/report/mermaid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace procession::report {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Edge = verify::GraphEdge::Kind;
using Node = verify::GraphNode::Kind;

verify::Graph sample() {
  verify::Graph graph;
  graph.title = "a joined child";
  graph.id = "join.yaml";
  graph.nodes = {{Node::Begin, "begin", 3}, {Node::Step, "start(child)", 4},
                 {Node::End, "end", 0},     {Node::Begin, "begin", 6},
                 {Node::End, "end", 0},     {Node::Got, "got(SIGUSR1)", 7}};
  graph.processes = {{"main", "", {{0, 1, 2}}}, {"main/child", "spawn", {{3, 4}, {5}}}};
  graph.edges = {{0, 1, Edge::Order, ""},
                 {1, 2, Edge::Order, ""},
                 {3, 4, Edge::Order, ""},
                 {1, 3, Edge::Cause, "posix"},
                 {1, 4, Edge::Alternative, "1 of 2, posix"},
                 {1, 5, Edge::Relation, "signal"}};
  return graph;
}

TEST(Dot, has_a_cluster_for_each_process) {
  EXPECT_EQ(to_dot(sample()),
            R"drawn(// bold: cannot happen without; dashed: needs so many of several;
// dotted: acts on or asks, and neither needs the other
digraph procession {
  label="a joined child - join.yaml"
  labelloc=t
  newrank=true
  fontname="sans-serif"
  node [shape=box, fontname="sans-serif", fontsize=11]
  edge [fontname="sans-serif", fontsize=9]
  subgraph cluster_0 {
    label="main"
    n0 [label="3  begin", shape=oval]
    n1 [label="4  start(child)"]
    n2 [label="end", shape=oval]
  }
  subgraph cluster_1 {
    label="main/child (spawn)"
    n3 [label="6  begin", shape=oval]
    n4 [label="end", shape=oval]
    n5 [label="7  got(SIGUSR1)", shape=hexagon]
  }
  n0 -> n1 [color=gray40, weight=10]
  n1 -> n2 [color=gray40, weight=10]
  n3 -> n4 [color=gray40, weight=10]
  n1 -> n3 [label="posix", penwidth=1.5]
  n1 -> n4 [label="1 of 2, posix", style=dashed, constraint=false]
  n1 -> n5 [label="signal", style=dotted, color=gray40, constraint=false]
}
)drawn");
}

TEST(Mermaid, has_a_subgraph_for_each_process) {
  EXPECT_EQ(to_mermaid(sample()), R"drawn(---
title: 'a joined child - join.yaml'
---
flowchart TB
  %% ==> cannot happen without; -.-> needs so many of several;
  %% -.- acts on or asks, and neither needs the other
  subgraph p0["main"]
    n0(["3: begin"])
    n1["4: start(child)"]
    n2(["end"])
  end
  subgraph p1["main/child (spawn)"]
    n3(["6: begin"])
    n4(["end"])
    n5{{"7: got(SIGUSR1)"}}
  end
  n0 --> n1
  n1 --> n2
  n3 --> n4
  n1 ==>|"posix"| n3
  n1 -.->|"1 of 2, posix"| n4
  n1 -.-|"signal"| n5
)drawn");
}

TEST(Drawings, take_hostile_texts_for_texts) {
  verify::Graph graph = sample();
  graph.title = "\"] } <b>&lt;\\N 'x'\n%% ---";
  graph.nodes[1].text = "mark(\"]; n9{)";
  const std::string dot = to_dot(graph);
  EXPECT_THAT(dot,
              AllOf(HasSubstr(R"drawn(label="\"] } <b>&amp;lt;\\N 'x'\\n%% --- - join.yaml")drawn"),
                    HasSubstr(R"drawn(n1 [label="4  mark(\"]; n9{)"])drawn")));
  const std::string mermaid = to_mermaid(graph);
  EXPECT_THAT(mermaid,
              AllOf(HasSubstr(R"drawn(title: '"] } <b>&lt;\N ''x''\n%% --- - join.yaml')drawn"),
                    HasSubstr(R"drawn(n1["4: mark(#34;#93;#59; n9#123;)"])drawn")));
}

}  // namespace
}  // namespace procession::report
