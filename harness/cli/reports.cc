// SPDX-License-Identifier: MIT
#include "harness/cli/reports.h"

#include "harness/cli/command_line.h"
#include "harness/cli/history_file.h"
#include "harness/report/bencher.h"
#include "harness/report/csv.h"
#include "harness/report/github_benchmark.h"
#include "harness/report/hdr.h"
#include "harness/report/json.h"
#include "harness/report/junit.h"
#include "harness/report/markdown.h"
#include "harness/report/openmetrics.h"
#include "harness/report/printable.h"
#include "harness/report/trace_events.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <utility>

namespace procession::cli {

namespace {

struct Format {
  const char* option;
  const char* variable;  // of the environment
  const char* description;
  std::string (*render)(const report::SessionResult&, const report::HtmlOptions&);
};

// A format that shows a session and nothing beside it.
template <std::string (*render)(const report::SessionResult&)>
std::string alone(const report::SessionResult& session, const report::HtmlOptions& /*beside*/) {
  return render(session);
}

constexpr Format kFormats[] = {
    {"--json", "PROCESSION_JSON", "Write the whole result there", alone<report::to_json>},
    {"--junit", "PROCESSION_JUNIT", "Write a JUnit report there", alone<report::to_junit>},
    {"--html", "PROCESSION_HTML", "Write a page for browsers there", report::to_html},
    {"--markdown", "PROCESSION_MARKDOWN", "Write a summary in Markdown there",
     alone<report::to_markdown>},
    {"--trace", "PROCESSION_TRACE", "Write the shown runs there, for ui.perfetto.dev",
     alone<report::to_trace_events>},
    {"--hlog", "PROCESSION_HLOG", "Write all histograms there, as a log of HdrHistogram",
     alone<report::to_hlog>},
    {"--openmetrics", "PROCESSION_OPENMETRICS", "Write all figures there, for Prometheus",
     alone<report::to_openmetrics>},
    {"--csv", "PROCESSION_CSV", "Write all figures there, a row for each statistic",
     alone<report::to_csv>},
    {"--bencher", "PROCESSION_BENCHER", "Write figures there, for Bencher",
     alone<report::to_bencher>},
    {"--smaller-is-better", "PROCESSION_SMALLER_IS_BETTER",
     "Write times there, for github-action-benchmark", alone<report::to_smaller_is_better>},
    {"--bigger-is-better", "PROCESSION_BIGGER_IS_BETTER",
     "Write rates there, for github-action-benchmark", alone<report::to_bigger_is_better>},
};

}  // namespace

void add_reports(CLI::App& command, ReportPaths& paths) {
  for (const Format& format : kFormats) {
    const std::string name = format.option;
    command
        .add_option_function<std::string>(
            name, [&paths, name](const std::string& path) { paths.by_option[name] = path; },
            format.description)
        ->type_name("FILE")
        ->envname(format.variable);
  }
}

void add_kept_results(CLI::App& command, ReportPaths& paths) {
  paths.no_results = false;
  command
      .add_option("--results", paths.results,
                  fmt::format("Write {} into this folder ({})", kResultName, kResultsFolder))
      ->type_name("DIR")
      ->envname("PROCESSION_RESULTS");
  command
      .add_flag("--no-results", paths.no_results,
                "Write no result that was not asked for with another option")
      ->envname("PROCESSION_NO_RESULTS");
  command
      .add_option("--history", paths.history,
                  fmt::format("Add the figures to this history, such as {}", kHistoryFile))
      ->type_name("FILE")
      ->envname("PROCESSION_HISTORY");
}

base::Result<> Reports::add(const std::string& path, Render render) {
  base::Result<ResultFile> file = ResultFile::open(path);
  if (!file) {
    return std::move(file).error();
  }
  reports_.push_back({std::move(file).value(), render});
  return {};
}

base::Result<> Reports::add_results(const std::string& folder) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) {
    return base::system_error("make " + folder, problem.value());
  }
  return add(folder + "/" + kResultName, alone<report::to_json>);
}

base::Result<Reports> Reports::open(const ReportPaths& paths) {
  Reports reports;
  reports.history_ = paths.history;
  // First, so that others may be in that folder.
  if (paths.results) {
    if (base::Result<> added = reports.add_results(*paths.results); !added) {
      return std::move(added).error();
    }
  } else if (!paths.no_results) {
    if (const base::Result<> added = reports.add_results(kResultsFolder); !added) {
      put_note(fmt::format("no result is kept: {}", report::printable(added.error().message)));
    }
  }
  for (const Format& format : kFormats) {
    const auto path = paths.by_option.find(format.option);
    if (path == paths.by_option.end() || path->second.empty()) {
      continue;
    }
    if (base::Result<> added = reports.add(path->second, format.render); !added) {
      return std::move(added).error();
    }
  }
  return reports;
}

base::Result<> Reports::write(const report::SessionResult& session,
                              const report::HtmlOptions& beside) {
  base::Result<> all;
  for (Report& report : reports_) {
    base::Result<> written = report.file.append(report.render(session, beside));
    if (written) {
      written = report.file.commit();
    }
    if (all && !written) {
      all = std::move(written);
    }
  }
  if (!history_.empty()) {
    const base::Result<bool> added = append_to_history(history_, session);
    if (all && !added) {
      all = added.error();
    }
  }
  return all;
}

}  // namespace procession::cli
