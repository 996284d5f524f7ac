// SPDX-License-Identifier: MIT
#include "harness/cli/opponent.h"

#include "harness/base/text.h"
#include "harness/cli/select.h"
#include "harness/report/printable.h"
#include "harness/scenario/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace procession::cli {

namespace {

using scenario::Scenario;
using Values = std::map<std::string, std::string, std::less<>>;

base::Error bad(std::string message) { return {base::ErrorKind::BadInput, std::move(message)}; }

Values values_of(std::string_view matrix) {
  Values values;
  for (const std::string_view part : base::split(matrix, ',')) {
    if (const std::size_t equals = part.find('='); equals != std::string_view::npos) {
      values.emplace(base::trim(part.substr(0, equals)), base::trim(part.substr(equals + 1)));
    }
  }
  return values;
}

std::string names_of(std::span<const Scenario> scenarios) {
  return scenarios.size() == 1 ? scenarios.front().id()
                               : fmt::format("{} scenarios", scenarios.size());
}

bool is_scenario_file(const std::string& other) {
  const std::string_view file = std::string_view(other).substr(0, other.find(".yaml[") + 5);
  return other.ends_with(".yaml") || (other.ends_with(']') && file.ends_with(".yaml"));
}

// All instances of the files that are selected: a counterpart need not be selected itself.
base::Result<std::vector<Scenario>> all_instances(std::span<const Scenario> selected) {
  Selector selector;
  for (const Scenario& scenario : selected) {
    selector.paths.push_back(scenario.file);
  }
  base::Result<Selection> selection = select(selector);
  return selection ? base::Result<std::vector<Scenario>>(std::move(selection->scenarios))
                   : selection.error();
}

// The keys of OTHER that none of the selected matrices has, or values that its key never has.
base::Error no_such_values(const std::string& other, std::span<const Scenario> all) {
  for (const auto& [key, value] : values_of(other)) {
    std::vector<std::string> known;
    for (const Scenario& scenario : all) {
      const Values values = values_of(scenario.matrix);
      if (const auto found = values.find(key);
          found != values.end() &&
          std::find(known.begin(), known.end(), found->second) == known.end()) {
        known.push_back(found->second);
      }
    }
    if (known.empty()) {
      return bad(fmt::format("--vs {}: no scenario that is selected has a matrix with `{}`",
                             report::printable(other), report::printable(key)));
    }
    if (std::find(known.begin(), known.end(), value) == known.end()) {
      return bad(fmt::format("--vs {}: `{}` is never `{}`, but {}", report::printable(other),
                             report::printable(key), report::printable(value),
                             report::printable(base::enumerate_words(known, "or"))));
    }
  }
  return bad(
      fmt::format("--vs {}: nothing that is selected differs from another instance in this only",
                  report::printable(other)));
}

base::Result<Opponent> by_matrix(std::span<const Scenario> selected, const std::string& other) {
  const base::Result<std::vector<Scenario>> all = all_instances(selected);
  if (!all) {
    return all.error();
  }
  Opponent opponent{names_of(selected), "the same with " + other, {}, {}};
  for (const Scenario& scenario : selected) {
    Values wanted = values_of(scenario.matrix);
    for (const auto& [key, value] : values_of(other)) {
      wanted[key] = value;
    }
    for (const Scenario& candidate : *all) {
      if (candidate.file == scenario.file && candidate.id() != scenario.id() &&
          values_of(candidate.matrix) == wanted) {
        opponent.duels.push_back({scenario.id(), candidate.id()});
      }
    }
  }
  return opponent.duels.empty() ? no_such_values(other, *all)
                                : base::Result<Opponent>(std::move(opponent));
}

base::Result<Opponent> by_scenario(std::span<const Scenario> selected, const std::string& other) {
  Selector selector;
  selector.paths = {other};
  base::Result<Selection> selection = select(selector);
  if (!selection) {
    return selection.error();
  }
  if (!selection->bad_files.empty()) {
    return bad(report::printable(other) + " is wrong: `procession validate` says how");
  }
  const std::vector<Scenario>& others = selection->scenarios;
  Opponent opponent{names_of(selected), other, {}, {}};
  if (selected.size() == 1 && others.size() == 1) {
    opponent.duels.push_back({selected.front().id(), others.front().id()});
    return opponent;
  }
  for (const Scenario& scenario : selected) {
    for (const Scenario& candidate : others) {
      if (candidate.matrix == scenario.matrix) {
        opponent.duels.push_back({scenario.id(), candidate.id()});
      }
    }
  }
  return opponent.duels.empty()
             ? bad(fmt::format("--vs {}: it has no instance with the matrix values of one that is "
                               "selected",
                               report::printable(other)))
             : base::Result<Opponent>(std::move(opponent));
}

base::Result<Opponent> by_build(std::span<const Scenario> selected, const std::string& other) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(other, ignored)) {
    return bad(
        fmt::format("--vs {}: no build of procession, no scenario file (.yaml), no matrix "
                    "value (key=value)",
                    report::printable(other)));
  }
  if (::access(other.c_str(), X_OK) != 0) {
    return bad(fmt::format("--vs {}: this file is no program", report::printable(other)));
  }
  Opponent opponent{names_of(selected), other, std::filesystem::absolute(other).string(), {}};
  for (const Scenario& scenario : selected) {
    opponent.duels.push_back({scenario.id(), scenario.id()});
  }
  return opponent;
}

}  // namespace

base::Result<Opponent> find_opponent(std::span<const Scenario> selected, const std::string& other) {
  if (is_scenario_file(other)) {
    return by_scenario(selected, other);
  }
  std::error_code ignored;
  const bool is_there = std::filesystem::exists(other, ignored);
  return other.find('=') != std::string::npos && !is_there ? by_matrix(selected, other)
                                                           : by_build(selected, other);
}

}  // namespace procession::cli
