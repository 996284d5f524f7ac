// SPDX-License-Identifier: MIT
#include "harness/report/mermaid.h"

#include "harness/report/printable.h"

#include <fmt/format.h>

#include <string_view>

namespace procession::report {

namespace {

using verify::GraphEdge;
using verify::GraphNode;

// As a quoted text. Whatever Mermaid, its Markdown or HTML could take for its own becomes a number.
std::string quoted(std::string_view text) {
  constexpr std::string_view kSpecial = "\"#&<>`*_%;\\{}[]|~$";
  std::string shown = "\"";
  for (const char c : printable(text)) {
    if (kSpecial.find(c) != kSpecial.npos) {
      shown += fmt::format("#{};", static_cast<int>(c));
    } else {
      shown += c;
    }
  }
  return shown + '"';
}

std::string node_text(const GraphNode& node) {
  const std::string text =
      quoted(node.line == 0 ? node.text : fmt::format("{}: {}", node.line, node.text));
  switch (node.kind) {
    case GraphNode::Kind::Begin:
    case GraphNode::Kind::End:
      return fmt::format("([{}])", text);
    case GraphNode::Kind::Got:
      return fmt::format("{{{{{}}}}}", text);
    case GraphNode::Kind::Step:
      break;
  }
  return fmt::format("[{}]", text);
}

std::string arrow_of(const GraphEdge& edge) {
  switch (edge.kind) {
    case GraphEdge::Kind::Order:
      return "-->";
    case GraphEdge::Kind::Cause:
      return fmt::format("==>|{}|", quoted(edge.label));
    case GraphEdge::Kind::Alternative:
      return fmt::format("-.->|{}|", quoted(edge.label));
    case GraphEdge::Kind::Relation:
      break;
  }
  return fmt::format("-.-|{}|", quoted(edge.label));
}

// For the front matter: a YAML text in single quotes.
std::string yaml_quoted(std::string_view text) {
  std::string shown = "'";
  for (const char c : printable(text)) {
    shown += c == '\'' ? std::string("''") : std::string(1, c);
  }
  return shown + "'";
}

}  // namespace

std::string to_mermaid(const verify::Graph& graph) {
  std::string shown = fmt::format("---\ntitle: {}\n---\nflowchart TB\n",
                                  yaml_quoted(graph.title + " - " + graph.id));
  shown +=
      "  %% ==> cannot happen without; -.-> needs so many of several;\n"
      "  %% -.- acts on or asks, and neither needs the other\n";
  for (std::size_t number = 0; number < graph.processes.size(); ++number) {
    const verify::GraphProcess& process = graph.processes[number];
    const std::string name =
        process.about.empty() ? process.path : fmt::format("{} ({})", process.path, process.about);
    shown += fmt::format("  subgraph p{}[{}]\n", number, quoted(name));
    for (const std::vector<std::size_t>& line : process.lines) {
      for (const std::size_t node : line) {
        shown += fmt::format("    n{}{}\n", node, node_text(graph.nodes[node]));
      }
    }
    shown += "  end\n";
  }
  for (const GraphEdge& edge : graph.edges) {
    shown += fmt::format("  n{} {} n{}\n", edge.from, arrow_of(edge), edge.to);
  }
  return shown;
}

}  // namespace procession::report
