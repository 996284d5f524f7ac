// SPDX-License-Identifier: MIT
#include "harness/report/openmetrics.h"

#include "harness/measure/hdr_encoding.h"
#include "harness/measure/histogram.h"
#include "harness/report/json.h"
#include "harness/report/printable.h"
#include "harness/report/rows.h"

#include <fmt/format.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

namespace procession::report {

namespace {

using measure::Histogram;

// ns
constexpr std::int64_t kBounds[] = {
    1'000,         2'000,         5'000,         10'000,         20'000,         50'000,
    100'000,       200'000,       500'000,       1'000'000,      2'000'000,      5'000'000,
    10'000'000,    20'000'000,    50'000'000,    100'000'000,    200'000'000,    500'000'000,
    1'000'000'000, 2'000'000'000, 5'000'000'000, 10'000'000'000, 20'000'000'000, 60'000'000'000};

constexpr double kNanoseconds = 1e9;  // in a second

std::string escape(std::string_view text) {
  std::string escaped;
  for (const char c : valid_utf8(text)) {
    escaped += c == '\\' ? "\\\\" : c == '"' ? "\\\"" : c == '\n' ? "\\n" : std::string(1, c);
  }
  return escaped;
}

// 0.001, 1e-05, 20.0: as the format's canonical numbers are written.
std::string number(double value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

std::string to_text(Labels labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", name, escape(value));
  }
  return text;
}

// A family of metrics: its series stand together.
class Family {
 public:
  Family(std::string_view name, std::string_view type, std::string_view unit, std::string_view help)
      : name_(name), text_(fmt::format("# TYPE {} {}\n", name, type)) {
    if (!unit.empty()) {
      text_ += fmt::format("# UNIT {} {}\n", name, unit);
    }
    text_ += fmt::format("# HELP {} {}\n", name, help);
  }

  void add(const std::string& labels, double value) {
    if (is_new(labels)) {
      text_ += fmt::format("{}{{{}}} {}\n", name_, labels, number(value));
    }
  }

  void add(const std::string& labels, const Histogram& histogram);

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  bool is_new(const std::string& labels) { return known_.insert(labels).second; }

  std::string name_;
  std::string text_;
  std::set<std::string> known_;
};

void Family::add(const std::string& labels, const Histogram& histogram) {
  if (!is_new(labels)) {
    return;
  }
  std::uint64_t count = 0;
  double sum = 0;
  std::size_t cell = 0;
  const auto count_up_to = [&](std::int64_t bound) {
    for (; cell < Histogram::kCells && Histogram::lowest_of(cell) <= bound; ++cell) {
      const std::uint64_t values = histogram.cells()[cell];
      count += values;
      sum += static_cast<double>(values) * static_cast<double>(Histogram::middle_of(cell));
    }
  };
  for (const std::int64_t bound : kBounds) {
    count_up_to(bound);
    text_ += fmt::format("{}_bucket{{{},le=\"{}\"}} {}\n", name_, labels,
                         number(static_cast<double>(bound) / kNanoseconds), count);
  }
  count_up_to(Histogram::lowest_of(Histogram::kCells - 1));
  text_ += fmt::format("{}_bucket{{{},le=\"+Inf\"}} {}\n", name_, labels, count);
  text_ += fmt::format("{}_count{{{}}} {}\n", name_, labels, count);
  text_ += fmt::format("{}_sum{{{}}} {}\n", name_, labels, number(sum / kNanoseconds));
}

std::string outcomes_text(const SessionResult& session) {
  Family family("procession_scenarios", "gauge", "", "Scenario instances that came to an outcome.");
  const Counts counts = count_outcomes(session);
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    family.add(to_text({{"outcome", json_key(static_cast<Outcome>(i))}}),
               static_cast<double>(counts[i]));
  }
  return family.text();
}

std::string scenarios_text(const SessionResult& session) {
  Family failed("procession_failed", "gauge", "", "1 if the scenario instance failed, else 0.");
  Family runs("procession_runs", "gauge", "", "Runs that were played.");
  Family wall("procession_wall_seconds", "gauge", "seconds", "How long all runs took together.");
  for (const ScenarioResult& scenario : session.scenarios) {
    const std::string labels = to_text({{"scenario", scenario.id}});
    failed.add(labels, is_failure(scenario.outcome) ? 1 : 0);
    runs.add(labels, scenario.runs);
    wall.add(labels, static_cast<double>(scenario.wall.count()) / kNanoseconds);
  }
  return failed.text() + runs.text() + wall.text();
}

std::string histograms_text(const SessionResult& session) {
  Family family("procession_figure_seconds", "histogram", "seconds",
                "What was measured, all runs together.");
  for (const ScenarioResult& scenario : session.scenarios) {
    for (const measure::Figure& figure : figures_of(scenario)) {
      const auto histogram = std::make_unique<Histogram>();
      if (figure.unit == "ns" && figure.invalid.empty() && figure.at_least.empty() &&
          !figure.histogram.empty() && measure::hdr_decode(figure.histogram, *histogram)) {
        family.add(to_text({{"scenario", scenario.id}, {"figure", figure.name}}), *histogram);
      }
    }
  }
  return family.text();
}

std::string numbers_text(const SessionResult& session) {
  Family statistics("procession_statistic_seconds", "gauge", "seconds",
                    "Statistics of what was measured.");
  Family rates("procession_rate", "gauge", "", "Of loads, a second; of several runs the median.");
  Family counts("procession_count", "gauge", "", "Of loads; of several runs the median.");
  for (const Row& row : rows_of(session)) {
    if (!row.invalid.empty() || row.at_least) {
      continue;
    }
    if (row.unit == "ns") {
      statistics.add(
          to_text(
              {{"scenario", row.scenario}, {"figure", row.figure}, {"statistic", row.statistic}}),
          row.value / kNanoseconds);
    } else {
      Family& family = row.unit == "/s" ? rates : counts;
      family.add(to_text({{"scenario", row.scenario}, {"figure", row.figure}}), row.value);
    }
  }
  return statistics.text() + rates.text() + counts.text();
}

}  // namespace

std::string to_openmetrics(const SessionResult& session) {
  return outcomes_text(session) + scenarios_text(session) + histograms_text(session) +
         numbers_text(session) + "# EOF\n";
}

}  // namespace procession::report
