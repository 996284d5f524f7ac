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

#include "harness/report/comparison.h"
#include "harness/report/result.h"
#include "harness/report/series.h"

#include <optional>
#include <string>
#include <vector>

namespace procession::report {

// What may stand beside a session.
struct HtmlOptions {
  std::string title = "Procession";
  std::optional<ComparisonResult> comparison;  // with a baseline
  std::vector<Series> history;                 // how its figures have been: for looking
};

[[nodiscard]] std::string to_html(const SessionResult& session, const HtmlOptions& options = {});

}  // namespace procession::report
