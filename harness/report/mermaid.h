// SPDX-License-Identifier: MIT
#pragma once
// A process graph as a Mermaid flowchart (mermaid.js.org/syntax/flowchart.html), which code hosts
// and editors draw inside Markdown: a subgraph for each process. Pure; the same graph gives the
// same bytes; titles and texts can hold anything.

#include "harness/verify/graph.h"

#include <string>

namespace procession::report {

[[nodiscard]] std::string to_mermaid(const verify::Graph& graph);

}  // namespace procession::report
