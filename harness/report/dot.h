// SPDX-License-Identifier: MIT
#pragma once
// A process graph in Graphviz's language (graphviz.org/doc/info/lang.html): a cluster for each
// process. Pure; the same graph gives the same bytes; titles and texts can hold anything.

#include "harness/verify/graph.h"

#include <string>

namespace procession::report {

[[nodiscard]] std::string to_dot(const verify::Graph& graph);

}  // namespace procession::report
