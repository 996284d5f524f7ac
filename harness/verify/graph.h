// SPDX-License-Identifier: MIT
#pragma once
// Graph: a Plan with its causes, as a picture shows it: each process a line of steps, and between
// the lines who starts, joins, signals and feeds whom. Made from the cause net; drawn by the
// reports (report/dot.h, report/mermaid.h). Pure; deterministic.
// What follows from the order of a line and another edge is not drawn.
//
// The net has several events for a step (its call, its effect, its return) and some without a name;
// here a step is one node, and what has no name is left out: what it needs, the named event needs.

#include "harness/plan/plan.h"
#include "harness/scenario/model.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace procession::verify {

struct GraphNode {
  enum class Kind : std::uint8_t { Begin, Step, Got, End };
  Kind kind = Kind::Step;
  std::string text;        // "join(child)", "begin"
  std::uint32_t line = 0;  // of the file; 0 = of none
};

struct GraphProcess {
  std::string path;
  std::string about;  // "spawn, daemon"; may be empty
  // Nodes one after the other: its steps between its begin and its end; then each handler's.
  std::vector<std::vector<std::size_t>> lines;
};

struct GraphEdge {
  enum class Kind : std::uint8_t {
    Order,        // the next of a line
    Cause,        // `to` cannot happen without `from`
    Alternative,  // `to` needs `from` or another
    Relation,     // `from` acts on or asks `to`; neither needs the other
  };
  std::size_t from = 0;
  std::size_t to = 0;
  Kind kind = Kind::Order;
  std::string
      label;  // of a cause its warrant; of an alternative "1 of 3" too; of a relation the verb
};

struct Graph {
  std::string title;
  std::string id;
  std::vector<GraphNode> nodes;
  std::vector<GraphProcess> processes;
  std::vector<GraphEdge> edges;  // orders first, then by `to`
};

[[nodiscard]] Graph graph_of(const scenario::Scenario& scenario, const plan::Plan& plan);

}  // namespace procession::verify
