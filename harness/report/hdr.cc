// SPDX-License-Identifier: MIT
#include "harness/report/hdr.h"

#include "harness/base/text.h"
#include "harness/measure/hdr_encoding.h"
#include "harness/measure/hdr_log.h"
#include "harness/measure/histogram.h"
#include "harness/measure/percentile_table.h"
#include "harness/report/printable.h"
#include "harness/report/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace procession::report {

namespace {

using measure::Figure;
using measure::Histogram;

constexpr base::Duration kShortest = std::chrono::milliseconds(1);

// Of "2024-05-01T12:00:00Z"; 0 of anything else.
base::Duration since_1970(const std::string& time) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (std::sscanf(time.c_str(), "%4d-%2u-%2uT%2d:%2d:%2dZ", &year, &month, &day, &hour, &minute,
                  &second) != 6) {
    return {};
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok() || year < 1970 || year > 2200) {
    return {};
  }
  return std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second);
}

std::string tag_of(const ScenarioResult& scenario, const Figure& figure) {
  std::string tag;
  for (const char c : valid_utf8(scenario.id + "/" + figure.name)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_special = byte <= 0x20 || byte == 0x7F || c == ',' || c == '%';
    tag += is_special ? fmt::format("%{:02X}", byte) : std::string(1, c);
  }
  return tag;
}

// Calls `each` with every figure of which the values are known.
void for_each_histogram(
    const SessionResult& session,
    const std::function<void(const ScenarioResult&, const Figure&, const Histogram&)>& each) {
  for (const ScenarioResult& scenario : session.scenarios) {
    for (const Figure& figure : figures_of(scenario)) {
      const auto histogram = std::make_unique<Histogram>();
      if (!figure.histogram.empty() && measure::hdr_decode(figure.histogram, *histogram)) {
        each(scenario, figure, *histogram);
      }
    }
  }
}

base::Error not_one(std::string_view scenario, std::string_view figure,
                    const std::vector<std::string>& found, const std::vector<std::string>& known) {
  const std::string asked =
      printable(scenario.empty() ? std::string(figure) : fmt::format("{} {}", scenario, figure));
  const std::string which =
      known.empty() ? "no figure of this result has values"
      : found.empty()
          ? fmt::format("no such figure; there are {}", base::enumerate_words(known))
          : fmt::format("more than one; say of which scenario: {}", base::enumerate_words(found));
  return {base::ErrorKind::BadInput, asked + ": " + which};
}

}  // namespace

std::string to_hlog(const SessionResult& session) {
  std::string log = measure::hdr_log_head(since_1970(session.started));
  for_each_histogram(session, [&](const ScenarioResult& scenario, const Figure& figure,
                                  const Histogram& histogram) {
    const base::Duration length = std::max<base::Duration>(scenario.wall, kShortest);
    log += measure::hdr_log_line({tag_of(scenario, figure), {}, length}, histogram);
  });
  return log;
}

base::Result<std::string> to_hgrm(const SessionResult& session, std::string_view scenario,
                                  std::string_view figure) {
  std::vector<std::string> found;
  std::vector<std::string> known;
  std::string table;
  for_each_histogram(
      session, [&](const ScenarioResult& of, const Figure& each, const Histogram& histogram) {
        known.push_back(printable(of.id + " " + each.name));
        if (each.name == figure && (scenario.empty() || of.id == scenario)) {
          found.push_back(known.back());
          table = measure::format_percentile_table(measure::percentile_table(histogram));
        }
      });
  if (found.size() != 1) {
    return not_one(scenario, figure, found, known);
  }
  return table;
}

}  // namespace procession::report
