// SPDX-License-Identifier: MIT
#include "harness/cli/scenario_benchmark.h"

#include "harness/base/text.h"
#include "harness/cli/circumstances.h"
#include "harness/cli/requirements.h"
#include "harness/cli/session.h"
#include "harness/report/printable.h"
#include "harness/verify/judge.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>
#include <vector>

namespace procession::cli {

namespace {

using report::Outcome;

// So many runs of one scenario, with how long each took.
class Series final : public run::Observer {
 public:
  Series(const Prepared& prepared, std::uint32_t runs, BenchProgress& progress)
      : prepared_(prepared),
        runs_(runs),
        progress_(progress),
        judge_(prepared.scenario, prepared.plan.view()) {}

  base::Result<> play(const run::Options& options) {
    bool given = false;
    const auto once = [&]() -> std::optional<run::Work> {
      if (std::exchange(given, true)) {
        return std::nullopt;
      }
      return run::Work{prepared_.plan.view(), runs_, prepared_.scenario.timeout};
    };
    const base::Result<> played = run::play(once, *this, options);
    return played ? how_ : played;
  }

  bool record(std::size_t, trace::Record record) override {
    if (record.stopped) {
      return false;
    }
    judge_.add(record);
    progress_.played();
    times_.push_back(record.ended.value_or(record.started + prepared_.scenario.timeout) -
                     record.started);
    return !judge_.hopeless();
  }
  void done(std::size_t, base::Result<> how) override { how_ = std::move(how); }
  void tick() override { progress_.tick(); }

  [[nodiscard]] const std::vector<base::Duration>& times() const { return times_; }
  [[nodiscard]] verify::Judgement judgement() const { return judge_.judgement(); }

