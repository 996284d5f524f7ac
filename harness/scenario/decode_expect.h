// SPDX-License-Identifier: MIT
#pragma once
// Expectations: from the maps `expect`, `verdict` and `figures` to those of the model.

#include "harness/scenario/fields.h"

#include <map>
#include <string>
#include <vector>

namespace procession::scenario {

[[nodiscard]] Expectations decode_expect(const Node& node, Diagnostics& problems);

// What is measured; not what is expected of it.
[[nodiscard]] std::vector<Figure> decode_figures(const Node& node, Diagnostics& problems);

// `expect` is the node of that key, null if the file has none: a verdict speaks of what is there.
[[nodiscard]] std::map<std::string, VerdictKind> decode_verdict(const Node& node,
                                                                const Node* expect,
                                                                Diagnostics& problems);

}  // namespace procession::scenario
