// SPDX-License-Identifier: MIT
#include "harness/cli/requirements.h"

#include "harness/base/text.h"
#include "harness/os/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace procession::cli {

void find_unknown_features(const scenario::Requires& requirements, scenario::Diagnostics& found) {
  const auto known = os::feature_names();
  for (const scenario::Text& feature : requirements.features) {
    if (std::find(known.begin(), known.end(), feature.value) == known.end()) {
      const std::vector<std::string> names(known.begin(), known.end());
      const auto nearest = base::nearest_word(feature.value, known);
      found.add(feature.at, fmt::format("there is no feature `{}`", feature.value),
                nearest ? fmt::format("did you mean `{}`?", *nearest)
                        : "features are " + base::enumerate_words(names));
    }
  }
}

std::optional<std::string> unmet(const scenario::Requires& requirements) {
  std::vector<std::string> lacking;
  const unsigned cpus = os::available_cpus();
  if (requirements.cpus > static_cast<int>(cpus)) {
    lacking.push_back(fmt::format("needs {} CPUs, may use {}", requirements.cpus, cpus));
  }
  for (const scenario::Text& program : requirements.programs) {
    if (os::find_program(program.value).empty()) {
      lacking.push_back("needs the program " + program.value);
    }
  }
  for (const scenario::Text& feature : requirements.features) {
    if (!os::has_feature(feature.value)) {
      lacking.push_back("needs the feature " + feature.value);
    }
  }
  if (lacking.empty()) {
    return std::nullopt;
  }
  return base::join_words(lacking, "; ");
}

}  // namespace procession::cli
