// SPDX-License-Identifier: MIT
#include "harness/cli/session.h"

#include "harness/cli/circumstances.h"
#include "harness/cli/requirements.h"
#include "harness/plan/fingerprint.h"

#include <csignal>
#include <string_view>
#include <utility>

namespace procession::cli {

namespace {

using report::Outcome;
using report::ScenarioResult;

constexpr std::string_view kFailFast = "another scenario failed, and --fail-fast was given";
constexpr std::string_view kDeadline = "--deadline passed";

std::string text_of(const scenario::Scenario& scenario) {
  std::string text;
  for (const std::string& line : scenario.lines) {
    text += line + "\n";
  }
  return text;
}

trace::RecordEnd::How how_it_ended(Outcome outcome) {
  switch (outcome) {
    case Outcome::Stopped:
      return trace::RecordEnd::How::Stopped;
    case Outcome::Failed:
      return trace::RecordEnd::How::Failed;
    default:
      return trace::RecordEnd::How::Played;
  }
}

}  // namespace

ScenarioResult result_of(const scenario::Scenario& scenario) {
  ScenarioResult result;
  result.id = scenario.id();
  result.file = scenario.file;
  result.title = scenario.title;
  result.tags = scenario.tags;
  result.lines = scenario.lines;
  result.runs_wanted = scenario.runs;
  return result;
}

void add_run(ScenarioResult& result, const trace::Record& run) {
  ++result.runs;
  if (run.ended && result.run_walls.size() < ScenarioResult::kMostRunWalls) {
    result.run_walls.push_back(*run.ended - run.started);
  }
}

std::optional<verify::Graph> graph_for(const Prepared& prepared) {
  constexpr std::size_t kMostSteps = 5'000;
  const plan::Plan plan = prepared.plan.view();
  if (plan.steps().size() + plan.instances().size() > kMostSteps) {
    return std::nullopt;
  }
  return verify::graph_of(prepared.scenario, plan);
}

Session::Session(std::vector<Prepared> scenarios, SessionOptions options, Display& display)
    : scenarios_(std::move(scenarios)),
      options_(std::move(options)),
      display_(display),
      states_(scenarios_.size()),
      judges_(scenarios_.size()),
      recordings_(scenarios_.size()),
      begun_(scenarios_.size()) {
  for (Prepared& prepared : scenarios_) {
    prepared.scenario.timeout = options_.timeout.value_or(prepared.scenario.timeout);
    prepared.scenario.runs = options_.runs.value_or(prepared.scenario.runs);
    results_.push_back(result_of(prepared.scenario));
    results_.back().placement = placement_of(prepared.scenario);
  }
}

base::Result<> Session::play() {
  started_ = base::now();
  base::Result<> played = run::play([this] { return next_work(); }, *this, options_.playing);
  stop_the_rest(played);
  return played;
}

std::optional<run::Work> Session::next_work() {
  while (next_ < scenarios_.size() && !stopping_) {
    const std::size_t i = next_++;
    const scenario::Scenario& scenario = scenarios_[i].scenario;
    if (std::optional<std::string> lacking = unmet(scenario)) {
      conclude(i, Outcome::Skipped, std::move(*lacking));
      continue;
    }
    const plan::Plan plan = scenarios_[i].plan.view();
    judges_[i].emplace(scenario, plan);
    states_[i] = State::Playing;
    begun_[i] = base::now();
    scenario_of_work_.push_back(i);
    begin_recording(i);
    return run::Work{plan, results_[i].runs_wanted, scenario.timeout};
  }
  return std::nullopt;
}

bool Session::record(std::size_t work, trace::Record record) {
  const std::size_t i = scenario_of_work_[work];
  if (record.stopped) {
    return false;  // cut off by the user: it says nothing about the scenario
  }
  judges_[i]->add(record);
  add_run(results_[i], record);
  if (recordings_[i]) {
    recordings_[i]->add(std::move(record));
  }
  return !stopping_ && !judges_[i]->hopeless();
}

void Session::done(std::size_t work, base::Result<> how) {
  const std::size_t i = scenario_of_work_[work];
  ScenarioResult& result = results_[i];
  result.wall = base::now() - begun_[i];
  result.judgement = judges_[i]->judgement();
  result.graph = graph_for(scenarios_[i]);
  const bool cut_short = result.runs < result.runs_wanted && !judges_[i]->hopeless();
  judges_[i].reset();
  if (!how) {
    const bool by_user = how.error().kind == base::ErrorKind::Interrupted;
    conclude(i, by_user ? Outcome::Stopped : Outcome::Failed, how.error().message);
  } else if (cut_short) {
    conclude(i, Outcome::Stopped, std::string(kFailFast));
  } else {
    walls_.push_back(result.wall);
    conclude(i, report::outcome_of(result.judgement), {});
  }
}

void Session::tick() {
  if (options_.deadline && !deadline_passed_ && base::now() - started_ >= *options_.deadline) {
    deadline_passed_ = true;
    // Ends everything in order, as the user's own signal does.
    std::raise(SIGTERM);
  }
  show_progress();
}

void Session::begin_recording(std::size_t scenario) {
  if (!options_.record) {
    return;
  }
  const Prepared& prepared = scenarios_[scenario];
  trace::RecordHead head = options_.circumstances;
  head.file = prepared.scenario.file;
  head.text = text_of(prepared.scenario);
  head.id = prepared.scenario.id();
  head.runs_wanted = prepared.scenario.runs;
  head.timeout = prepared.scenario.timeout;
  head.plan = plan::fingerprint(prepared.plan.view());
  base::Result<Recording> recording = Recording::begin(*options_.record, head);
  if (recording) {
    recordings_[scenario].emplace(*std::move(recording));
  } else if (recorded_) {
    recorded_ = std::move(recording).error();
  }
}

void Session::finish_recording(std::size_t scenario) {
  if (!recordings_[scenario]) {
    return;
  }
  const ScenarioResult& result = results_[scenario];
  trace::RecordEnd end;
  end.how = how_it_ended(result.outcome);
  end.reason = result.reason;
  end.wall = result.wall;
  base::Result<> finished = recordings_[scenario]->finish(std::move(end));
  recordings_[scenario].reset();
  if (recorded_ && !finished) {
    recorded_ = std::move(finished);
  }
}

void Session::conclude(std::size_t scenario, Outcome outcome, std::string reason) {
  ScenarioResult& result = results_[scenario];
  result.outcome = outcome;
  const bool late = outcome == Outcome::Stopped && deadline_passed_;
  result.reason = late ? std::string(kDeadline) : std::move(reason);
  states_[scenario] = State::Done;
  finish_recording(scenario);
  stopping_ = stopping_ || (options_.fail_fast && report::is_failure(outcome));
  display_.show(result);
  show_progress();
}

// What was never begun needs no line on the screen, but has its result.
void Session::stop_the_rest(const base::Result<>& played) {
  const std::string why = deadline_passed_ ? std::string(kDeadline)
                          : stopping_      ? std::string(kFailFast)
                          : !played        ? played.error().message
                                           : std::string("not played");
  for (std::size_t i = 0; i < results_.size(); ++i) {
    if (states_[i] != State::Done) {
      results_[i].outcome = Outcome::Stopped;
      results_[i].reason = why;
    }
  }
}

void Session::show_progress() {
  if (display_.progress().is_wanted()) {
    display_.progress().show(progress());
  }
}

report::Progress Session::progress() const {
  report::Progress progress;
  progress.total = results_.size();
  progress.elapsed = base::now() - started_;
  progress.jobs = options_.playing.jobs;
  progress.walls = walls_;
  for (std::size_t i = 0; i < results_.size(); ++i) {
    const ScenarioResult& result = results_[i];
    progress.runs += result.runs;
    if (states_[i] == State::Done) {
      ++progress.done;
      progress.failures += report::is_failure(result.outcome) ? 1 : 0;
    } else if (states_[i] == State::Playing) {
      progress.playing.push_back(
          {result.id, result.runs, result.runs_wanted, base::now() - begun_[i]});
    }
  }
  return progress;
}

}  // namespace procession::cli
