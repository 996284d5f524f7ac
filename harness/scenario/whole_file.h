// SPDX-License-Identifier: MIT
#pragma once
// What can be checked only when the whole file is known: labels are unique in their process, a
// symbol in `fails` exists or is raised somewhere, and `${…}` is a fact or a matrix key.

#include "harness/scenario/matrix.h"
#include "harness/scenario/model.h"

namespace procession::scenario {

void check_labels(const Scenario& scenario, Diagnostics& problems);
void check_symbols(const Scenario& scenario, Diagnostics& problems);
// `node` after the row's values have been put in.
void check_facts(const Node& node, const MatrixRow& row, Diagnostics& problems);

}  // namespace procession::scenario
