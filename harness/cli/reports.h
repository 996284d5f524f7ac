// SPDX-License-Identifier: MIT
#pragma once
// The files that a command writes its result into: each format by an option of its own, and the
// results folder. All are opened before anything happens, so that a place that cannot be written is
// known early; and written whole at the end.

#include "harness/base/result.h"
#include "harness/cli/result_file.h"
#include "harness/report/html.h"
#include "harness/report/result.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace procession::cli {

inline constexpr const char* kResultsFolder = "results/latest";
inline constexpr const char* kResultName = "result.json";  // in a results folder

struct ReportPaths {
  std::map<std::string, std::string> by_option;  // "--junit" → FILE
  // A folder for result.json; none: kResultsFolder, for commands that have `add_kept_results`.
  std::optional<std::string> results;
  bool no_results = true;
  std::string history;  // a file that the figures are added to; empty: none
};

// --json, --junit, --markdown …
void add_reports(CLI::App& command, ReportPaths& paths);

// --results, --no-results and --history: for commands that play something.
void add_kept_results(CLI::App& command, ReportPaths& paths);

class Reports {
 public:
  // A results folder that nobody asked for and that cannot be made is told about, and is no error.
  [[nodiscard]] static base::Result<Reports> open(const ReportPaths& paths);

  // At most once. The first error; the other reports are written all the same.
  base::Result<> write(const report::SessionResult& session,
                       const report::HtmlOptions& beside = {});

 private:
  using Render = std::string (*)(const report::SessionResult&, const report::HtmlOptions&);
  struct Report {
    ResultFile file;
    Render render;
  };
  base::Result<> add(const std::string& path, Render render);
  base::Result<> add_results(const std::string& folder);

  std::vector<Report> reports_;
  std::string history_;
};

}  // namespace procession::cli
