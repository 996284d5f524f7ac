// SPDX-License-Identifier: MIT
#include "harness/report/machine_report.h"

#include "harness/report/printable.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace procession::report {

namespace {

using Json = nlohmann::ordered_json;

std::string finding_text(const Finding& finding) {
  std::string shown = fmt::format("  {:<8} {:<20} {}", to_string(finding.state), finding.name,
                                  printable(finding.value));
  shown.erase(shown.find_last_not_of(' ') + 1);
  shown += '\n';
  if (finding.state != Finding::State::Good) {
    shown += fmt::format("             without it: {}\n", printable(finding.without));
    shown += fmt::format("             to get it: {}\n", printable(finding.remedy));
  }
  return shown;
}

}  // namespace

std::string_view to_string(Finding::State state) {
  constexpr std::array<std::string_view, 3> kNames = {"good", "weaker", "missing"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string to_text(const MachineReport& report) {
  std::string shown =
      fmt::format("procession {} on {}\n\n", report.procession, printable(report.kernel));
  for (const Finding& finding : report.findings) {
    shown += finding_text(finding);
  }
  const auto lacking = std::ranges::count_if(report.findings, [](const Finding& finding) {
    return finding.state != Finding::State::Good;
  });
  return shown + (report.usable ? "\nusable" : "\nnot usable: no scenario can be played here") +
         (lacking > 0 ? fmt::format("; {} of {} could be better\n", lacking, report.findings.size())
                      : "; nothing is missing\n");
}

std::string to_json(const MachineReport& report) {
  Json document = {{"format", "procession-machine"},  {"version", 1},
                   {"procession", report.procession}, {"kernel", report.kernel},
                   {"usable", report.usable},         {"findings", Json::array()}};
  for (const Finding& finding : report.findings) {
    document["findings"].push_back({{"name", finding.name},
                                    {"state", to_string(finding.state)},
                                    {"value", finding.value},
                                    {"without", finding.without},
                                    {"remedy", finding.remedy}});
  }
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace procession::report
