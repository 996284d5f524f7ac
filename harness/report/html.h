// SPDX-License-Identifier: MIT
#pragma once
// HTML: the report that people read, as one page that needs no other file and no network: verdicts
// first, failures with their evidence, then for each scenario its process graph, the timeline of
// the shown run, outcomes, percentile curves, throughput and figures; at the end how to do it
// again.
//
// The page (html_page.h) is always the same; its data follow as JSON (json.h) in elements that a
// browser does not run: `session` has what is told of all scenarios, `scenario-N` one of them, with
// its percentiles as curves in place of histograms, and `course-N` its shown run. The page reads
// the latter two when somebody opens that scenario, so it shows at once however many there are.
// Texts may hold anything: they are escaped here, and shown as text alone there. The page runs no
// script and uses no style but its own, which it names by their hashes. Pure: the same values give
// the same bytes.

#include "harness/report/result.h"

#include <optional>
#include <string>
#include <vector>

namespace procession::report {

struct HtmlOptions {
  std::string title = "Procession";

  // Beside a baseline: a row for each figure. Numbers that are not known are left out.
  struct Compared {
    std::string scenario;  // id
    std::string figure;
    std::string unit;  // as a figure's
    std::optional<double> base;
    std::optional<double> current;
    std::optional<double> ratio;  // current / base, with its interval
    std::optional<double> low;
    std::optional<double> high;
    std::string verdict;  // "worse", "not worse", "cannot tell"
    bool judged = true;   // or only shown
    std::string why;      // it is so, or is not judged; may be empty
  };
  std::string base;  // what the base is, for people
  std::vector<Compared> comparison;

  // How figures have been: for looking.
  struct Point {
    std::string time;  // ISO 8601, UTC
    double value = 0;
    std::string version;        // of Procession, or of what was measured
    std::optional<double> low;  // of the interval that holds the true value with 95 % confidence
    std::optional<double> high;
    std::string machine_class;  // points of different classes are shown apart
  };
  struct History {
    std::string scenario;  // id
    std::string figure;
    std::string unit;
    std::vector<Point> points;  // by time
  };
  std::vector<History> history;
};

[[nodiscard]] std::string to_html(const SessionResult& session, const HtmlOptions& options = {});

}  // namespace procession::report
