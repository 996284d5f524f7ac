// SPDX-License-Identifier: MIT
#pragma once
// Baselines: a folder with one stored result for each class of machine (os/machine_class.h), as
// CLASS.json, that later results are compared with. A figure from another class is no baseline: it
// may be shown beside, but not judged.

#include "harness/base/result.h"
#include "harness/report/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace procession::cli {

inline constexpr const char* kBaselineFolder = "results/baselines";

struct Baselines {
  std::string folder;
  std::string machine_class;
  std::optional<std::string> path;         // of the baseline for that class; none: there is none
  std::vector<std::string> other_classes;  // for which there is one, sorted
};

// A folder that does not exist is an empty one. BadInput: `machine_class` is no such word; else
// what the system says. Nothing is read but names.
[[nodiscard]] base::Result<Baselines> find_baseline(const std::string& folder,
                                                    std::string_view machine_class);

// "results/baselines has no baseline for x86_64-…; there is one for arm-…": where there is none.
[[nodiscard]] std::string why_no_baseline(const Baselines& baselines);

enum class Existing { Keep, Replace };

// Makes the result the baseline of its class; returns the path. The folder is made if it does not
// exist; the file appears whole or not at all. BadInput, and nothing is changed, if the result does
// not say its class, or there is a baseline that is to be kept.
[[nodiscard]] base::Result<std::string> save_baseline(const std::string& folder,
                                                      const report::SessionResult& session,
                                                      Existing existing);

}  // namespace procession::cli
