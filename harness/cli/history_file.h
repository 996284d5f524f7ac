// SPDX-License-Identifier: MIT
#pragma once
// Between results and the history (history/history.h): what of a session goes into it, and what of
// it is read to be shown. The history is for looking: nobody decides anything by it.

#include "harness/base/result.h"
#include "harness/report/result.h"
#include "harness/report/series.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace procession::cli {

inline constexpr const char* kHistoryFile = "results/history.db";

// All rows (report/rows.h) of scenarios that came out as their files want it, but what is invalid:
// of others, times mean nothing. The folder is made if it does not exist. False: the session was in
// it before.
[[nodiscard]] base::Result<bool> append_to_history(const std::string& path,
                                                   const report::SessionResult& session);

// What is wanted of a history. Without anything: all.
struct HistoryQuery {
  std::vector<std::string> filters;  // patterns of whole scenario ids, as --filter has them
  std::string figure;                // see figure_matches; empty: all
  std::optional<std::size_t> last;   // so many points of each series at most, the latest ones
};

// By scenario and figure; each has a point at least. BadInput if there is no history, and as
// History::open says.
[[nodiscard]] base::Result<std::vector<report::Series>> read_history(const std::string& path,
                                                                     const HistoryQuery& query);

// What may be asked for, and how much there is of it.
struct HistoryFigure {
  std::string scenario;
  std::string figure;  // with its statistic: "load.response.p99"
  std::uint64_t points = 0;
  std::string last;  // when the latest of them began
};
[[nodiscard]] base::Result<std::vector<HistoryFigure>> list_history(const std::string& path,
                                                                    const HistoryQuery& query);

// `wanted` is "load.response.p99" or "load.rate", as expectations call it; "load.response" alone is
// its median; with * or ? it is a pattern of all that.
[[nodiscard]] bool figure_matches(std::string_view wanted, std::string_view name,
                                  std::string_view statistic);

}  // namespace procession::cli
