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

trace::Process& RecordScript::process(std::string_view name) {
  return record.processes[instance_named(planned_, name)];
}

RecordScript& RecordScript::begin(std::string_view who, std::int64_t at) {
  trace::Process& begun = process(who);
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

RecordScript& RecordScript::got(std::string_view event, std::int64_t at) {
  trace::Event& entered = add(step_named(planned_, event), at);
  entered.kind = trace::Line::Got;
  entered.returned = entered.call;
  return *this;
}

RecordScript& RecordScript::implicit(std::string_view who, std::uint32_t k, std::int64_t call,
                                     std::int64_t returned) {
  const plan::Range line = planned_.plan().instance(instance_named(planned_, who)).steps;
  add(line.first + k, call).returned = microseconds(returned);
  return *this;
}

RecordScript& RecordScript::open(std::string_view event, std::int64_t call) {
  add(step_named(planned_, event), call);
  return *this;
}

RecordScript& RecordScript::sample(std::string_view who, std::int64_t at, std::int64_t used) {
  trace::Event event;
  event.kind = trace::Line::Sample;
  event.call = microseconds(at);
  event.returned = event.call;
  event.answer = used * 1000;
  process(who).events.push_back(std::move(event));
  return *this;
}

RecordScript& RecordScript::exit(std::string_view who, std::int64_t call, std::int64_t dead_seen) {
  exiting(who, call);
  process(who).events.back().returned = microseconds(call + 1);
  return ended(who, trace::exited_status(0), dead_seen);
}

RecordScript& RecordScript::exiting(std::string_view who, std::int64_t call) {
  const plan::Range line = planned_.plan().instance(instance_named(planned_, who)).steps;
  add(line.first + line.count - 1, call);
  return *this;
}

RecordScript& RecordScript::ended(std::string_view who, std::int32_t status,
                                  std::int64_t dead_seen) {
  trace::Process& ended = process(who);
  ended.started = true;
  ended.dead_seen = microseconds(dead_seen);
  ended.status = status;
  ended.reaper = trace::Process::Reaper::Starter;
  return *this;
}

RecordScript& RecordScript::killed(std::string_view who, int signal, std::int64_t dead_seen) {
  return ended(who, trace::signal_status(signal, false), dead_seen);
}

RecordScript& RecordScript::survived(std::string_view who) {
  process(who).survived = true;
  return *this;
}

RecordScript& RecordScript::timed_out(const std::vector<std::string_view>& left, std::int64_t at) {
  record.timed_out = true;
  record.ended = microseconds(at);
  for (const std::string_view name : left) {
    process(name).left = true;
  }
  return *this;
}

}  // namespace procession::testing
