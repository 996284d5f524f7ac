// SPDX-License-Identifier: MIT
#include "harness/verify/check.h"

#include "harness/base/text.h"
#include "harness/verify/guarantees.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

namespace procession::verify {

using scenario::VerdictKind;

bool is_worse(VerdictKind kind, VerdictKind than) {
  const auto weight = [](VerdictKind which) {
    switch (which) {
      case VerdictKind::Broken:
        return 3;
      case VerdictKind::Invalid:
        return 2;
      case VerdictKind::Inconclusive:
        return 1;
      default:
        return 0;
    }
  };
  return weight(kind) > weight(than);
}

std::string runs_text(std::uint64_t runs) {
  return fmt::format("{} run{}", runs, runs == 1 ? "" : "s");
}

std::string run_name(const trace::Record& record) { return fmt::format("run {}", record.run + 1); }

// Nets that were replaced are not asked again.
Guarantees& Context::guarantees_of(const causes::PlanNet& asked_net) const {
  std::erase_if(guarantees, [&](const auto& known) {
    return known.first != net.get() && known.first != widest.get();
  });
  auto& known = guarantees[&asked_net];
  if (!known) {
    known = std::make_shared<Guarantees>(asked_net);
  }
  return *known;
}

Verdict Check::verdict() const {
  Finding found = finding();
  Verdict verdict;
  verdict.key = key_;
  verdict.text = text_;
  verdict.at = at_;
  verdict.kind = found.kind;
  verdict.message = std::move(found.message);
  verdict.evidence = std::move(found.evidence);
  return verdict;
}

void EachRunCheck::add(const Timeline& run) {
  ++runs_;
  Finding here = judge(run);
  if (here.kind != VerdictKind::Held) {
    ++failed_;
  }
  if (is_worse(here.kind, worst_.kind)) {
    worst_ = std::move(here);
  }
}

Check::Finding EachRunCheck::incomplete(const trace::Record& record) {
  return {VerdictKind::Inconclusive,
          fmt::format("the record of {} is incomplete: {}", run_name(record), record.damage),
          {}};
}

Check::Finding EachRunCheck::finding() const {
  if (runs_ == 0) {
    return {VerdictKind::Inconclusive, "no run was recorded", {}};
  }
  Finding found = worst_;
  if (found.kind == VerdictKind::Held) {
    found.message = praise();
  } else if (runs_ > 1) {
    found.message += fmt::format(" ({} of {} runs)", failed_, runs_);
  }
  return found;
}

std::vector<plan::InstanceId> members_of(const Context& context, const scenario::Group& group) {
  std::vector<plan::InstanceId> members;
  for (const auto& [pattern, at] : group.processes) {
    for (const auto& process : context.finder.processes(pattern)) {
      members.push_back(process.instance);
    }
  }
  return members;
}

std::string group_text(const Context& context, const std::vector<plan::InstanceId>& members) {
  std::vector<std::string> names;
  for (const plan::InstanceId id : members) {
    names.push_back(context.finder.name_of(id));
  }
  return base::enumerate_words(names);
}

std::string status_text(std::int32_t status) {
  return trace::ended_by_signal(status) ? scenario::signal_name(trace::status_signal(status))
                                        : std::to_string(status);
}

std::string answer_text(const Context& context, const trace::Event& event) {
  using scenario::Verb;
  if (!event.returned) {
    return "none";
  }
  if (event.error != 0) {
    return context.finder.symbol_name(event.error);
  }
  switch (context.plan.step(event.step).verb) {
    case Verb::IsAlive:
      return event.answer != 0 ? "true" : "false";
    case Verb::Join:
    case Verb::Exitcode:
      return event.answer == trace::kNoAnswer
                 ? "none"
                 : status_text(static_cast<std::int32_t>(event.answer));
    case Verb::Receive:
      return event.answer == trace::kNoAnswer ? "eof" : event.text;
    case Verb::Print:
    case Verb::Request:
    case Verb::ActiveChildren:
      return event.text;
    default:
      return "ok";
  }
}

}  // namespace procession::verify
