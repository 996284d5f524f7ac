// SPDX-License-Identifier: MIT
#include "harness/verify/graph.h"

#include "harness/base/text.h"
#include "harness/causes/net_of.h"
#include "harness/plan/events.h"
#include "harness/verify/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace procession::verify {

namespace {

using causes::EventId;
using causes::Warrant;
using plan::InstanceId;
using plan::StepId;
using scenario::Verb;
using Node = std::size_t;
using Kind = GraphEdge::Kind;

// Why one node needs another, as far as it is known; better reasons replace worse ones.
struct Reason {
  Kind kind = Kind::Cause;
  Warrant warrant = Warrant::Posix;
  std::string choice;  // "1 of 3", of an alternative

  [[nodiscard]] auto rank() const { return std::pair(kind, warrant); }
  [[nodiscard]] std::string label() const {
    const std::string by(to_string(warrant));
    return choice.empty() ? by : choice + ", " + by;
  }
};

bool asks(Verb verb) {
  return verb == Verb::Join || verb == Verb::IsAlive || verb == Verb::Exitcode;
}

// Nothing comes behind it.
bool ends_here(Verb verb) { return verb == Verb::Exit || verb == Verb::ExitNow; }

class Drawing {
 public:
  Drawing(const scenario::Scenario& scenario, const plan::Plan& plan)
      : plan_(plan), finder_(plan), net_(causes::net_of(plan)) {
    graph_.title = scenario.title;
    graph_.id = scenario.id();
    of_step_.resize(plan.steps().size());
  }

  Graph draw() {
    for (InstanceId id = 0; id < plan_.instances().size(); ++id) {
      add_process(id);
    }
    for (EventId event = 0; event < net_.net.event_count(); ++event) {
      if (const auto to = node_of(event)) {
        add_causes(event, *to);
      }
    }
    add_relations();
    leave_out_what_follows();
    leave_out_repeated_choices();
    for (const auto& [ends, reason] : reasons_) {
      graph_.edges.push_back({ends.second, ends.first, reason.kind, reason.label()});
    }
    for (const auto& [ends, verb] : relations_) {
      graph_.edges.push_back({ends.second, ends.first, Kind::Relation, verb});
    }
    return std::move(graph_);
  }

 private:
  Node add_node(GraphNode node, std::size_t line) {
    graph_.nodes.push_back(std::move(node));
    line_of_node_.push_back(line);
    graph_.processes.back().lines.back().push_back(graph_.nodes.size() - 1);
    return graph_.nodes.size() - 1;
  }

  void begin_line() {
    graph_.processes.back().lines.emplace_back();
    ++lines_;
  }

  void end_line() {
    const std::vector<Node>& line = graph_.processes.back().lines.back();
    for (std::size_t k = 0; k + 1 < line.size(); ++k) {
      graph_.edges.push_back({line[k], line[k + 1], Kind::Order, {}});
    }
  }

  void add_steps(plan::Range steps) {
    for (StepId id = steps.first; id < steps.first + steps.count; ++id) {
      const plan::Step& step = plan_.step(id);
      if (step.implicit && id > steps.first && ends_here(plan_.step(id - 1).verb)) {
        continue;
      }
      const std::string text = step.verb == Verb::Ready ? "ready"
                               : step.implicit          ? "exit"
                                                        : finder_.name_of_step(id);
      of_step_[id] = add_node({GraphNode::Kind::Step, text, step.implicit ? 0 : step.line}, lines_);
    }
  }

  void add_process(InstanceId id) {
    const plan::Instance& instance = plan_.instance(id);
    graph_.processes.push_back({finder_.name_of(id), about_process(instance), {}});
    begin_line();
    begins_.push_back(add_node({GraphNode::Kind::Begin, "begin", instance.line}, lines_));
    add_steps(instance.steps);
    ends_.push_back(add_node({GraphNode::Kind::End, "end", 0}, lines_));
    end_line();
    for (StepId step = instance.steps.first; step < instance.steps.first + instance.steps.count;
         ++step) {
      add_handler(step);
    }
  }

  void add_handler(StepId handle) {
    const plan::Step& step = plan_.step(handle);
    if (step.verb != Verb::Handle || step.action != scenario::SignalAction::Steps) {
      return;
    }
    begin_line();
    got_[handle] = add_node({GraphNode::Kind::Got,
                             fmt::format("got({})", scenario::signal_name(step.signal)), step.line},
                            lines_);
    add_steps(step.handler);
    end_line();
  }

  // None: an event that stands for no node, such as an error or one without a name.
  [[nodiscard]] std::optional<Node> node_of(EventId event) const {
    const auto named = net_.event_of(event);
    if (!named) {
      return std::nullopt;
    }
    switch (named->kind) {
      case plan::Event::Kind::Begin:
        return begins_[named->instance];
      case plan::Event::Kind::End:
        return ends_[named->instance];
      case plan::Event::Kind::Got: {
        const auto got = got_.find(named->step);
        return got == got_.end() ? std::nullopt : std::optional(got->second);
      }
      case plan::Event::Kind::Error:
      case plan::Event::Kind::Stopped:
      case plan::Event::Kind::Continued:
      case plan::Event::Kind::Orphaned:
      case plan::Event::Kind::Phase:
        return std::nullopt;
      default:
        return of_step_[named->step];
    }
  }

