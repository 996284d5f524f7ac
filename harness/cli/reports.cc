// SPDX-License-Identifier: MIT
#include "harness/cli/reports.h"

#include "harness/report/json.h"
#include "harness/report/junit.h"

#include <CLI/CLI.hpp>

#include <utility>

namespace procession::cli {

void add_reports(CLI::App& command, ReportPaths& paths) {
  command.add_option("--json", paths.json, "Write the whole result there")
      ->type_name("FILE")
      ->envname("PROCESSION_JSON");
  command.add_option("--junit", paths.junit, "Write a JUnit report there")
      ->type_name("FILE")
      ->envname("PROCESSION_JUNIT");
}

base::Result<Reports> Reports::open(const ReportPaths& paths) {
  const std::pair<const std::string&, std::string (*)(const report::SessionResult&)> wanted[] = {
      {paths.json, report::to_json}, {paths.junit, report::to_junit}};
  Reports reports;
  for (const auto& [path, render] : wanted) {
    if (path.empty()) {
      continue;
    }
    base::Result<ResultFile> file = ResultFile::open(path);
    if (!file) {
      return std::move(file).error();
    }
    reports.reports_.push_back({std::move(file).value(), render});
  }
  return reports;
}

base::Result<> Reports::write(const report::SessionResult& session) {
  base::Result<> all;
  for (Report& report : reports_) {
    base::Result<> written = report.file.append(report.render(session));
    if (written) {
      written = report.file.commit();
    }
    if (all && !written) {
      all = std::move(written);
    }
  }
  return all;
}

}  // namespace procession::cli
