// SPDX-License-Identifier: MIT
#pragma once
// Preparing: everything that can be known of the selected scenarios before a process is started.
// Each is planned and reviewed; what is wrong is collected by file.

#include "harness/cli/select.h"
#include "harness/plan/make_plan.h"
#include "harness/scenario/model.h"

#include <cstdint>
#include <vector>

namespace procession::cli {

// A scenario instance that is ready to be played.
struct Prepared {
  scenario::Scenario scenario;
  plan::OwnedPlan plan;
};

struct Preparation {
  std::vector<Prepared> ready;     // in the order of the selection
  std::vector<BadFile> bad_files;  // those of the selection first
};

enum class Checks { PlanOnly, PlanAndReview };

// `seed`: of every `order: random`.
[[nodiscard]] Preparation prepare(Selection selection, Checks checks, std::uint32_t seed);

}  // namespace procession::cli
