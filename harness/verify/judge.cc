// SPDX-License-Identifier: MIT
#include "harness/verify/judge.h"

#include "harness/verify/check.h"
#include "harness/verify/load_figures.h"
#include "harness/verify/measured.h"
#include "harness/verify/printed.h"
#include "harness/verify/story.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace procession::verify {

namespace {

using scenario::VerdictKind;

// How many talkers of each listener have begun.
std::vector<std::uint32_t> talkers_started(const plan::Plan& plan, const trace::Record& record) {
  std::vector<std::uint32_t> started;
  for (const plan::Listener& listener : plan.listeners()) {
    const auto talkers = plan.ids(listener.talkers);
    started.push_back(static_cast<std::uint32_t>(std::ranges::count_if(
        talkers, [&](plan::InstanceId id) { return record.processes[id].started; })));
  }
  return started;
}

std::vector<std::uint32_t> planned_talkers(const plan::Plan& plan) {
  std::vector<std::uint32_t> planned;
  for (const plan::Listener& listener : plan.listeners()) {
    planned.push_back(listener.talkers.count);
  }
  return planned;
}

}  // namespace

struct Judge::State {
  State(const scenario::Scenario& scenario, const plan::Plan& plan)
      : context{scenario, plan, plan::EventFinder(plan), net_for(plan, {}), net_for(plan, {}),
                {},       {}},
        figures(context),
        loads(context) {
    add_order_checks(context, checks);
    add_timing_checks(context, checks);
    add_serial_checks(context, checks);
    add_lifetime_checks(context, checks);
    add_count_checks(context, checks);
    add_process_checks(context, checks);
    add_output_checks(context, checks);
    if (scenario.expect.outcomes) {
      auto made = make_outcome_check(context);
      outcomes = made.get();
      checks.push_back(std::move(made));
    }
    add_figure_checks(context, figures, loads, checks);
    add_ending_checks(context, checks);
  }

  std::shared_ptr<const causes::PlanNet> net_for(
      const plan::Plan& plan, std::optional<std::vector<std::uint32_t>> started) {
    if (started == planned_talkers(plan)) {
      started.reset();  // the same net as without a number
    }
    auto& net = nets[started];
    if (!net) {
      net = std::make_shared<const causes::PlanNet>(causes::net_of(plan, started));
    }
    return net;
  }

  // The net of this run: with the talkers that it has.
  std::shared_ptr<const causes::PlanNet> net_of_run(const trace::Record& record) {
    const auto started = talkers_started(context.plan, record);
    if (started.empty()) {
      return context.net;
    }
    if (!fewest) {
      fewest = most = started;
    }
    for (std::size_t i = 0; i < started.size(); ++i) {
      (*fewest)[i] = std::min((*fewest)[i], started[i]);
      (*most)[i] = std::max((*most)[i], started[i]);
    }
    context.net = net_for(context.plan, fewest);
    context.widest = net_for(context.plan, most);
    note_missing_talkers();
    return net_for(context.plan, started);
  }

  void note_missing_talkers() {
    context.sometimes.clear();
    context.absent.clear();
    for (std::size_t i = 0; i < most->size(); ++i) {
      const auto talkers = context.plan.ids(context.plan.listeners()[i].talkers);
      for (std::size_t k = (*fewest)[i]; k < talkers.size(); ++k) {
        (k < (*most)[i] ? context.sometimes : context.absent).insert(talkers[k]);
      }
    }
  }

  [[nodiscard]] VerdictKind wanted(const std::string& key) const {
    const auto asked = context.asked.verdict.find(key);
    return asked == context.asked.verdict.end() ? VerdictKind::Held : asked->second;
  }

  void keep_what_is_shown(const trace::Record& record,
                          const std::shared_ptr<const causes::PlanNet>& net, bool unexpected) {
    if (shown_is_unexpected) {
      return;
    }
    shown_is_unexpected = unexpected;
    shown = record;
    shown_net = net;
  }

  void show(Judgement& judgement) const {
    if (!shown) {
      return;
    }
    const Timeline run(context.plan, *shown_net, *shown);
    judgement.shown_run = shown->run;
    judgement.printed = printed_in(run);
    judgement.course = course_of(context, run);
    judgement.throughputs = throughputs_of(context, run);
    if (shown->timed_out) {
      judgement.story = story_of(context.plan, run);
    }
  }

  [[nodiscard]] std::vector<PrintedLine> printed_in(const Timeline& run) const {
    std::vector<PrintedLine> printed;
    for (plan::InstanceId id = 0; id < run.record().processes.size(); ++id) {
      if (context.plan.output_of(id) == plan::kNone) {
        continue;
      }
      for (const trace::Event& event : run.record().processes[id].events) {
        if (is_printed_line(context.plan, event)) {
          printed.push_back(
              {context.finder.name_of(id), event.text, event.call - run.record().started});
        }
      }
    }
    std::ranges::stable_sort(printed, {}, &PrintedLine::at);
    return printed;
  }

  std::map<std::optional<std::vector<std::uint32_t>>, std::shared_ptr<const causes::PlanNet>> nets;
  Context context;                                   // after `nets`, which its net comes from
  std::optional<std::vector<std::uint32_t>> fewest;  // talkers of each listener, over the runs
  std::optional<std::vector<std::uint32_t>> most;
  MeasuredFigures figures;
  LoadFigures loads;
  Checks checks;
  OutcomeCheck* outcomes = nullptr;
  std::optional<trace::Record> shown;  // the first run that was not as expected, else the last
  std::shared_ptr<const causes::PlanNet> shown_net;
  bool shown_is_unexpected = false;
};

Judge::Judge(const scenario::Scenario& scenario, const plan::Plan& plan)
    : state_(std::make_unique<State>(scenario, plan)) {}
Judge::~Judge() = default;
Judge::Judge(Judge&&) noexcept = default;
Judge& Judge::operator=(Judge&&) noexcept = default;

void Judge::add(const trace::Record& record) {
  const auto net = state_->net_of_run(record);
  const Timeline run(state_->context.plan, *net, record);
  state_->figures.add(run);
  state_->loads.add(run);
  for (const auto& check : state_->checks) {
    check->add(run);
  }
  state_->keep_what_is_shown(record, net, hopeless());
}

bool Judge::hopeless() const {
  return std::ranges::any_of(state_->checks, [&](const auto& check) {
    return check->lost() && state_->wanted(check->key()) != VerdictKind::Broken;
  });
}

Judgement Judge::judgement() const {
  Judgement judgement;
  std::map<std::string, VerdictKind> worst;
  for (const auto& check : state_->checks) {
    judgement.verdicts.push_back(check->verdict());
    const Verdict& verdict = judgement.verdicts.back();
    const auto [known, is_new] = worst.try_emplace(verdict.key, verdict.kind);
    if (is_worse(verdict.kind, known->second)) {
      known->second = verdict.kind;
    }
  }
  // The file's `verdict` is of a key: of several expectations under it the worst must come out so.
  for (Verdict& verdict : judgement.verdicts) {
    const VerdictKind wanted = state_->wanted(verdict.key);
    const bool as_wanted = wanted != VerdictKind::Held && worst.at(verdict.key) == wanted;
    verdict.wanted = as_wanted ? verdict.kind : wanted;
  }
  if (state_->outcomes != nullptr) {
    judgement.outcomes = state_->outcomes->seen();
  }
  judgement.figures = state_->figures.told();
  std::ranges::move(state_->loads.told(), std::back_inserter(judgement.figures));
  judgement.numbers = state_->loads.numbers();
  state_->show(judgement);
  return judgement;
}

}  // namespace procession::verify
