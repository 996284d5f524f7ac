// SPDX-License-Identifier: MIT
#include "harness/verify/fits.h"

#include "harness/scenario/symbol.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

namespace procession::verify {

namespace {

constexpr int kLastSignal = 64;

bool is_status(std::int32_t status) {
  const int signal = trace::status_signal(status);
  return trace::ended_by_signal(status) ? signal >= 1 && signal <= kLastSignal && status < 256 + 256
                                        : status >= 0;
}

bool is_symbol(const plan::Plan& plan, std::int32_t error) {
  const auto raised = static_cast<std::int64_t>(plan.raised().size());
  return error >= 0 && error < scenario::kFirstRaised + raised;
}

bool is_instance(const trace::Record& record, std::uint32_t instance) {
  return instance == trace::kNoSlot || instance < record.processes.size();
}

bool is_cause(const trace::Record& record, const trace::Cause& cause) {
  return is_instance(record, cause.instance) &&
         (cause.instance == trace::kNoSlot || cause.line == trace::kEndLine ||
          cause.line < record.processes[cause.instance].events.size());
}

bool is_step_of(const plan::Plan& plan, plan::InstanceId id, const trace::Event& event) {
  if (event.step >= plan.steps().size() || plan.step(event.step).self != id) {
    return false;
  }
  const plan::Step& step = plan.step(event.step);
  if (event.kind == trace::Line::Phase) {
    return event.answer >= 0 && event.answer < std::int64_t{trace::kPhases} &&
           plan::has_phase(plan, step, static_cast<std::uint32_t>(event.answer));
  }
  return event.kind != trace::Line::Got ||
         (step.verb == scenario::Verb::Handle && step.action == scenario::SignalAction::Steps);
}

std::optional<std::string> misfit(const plan::Plan& plan, const trace::Record& record,
                                  plan::InstanceId id) {
  const trace::Process& process = record.processes[id];
  if (!process.started && (process.began || !process.events.empty())) {
    return "played without being started";
  }
  if (process.status && !is_status(*process.status)) {
    return fmt::format("ended with status {}, which is none", *process.status);
  }
  if (!is_instance(record, process.reaped_by)) {
    return "was reaped by a process that the plan does not have";
  }
  for (const trace::Event& event : process.events) {
    if (!is_step_of(plan, id, event)) {
      return fmt::format("played step {}, which is none of its steps", event.step);
    }
    if (!is_symbol(plan, event.error)) {
      return fmt::format("failed with error {}, which there is not", event.error);
    }
    if (!is_cause(record, event.cause)) {
      return "has an event with a cause that the record does not have";
    }
  }
  return std::nullopt;
}

// More than any load counts: so sums of such numbers have room.
constexpr std::uint64_t kMostCounted = std::uint64_t{1} << 48;
// Likewise for times: with all connections of a load added up, over years.
constexpr std::int64_t kLongest = std::int64_t{1} << 58;

bool is_count(std::uint64_t count) { return count <= kMostCounted; }
bool is_sum(std::int64_t ns) { return ns >= -kLongest && ns <= kLongest; }
bool is_time(std::int64_t ns) { return ns >= 0 && ns <= kLongest; }

// Of values that a histogram can have counted.
bool is_series(const trace::SeriesCounts& series) {
  std::uint64_t sum = 0;
  for (const trace::CellCount& cell : series.cells) {
    if (cell.cell >= measure::Histogram::kCells || !is_count(cell.count) || !is_count(sum)) {
      return false;
    }
    sum += cell.count;
  }
  return is_count(sum) && series.min >= 0 && series.min <= series.max &&
         series.max <= measure::Histogram::kHighest;
}

bool are_counts(const trace::PhaseCounts& counts) {
  const auto numbers = {counts.due,        counts.sent,  counts.dropped, counts.answered,
                        counts.unfinished, counts.ended, counts.bytes};
  const auto sums = {counts.population_ns, counts.think_ns};
  return std::ranges::all_of(numbers, is_count) && std::ranges::all_of(counts.failed, is_count) &&
         std::ranges::all_of(counts.at_least, is_count) && is_time(counts.begin) &&
         is_time(counts.end) && std::ranges::all_of(sums, is_sum) &&
         std::ranges::all_of(counts.least_unfinished, is_time) &&
         (counts.end == 0 || counts.begin <= counts.end);
}

// All phases, each that began with all series.
bool is_load(const trace::Load& load) {
  const auto is_phase = [](const trace::LoadPhase& phase) {
    const bool has_all =
        phase.counts.begin == 0 ? phase.series.empty() : phase.series.size() == trace::kSeries;
    return has_all && are_counts(phase.counts) && std::ranges::all_of(phase.series, is_series);
  };
  return (load.phases.empty() || load.phases.size() == trace::kPhases) &&
         is_count(load.connections) && is_time(load.window_ns) &&
         load.windows.size() <= trace::LoadArea::kWindows &&
         std::ranges::all_of(load.phases, is_phase);
}

}  // namespace

base::Result<> fits(const plan::Plan& plan, const trace::Record& record) {
  const auto bad = [&](const std::string& why) {
    return base::Error{base::ErrorKind::BadInput,
                       fmt::format("run {} cannot be of this plan: {}", record.run + 1, why)};
  };
  if (record.processes.size() != plan.instances().size()) {
    return bad(fmt::format("it has {} processes, the plan {}", record.processes.size(),
                           plan.instances().size()));
  }
  for (plan::InstanceId id = 0; id < record.processes.size(); ++id) {
    if (const auto why = misfit(plan, record, id)) {
      return bad(fmt::format("{} {}", plan.text(plan.instance(id).path), *why));
    }
  }
  const bool has_its_loads = record.loads.empty() || record.loads.size() == plan.loads().size();
  if (!has_its_loads || !std::ranges::all_of(record.loads, is_load)) {
    return bad("what its loads have counted is not what loads of this plan count");
  }
  return {};
}

}  // namespace procession::verify
