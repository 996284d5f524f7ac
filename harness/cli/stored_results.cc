// SPDX-License-Identifier: MIT
#include "harness/cli/stored_results.h"

#include "harness/cli/read_file.h"
#include "harness/cli/reports.h"
#include "harness/report/printable.h"
#include "harness/report/read_result.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

namespace procession::cli {

namespace {

namespace fs = std::filesystem;

base::Result<std::string> file_of(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) {
    return path;
  }
  const fs::path file = fs::path(path) / kResultName;
  if (!fs::exists(file, ignored)) {
    return base::Error{base::ErrorKind::BadInput,
                       fmt::format("{} holds no {}: `procession run PATHS --results {}` writes one",
                                   report::printable(path), kResultName, report::printable(path))};
  }
  return file.string();
}

// "a" and "b" → "a | b", unless it says so already.
void add_fact(std::string& fact, const std::string& other) {
  if (fact != other && (" | " + fact + " | ").find(" | " + other + " | ") == std::string::npos) {
    fact += " | " + other;
  }
}

void add_machine(report::SessionResult& all, const report::SessionResult& session) {
  for (const auto& [name, value] : session.machine) {
    const auto known =
        std::ranges::find(all.machine, name, [](const auto& fact) { return fact.first; });
    if (known == all.machine.end()) {
      all.machine.emplace_back(name, value);
    } else {
      add_fact(known->second, value);
    }
  }
}

}  // namespace

base::Result<report::SessionResult> read_stored_result(const std::string& path) {
  const base::Result<std::string> file = file_of(path);
  if (!file) {
    return file.error();
  }
  const base::Result<std::string> text = read_whole_file(*file);
  if (!text) {
    return text.error();
  }
  base::Result<report::SessionResult> session = report::read_result(*text);
  if (!session) {
    return base::Error{base::ErrorKind::BadInput,
                       report::printable(*file) + " " + session.error().message};
  }
  return session;
}

report::SessionResult together(std::vector<report::SessionResult> sessions) {
  report::SessionResult all = std::move(sessions.front());
  std::map<std::string, int> times;
  for (const report::ScenarioResult& scenario : all.scenarios) {
    ++times[scenario.id];
  }
  for (auto session = sessions.begin() + 1; session != sessions.end(); ++session) {
    add_machine(all, *session);
    all.wall += session->wall;
    add_fact(all.command, session->command);
    all.started = std::min(all.started, session->started);
    for (report::ScenarioResult& scenario : session->scenarios) {
      if (const int before = times[scenario.id]++; before > 0) {
        scenario.id += fmt::format(" ({})", before + 1);
      }
      all.scenarios.push_back(std::move(scenario));
    }
  }
  return all;
}

}  // namespace procession::cli
