// SPDX-License-Identifier: MIT
#include "harness/report/dot.h"

#include "harness/report/printable.h"

#include <fmt/format.h>

#include <string_view>

namespace procession::report {

namespace {

using verify::GraphEdge;
using verify::GraphNode;

// As a quoted string; Graphviz reads `&amp;` and its like as characters, so & needs care, too.
std::string quoted(std::string_view text) {
  std::string shown = "\"";
  for (const char c : printable(text)) {
    if (c == '&') {
      shown += "&amp;";
      continue;
    }
    if (c == '"' || c == '\\') {
      shown += '\\';
    }
    shown += c;
  }
  return shown + '"';
}

std::string text_of(const GraphNode& node) {
  return node.line == 0 ? node.text : fmt::format("{}  {}", node.line, node.text);
}

std::string_view shape_of(GraphNode::Kind kind) {
  switch (kind) {
    case GraphNode::Kind::Begin:
    case GraphNode::Kind::End:
      return ", shape=oval";
    case GraphNode::Kind::Got:
      return ", shape=hexagon";
    case GraphNode::Kind::Step:
      break;
  }
  return "";
}

// Only lines and causes decide what is drawn above what: alternatives may lead to and fro.
std::string style_of(const GraphEdge& edge) {
  switch (edge.kind) {
    case GraphEdge::Kind::Order:
      return " [color=gray40, weight=10]";
    case GraphEdge::Kind::Cause:
      return fmt::format(" [label={}, penwidth=1.5]", quoted(edge.label));
    case GraphEdge::Kind::Alternative:
      return fmt::format(" [label={}, style=dashed, constraint=false]", quoted(edge.label));
    case GraphEdge::Kind::Relation:
      break;
  }
  return fmt::format(" [label={}, style=dotted, color=gray40, constraint=false]",
                     quoted(edge.label));
}

std::string cluster(const verify::Graph& graph, std::size_t number) {
  const verify::GraphProcess& process = graph.processes[number];
  std::string name = process.path;
  if (!process.about.empty()) {
    name += fmt::format(" ({})", process.about);
  }
  std::string shown = fmt::format("  subgraph cluster_{} {{\n    label={}\n", number, quoted(name));
  for (const std::vector<std::size_t>& line : process.lines) {
    for (const std::size_t node : line) {
      shown += fmt::format("    n{} [label={}{}]\n", node, quoted(text_of(graph.nodes[node])),
                           shape_of(graph.nodes[node].kind));
    }
  }
  return shown + "  }\n";
}

}  // namespace

std::string to_dot(const verify::Graph& graph) {
  std::string shown =
      "// bold: cannot happen without; dashed: needs so many of several;\n"
      "// dotted: acts on or asks, and neither needs the other\n"
      "digraph procession {\n";
  shown += fmt::format("  label={}\n", quoted(graph.title + " - " + graph.id));
  shown +=
      "  labelloc=t\n"
      "  newrank=true\n"
      "  fontname=\"sans-serif\"\n"
      "  node [shape=box, fontname=\"sans-serif\", fontsize=11]\n"
      "  edge [fontname=\"sans-serif\", fontsize=9]\n";
  for (std::size_t number = 0; number < graph.processes.size(); ++number) {
    shown += cluster(graph, number);
  }
  for (const GraphEdge& edge : graph.edges) {
    shown += fmt::format("  n{} -> n{}{}\n", edge.from, edge.to, style_of(edge));
  }
  return shown + "}\n";
}

}  // namespace procession::report