 private:
  const Prepared& prepared_;
  std::uint32_t runs_;
  BenchProgress& progress_;
  verify::Judge judge_;
  std::vector<base::Duration> times_;
  base::Result<> how_;
};

// The library takes no time of zero: a rate over it is no number.
double seconds(base::Duration time) {
  return std::chrono::duration<double>(std::max(time, base::Duration(1))).count();
}

// "client on 1, server on 0"
std::string label_of(const Facts& placement) {
  std::string label;
  for (const auto& [process, cpus] : placement) {
    label += fmt::format("{}{} on {}", label.empty() ? "" : ", ", process, cpus);
  }
  return label;
}

// A statistic that is not known has no counter: JSON has no number for it.
void count(benchmark::State& state, const std::string& name, const std::optional<double>& value) {
  if (value) {
    state.counters[name] = *value;
  }
}

// What is only a lower bound says so in its name; what is invalid is not counted.
void count_figures(benchmark::State& state, const std::vector<measure::Figure>& figures) {
  for (const measure::Figure& figure : figures) {
    if (!figure.invalid.empty()) {
      continue;
    }
    const auto name = [&](const std::string& statistic) {
      return fmt::format("{}.{}{}_{}", figure.name,
                         figure.is_at_least(statistic) ? "at_least." : "", statistic, figure.unit);
    };
    state.counters[figure.name + ".n"] = static_cast<double>(figure.count);
    count(state, name("mean"), figure.mean);
    for (const measure::Figure::Percentile& percentile : figure.percentiles) {
      count(state, name(fmt::format("p{}", percentile.percent)), percentile.value);
    }
    count(state, name("max"), figure.max);
  }
}

void count_numbers(benchmark::State& state, const std::vector<measure::Number>& numbers) {
  for (const measure::Number& number : numbers) {
    if (number.invalid.empty()) {
      state.counters[number.name + (number.unit == "/s" ? "_per_second" : "")] = number.value;
    }
  }
}

// "invalid: main in run 1: the client lagged …": the first reason why something is not counted.
std::string invalid_of(const verify::Judgement& judgement) {
  for (const measure::Number& number : judgement.numbers) {
    if (!number.invalid.empty()) {
      return fmt::format("invalid: {}", number.invalid);
    }
  }
  for (const measure::Figure& figure : judgement.figures) {
    if (!figure.invalid.empty()) {
      return fmt::format("invalid: {}", figure.invalid);
    }
  }
  return {};
}

}  // namespace

ScenarioBenchmark::ScenarioBenchmark(Prepared prepared, const BenchOptions& options)
    : prepared_(std::move(prepared)), options_(options) {
  prepared_.scenario.timeout = options_.timeout.value_or(prepared_.scenario.timeout);
}

std::string ScenarioBenchmark::name() const {
  std::string name = prepared_.scenario.file;
  for (const std::string_view part : base::split(prepared_.scenario.matrix, ',')) {
    const std::size_t equals = part.find('=');
    name += equals == std::string_view::npos
                ? ""
                : fmt::format("/{}:{}", part.substr(0, equals), part.substr(equals + 1));
  }
  return report::printable(name);
}

std::optional<std::uint32_t> ScenarioBenchmark::runs() const {
  const std::uint32_t in_file = prepared_.scenario.runs;
  return options_.runs || in_file <= 1 ? options_.runs : std::optional(in_file);
}

void ScenarioBenchmark::skip(benchmark::State& state, Outcome outcome, std::string reason) {
  result_->outcome = outcome;
  result_->reason = std::move(reason);
  state.SkipWithError(
      fmt::format("{}: {}", report::to_string(outcome), report::printable(result_->reason))
          .c_str());
}

void ScenarioBenchmark::measure(benchmark::State& state, std::optional<base::Error>& stop,
                                BenchProgress& progress) {
  progress.begin(name(), static_cast<std::uint64_t>(state.max_iterations));
  play_and_judge(state, stop, progress);
  progress.end(report::is_failure(result_->outcome));
}

void ScenarioBenchmark::play_and_judge(benchmark::State& state, std::optional<base::Error>& stop,
                                       BenchProgress& progress) {
  if (result_ && report::is_failure(result_->outcome)) {
    return skip(state, result_->outcome, result_->reason);
  }
  result_ = result_of(prepared_.scenario);
  if (stop) {
    return skip(state, Outcome::Stopped, stop->message);
  }
  if (const std::optional<std::string> lacking = unmet(prepared_.scenario)) {
    return skip(state, Outcome::Skipped, *lacking);
  }
  const StolenTime stolen;
  Series series(prepared_, static_cast<std::uint32_t>(state.max_iterations), progress);
  if (const base::Result<> played = series.play(options_.playing); !played) {
    const bool by_user = played.error().kind == base::ErrorKind::Interrupted;
    stop = by_user ? std::optional(played.error()) : std::nullopt;
    return skip(state, by_user ? Outcome::Stopped : Outcome::Failed, played.error().message);
  }
  result_->runs = static_cast<std::uint32_t>(series.times().size());
  result_->run_walls = series.times();
  result_->run_walls.resize(
      std::min(result_->run_walls.size(), report::ScenarioResult::kMostRunWalls));
  result_->wall = std::accumulate(series.times().begin(), series.times().end(), base::Duration{});
  result_->placement = placement_of(prepared_.scenario);
  result_->graph = graph_for(prepared_);
  result_->judgement = series.judgement();
  const verify::Judgement& judgement = result_->judgement;
  result_->outcome = report::outcome_of(judgement);
  if (result_->outcome != Outcome::AsExpected) {
    return skip(state, result_->outcome, report::first_unexpected(judgement));
  }
  auto time = series.times().begin();
  for (auto _ : state) {
    state.SetIterationTime(seconds(*time++));
  }
  state.counters["runs_per_second"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  state.counters["steal"] = stolen.share();
  count_figures(state, judgement.figures);
  count_numbers(state, judgement.numbers);
  const std::string placed = label_of(placement_of(prepared_.scenario));
  const std::string invalid = report::printable(invalid_of(judgement));
  state.SetLabel(placed + (placed.empty() || invalid.empty() ? "" : "; ") + invalid);
}

}  // namespace procession::cli
