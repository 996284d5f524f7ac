// SPDX-License-Identifier: MIT
#pragma once
// The reports that a command was asked for: opened before anything happens, so that a place that
// cannot be written is known early; written whole at the end.

#include "harness/base/result.h"
#include "harness/cli/result_file.h"
#include "harness/report/result.h"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace procession::cli {

struct ReportPaths {
  std::string json;  // empty: not wanted
  std::string junit;
};

// --json and --junit.
void add_reports(CLI::App& command, ReportPaths& paths);

class Reports {
 public:
  [[nodiscard]] static base::Result<Reports> open(const ReportPaths& paths);

  // At most once. The first error; the other reports are written all the same.
  base::Result<> write(const report::SessionResult& session);

 private:
  struct Report {
    ResultFile file;
    std::string (*render)(const report::SessionResult&);
  };
  std::vector<Report> reports_;
};

}  // namespace procession::cli
