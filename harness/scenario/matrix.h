// SPDX-License-Identifier: MIT
#pragma once
// The matrix: which values the `${key}`s of a file take. A map of lists gives every combination, a
// list of maps gives its rows; each is one instance of the scenario. Replacing happens in the tree,
// before any scalar is typed, so a value may stand wherever a scalar value may.

#include "harness/scenario/tree.h"

#include <string>
#include <utility>
#include <vector>

namespace procession::scenario {

inline constexpr std::size_t kMaxMatrixInstances = 1000;

// The values of one instance, in the file's order.
using MatrixRow = std::vector<std::pair<std::string, std::string>>;

// The instances of a file whose `matrix` is this node. Never empty: with problems, one row without
// values.
[[nodiscard]] std::vector<MatrixRow> read_matrix(const Node& matrix, Diagnostics& problems);

// "key=value,…".
[[nodiscard]] std::string matrix_id(const MatrixRow& row);

// Puts the row's values in place of `${key}` in every scalar value below `node`; keys of maps stay.
void replace_keys(Node& node, const MatrixRow& row);

}  // namespace procession::scenario
