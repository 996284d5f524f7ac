// SPDX-License-Identifier: MIT
#include "harness/testing/record_script.h"

#include "harness/base/check.h"
#include "harness/plan/events.h"

#include <utility>

namespace procession::testing {

namespace {

base::Instant microseconds(std::int64_t at) { return {1'000'000'000 + at * 1000}; }

plan::InstanceId instance_named(const Planned& planned, std::string_view name) {
  const plan::EventFinder finder(planned.plan());
  const auto pattern = scenario::read_process(name);
  base::check(pattern.has_value(), "a test's process is well formed");
  const auto found = finder.processes(*pattern);
  base::check(!found.empty(), "a test's process is in its plan");
  return found.front().instance;
}

}  // namespace

RecordScript::RecordScript(const Planned& planned) : planned_(planned) {
  record.processes.resize(planned.plan().instances().size());
  record.started = microseconds(0);
  record.ended = microseconds(1'000'000);
}

trace::Process& RecordScript::process_of(std::string_view name) {
  return record.processes[instance_named(planned_, name)];
}

RecordScript& RecordScript::begin(std::string_view process, std::int64_t at) {
  trace::Process& begun = process_of(process);
  begun.started = true;
  begun.began = true;
  begun.begin = microseconds(at);
  return *this;
}

trace::Event& RecordScript::add(plan::StepId step, std::int64_t call) {
  trace::Process& process = record.processes[planned_.plan().step(step).self];
  trace::Event event;
  event.step = step;
  event.call = microseconds(call);
  process.events.push_back(std::move(event));
  return process.events.back();
}

RecordScript& RecordScript::step(std::string_view event, std::int64_t call, std::int64_t returned,
                                 std::int64_t answer, std::int32_t error) {
  trace::Event& line = add(step_named(planned_, event), call);
  line.returned = microseconds(returned);
  line.answer = answer;
  line.error = error;
  return *this;
}

RecordScript& RecordScript::text(std::string_view event, std::int64_t at, std::string words) {
  step(event, at, at + 1);
  const plan::InstanceId self = planned_.plan().step(step_named(planned_, event)).self;
  record.processes[self].events.back().text = std::move(words);
  return *this;
}

RecordScript& RecordScript::open(std::string_view event, std::int64_t call) {
  add(step_named(planned_, event), call);
  return *this;
}

RecordScript& RecordScript::exit(std::string_view process, std::int64_t call,
                                 std::int64_t dead_seen) {
  const plan::Range line = planned_.plan().instance(instance_named(planned_, process)).steps;
  add(line.first + line.count - 1, call).returned = microseconds(call + 1);
  trace::Process& ended = process_of(process);
  ended.dead_seen = microseconds(dead_seen);
  ended.status = trace::exited_status(0);
  ended.reaper = trace::Process::Reaper::Starter;
  return *this;
}

RecordScript& RecordScript::killed(std::string_view process, int signal, std::int64_t dead_seen) {
  trace::Process& ended = process_of(process);
  ended.started = true;
  ended.dead_seen = microseconds(dead_seen);
  ended.status = trace::signal_status(signal, false);
  ended.reaper = trace::Process::Reaper::Starter;
  return *this;
}

RecordScript& RecordScript::left(std::string_view process) {
  process_of(process).left = true;
  return *this;
}

}  // namespace procession::testing
