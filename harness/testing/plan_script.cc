// SPDX-License-Identifier: MIT
#include "harness/testing/plan_script.h"

namespace procession::testing {

using plan::InstanceId;
using plan::Step;
using scenario::Verb;

InstanceId PlanScript::process(std::string_view name, InstanceId starter,
                               scenario::StartMethod method) {
  plan::Instance instance;
  instance.path = instance.name = instance.template_name = builder_.text(name);
  instance.starter = starter;
  instance.method = method;
  builder_.instances.push_back(instance);
  lines_.emplace_back();
  return static_cast<InstanceId>(builder_.instances.size() - 1);
}

Step& PlanScript::step(InstanceId who, Verb verb, InstanceId target) {
  Step step;
  step.verb = verb;
  step.self = who;
  step.target = target;
  lines_[who].push_back(step);
  return lines_[who].back();
}

Step& PlanScript::sleep(InstanceId who, base::Duration length) {
  Step& slept = step(who, Verb::Sleep);
  slept.duration_ns = length.count();
  return slept;
}

void PlanScript::sleep_for_ever(InstanceId who) { step(who, Verb::Sleep).duration_ns = -1; }

void PlanScript::print(InstanceId who, std::string_view text) {
  step(who, Verb::Print).text = builder_.literal(text);
}

void PlanScript::print_ppid(InstanceId who) {
  builder_.pieces.push_back({plan::Piece::Kind::Ppid, {}, plan::kNone});
  step(who, Verb::Print).text = {static_cast<std::uint32_t>(builder_.pieces.size() - 1), 1};
}

void PlanScript::await_ends(InstanceId who, const std::vector<InstanceId>& others) {
  plan::Gate gate;
  gate.ends = builder_.id_range(others);
  gate.waiters = builder_.id_range({who});
  gate.counter = builder_.new_word();
  builder_.gates.push_back(gate);
  step(who, Verb::Await).gate = static_cast<plan::GateId>(builder_.gates.size() - 1);
}

void PlanScript::exit_now(InstanceId who, int status) { step(who, Verb::ExitNow).number = status; }

void PlanScript::watch_end(InstanceId who) {
  builder_.instances[who].watched = true;
  builder_.header.watches_ends = 1;
}

plan::OwnedPlan PlanScript::build() const {
  plan::PlanBuilder builder = builder_;
  for (InstanceId who = 0; who < lines_.size(); ++who) {
    std::vector<Step> line = lines_[who];
    if (line.empty() || line.back().verb != Verb::ExitNow) {
      Step exit;
      exit.verb = Verb::Exit;
      exit.implicit = true;
      exit.self = who;
      line.push_back(exit);
    }
    builder.instances[who].steps = {static_cast<std::uint32_t>(builder.steps.size()),
                                    static_cast<std::uint32_t>(line.size())};
    builder.steps.insert(builder.steps.end(), line.begin(), line.end());
  }
  return builder.build();
}

plan::OwnedPlan one_child() {
  PlanScript script;
  const InstanceId main = script.process("main");
  const InstanceId child = script.process("child", main);
  script.step(main, Verb::Start, child);
  script.step(main, Verb::Join, child);
  return script.build();
}

plan::OwnedPlan hung_family() {
  PlanScript script;
  const InstanceId main = script.process("main");
  const InstanceId child = script.process("child", main);
  const InstanceId grandchild = script.process("grandchild", child);
  script.step(main, Verb::Start, child);
  script.sleep_for_ever(main);
  script.step(child, Verb::Start, grandchild);
  script.sleep_for_ever(child);
  script.sleep_for_ever(grandchild);
  return script.build();
}

}  // namespace procession::testing