  void add_causes(EventId event, Node to) {
    std::set<EventId> passed;
    for (const causes::Gate& gate : net_.net.gates_of(event)) {
      follow(gate, {}, to, passed);
    }
  }

  // What the gate needs, through events that are no nodes.
  void follow(const causes::Gate& gate, Reason reason, Node to, std::set<EventId>& passed) {
    const auto members = net_.net.members_of(gate);
    reason.warrant = std::max(reason.warrant, gate.warrant);
    if (gate.need < members.size() && reason.kind == Kind::Cause) {
      reason.kind = Kind::Alternative;
      reason.choice = fmt::format("{} of {}", gate.need, members.size());
    }
    for (const EventId member : members) {
      if (const auto from = node_of(member)) {
        add(*from, to, reason);
      } else if (passed.insert(member).second) {
        for (const causes::Gate& behind : net_.net.gates_of(member)) {
          follow(behind, reason, to, passed);
        }
      }
    }
  }

  // Within a line its order says it all.
  void add(Node from, Node to, const Reason& reason) {
    if (line_of_node_[from] == line_of_node_[to]) {
      return;
    }
    const auto [known, is_new] = reasons_.try_emplace({to, from}, reason);
    if (!is_new && reason.rank() < known->second.rank()) {
      known->second = reason;
    }
  }

  // Steps that act on a process, and yet no cause joins the two.
  void add_relations() {
    for (StepId id = 0; id < plan_.steps().size(); ++id) {
      const plan::Step& step = plan_.step(id);
      if (step.target == plan::kNone || step.target == step.self) {
        continue;
      }
      const Node at = *of_step_[id];
      const Node begin = begins_[step.target];
      const Node end = ends_[step.target];
      const bool joined = reasons_.contains({at, end}) || reasons_.contains({end, at}) ||
                          reasons_.contains({begin, at}) || reaches_handler(id);
      if (!joined) {
        const std::string verb(to_string(step.verb));
        relations_[asks(step.verb) ? std::pair(at, end) : std::pair(begin, at)] = verb;
      }
    }
  }

  [[nodiscard]] bool reaches_handler(StepId id) const {
    return std::ranges::any_of(got_, [&](const auto& handler) {
      return reasons_.contains({handler.second, *of_step_[id]});
    });
  }

  // What one step needs, all that follow it in its line need too; and who needs a step needs all
  // before it. Nodes of a line are numbered in its order.
  void leave_out_what_follows() {
    std::map<std::pair<std::size_t, std::size_t>, std::array<std::optional<Node>, 3>> latest;
    std::vector<std::tuple<Node, Node, Warrant>> causes;
    for (const auto& [ends, reason] : reasons_) {
      if (reason.kind == Kind::Cause) {
        causes.emplace_back(ends.first, ends.second, reason.warrant);
      }
    }
    std::ranges::sort(causes, [](const auto& a, const auto& b) {
      return std::pair(std::get<0>(a), std::get<1>(b)) < std::pair(std::get<0>(b), std::get<1>(a));
    });
    for (const auto& [to, from, warrant] : causes) {
      auto& known = latest[{line_of_node_[from], line_of_node_[to]}];
      const auto trusted = static_cast<std::size_t>(warrant);
      const bool follows =
          std::any_of(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(trusted) + 1,
                      [&](const auto& later) { return later && *later >= from; });
      if (follows) {
        reasons_.erase({to, from});
      } else {
        known[trusted] = std::max(known[trusted].value_or(from), from);
      }
    }
  }

  // A choice that an earlier step of the line has needed in the same way says nothing new.
  void leave_out_repeated_choices() {
    using Choice = std::vector<std::pair<Node, std::string>>;
    std::map<Node, Choice> choices;
    for (const auto& [ends, reason] : reasons_) {
      if (reason.kind == Kind::Alternative) {
        choices[ends.first].emplace_back(ends.second, reason.label());
      }
    }
    std::set<std::pair<std::size_t, Choice>> needed;
    for (const auto& [to, choice] : choices) {
      if (!needed.insert({line_of_node_[to], choice}).second) {
        for (const auto& [from, label] : choice) {
          reasons_.erase({to, from});
        }
      }
    }
  }

  const plan::Plan plan_;
  const plan::EventFinder finder_;
  const causes::PlanNet net_;
  Graph graph_;
  std::size_t lines_ = 0;
  std::vector<std::size_t> line_of_node_;
  std::vector<std::optional<Node>> of_step_;
  std::vector<Node> begins_;
  std::vector<Node> ends_;
  std::map<StepId, Node> got_;
  std::map<std::pair<Node, Node>, Reason> reasons_;  // by {to, from}
  std::map<std::pair<Node, Node>, std::string> relations_;
};

}  // namespace

Graph graph_of(const scenario::Scenario& scenario, const plan::Plan& plan) {
  return Drawing(scenario, plan).draw();
}

}  // namespace procession::verify
