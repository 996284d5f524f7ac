// SPDX-License-Identifier: MIT
#include "harness/scenario/whole_file.h"

#include "harness/base/text.h"
#include "harness/scenario/keys.h"
#include "harness/scenario/source_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace procession::scenario {

namespace {

using LinesOfLabels = std::map<std::string, int>;

// Also inside loops and handlers: their events are the process's.
void collect_labels(const std::vector<Step>& steps, const std::string& owner, LinesOfLabels& lines,
                    Diagnostics& problems) {
  for (const Step& step : steps) {
    if (!step.label.empty()) {
      const auto [first, is_new] = lines.try_emplace(step.label, step.at.line);
      if (!is_new) {
        problems.add(step.at, fmt::format("the label {} of {} is already on line {}",
                                          quote(step.label), owner, first->second));
      }
    }
    collect_labels(step.steps, owner, lines, problems);
  }
}

template <class Visit>
void for_each_step(const std::vector<Step>& steps, const Visit& visit) {
  for (const Step& step : steps) {
    visit(step);
    for_each_step(step.steps, visit);
  }
}

template <class Visit>
void for_each_step(const Scenario& scenario, const Visit& visit) {
  for_each_step(scenario.module, visit);
  for (const Process& process : scenario.processes) {
    for_each_step(process.steps, visit);
  }
}

void check_text(const Node& node, const MatrixRow& row, Diagnostics& problems) {
  const std::string_view text = node.text;
  for (std::size_t open = text.find("${"); open != std::string_view::npos;
       open = text.find("${", open + 2)) {
    Position at = node.text_at;
    at.column += static_cast<int>(characters_before(text, open));
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) {
      problems.add(at, "`${` without `}`");
      return;
    }
    const std::string_view name = text.substr(open + 2, close - open - 2);
    const bool of_another_process = name.find('.') != std::string_view::npos;
    std::vector<std::string_view> known = fact_names();
    if (of_another_process || std::ranges::find(known, name) != known.end()) {
      continue;
    }
    for (const auto& [key, value] : row) {
      known.emplace_back(key);
    }
    const auto nearest = base::nearest_word(name, known);
    problems.add(at, fmt::format("`${{{}}}` is neither a fact nor a key of the matrix", name),
                 nearest ? fmt::format("did you mean `${{{}}}`?", *nearest) : std::string());
  }
}

}  // namespace

void check_labels(const Scenario& scenario, Diagnostics& problems) {
  LinesOfLabels of_module;
  collect_labels(scenario.module, "`module`", of_module, problems);
  for (const Process& process : scenario.processes) {
    LinesOfLabels lines = of_module;
    collect_labels(process.steps, "`" + process.name + "`", lines, problems);
  }
}

void check_symbols(const Scenario& scenario, Diagnostics& problems) {
  std::set<std::string, std::less<>> raised;
  for_each_step(scenario, [&](const Step& step) {
    if (step.verb == Verb::Raise) {
      raised.insert(step.operand.value);
    }
  });
  std::vector<std::string_view> known = symbol_names();
  known.insert(known.end(), raised.begin(), raised.end());
  for_each_step(scenario, [&](const Step& step) {
    for (const Text& symbol : step.fails.symbols) {
      if (std::ranges::find(known, symbol.value) == known.end()) {
        const auto nearest = base::nearest_word(symbol.value, known);
        problems.add(symbol.at, fmt::format("{} is no error", quote(symbol.value)),
                     nearest ? fmt::format("did you mean `{}`?", *nearest) : std::string());
      }
    }
  });
}

void check_facts(const Node& node, const MatrixRow& row, Diagnostics& problems) {
  if (node.is_scalar()) {
    check_text(node, row, problems);
  }
  for (const Node& item : node.items) {
    check_facts(item, row, problems);
  }
  for (const Entry& entry : node.entries) {
    check_facts(entry.value, row, problems);
  }
}

}  // namespace procession::scenario
