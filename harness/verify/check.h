// SPDX-License-Identifier: MIT
#pragma once
// Check: one expectation, fed with every run, asked once for its verdict. Internal to this folder;
// each family of expectations is a file that makes its checks. `Context` is what they share.

#include "harness/causes/net_of.h"
#include "harness/plan/events.h"
#include "harness/scenario/model.h"
#include "harness/verify/timeline.h"
#include "harness/verify/verdict.h"
#include "harness/verify/wording.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace procession::verify {

class Guarantees;

struct Context {
  const scenario::Scenario& asked;
  const plan::Plan plan;
  const plan::EventFinder finder;
  // The net with as many talkers as have begun in every run, and the one with as many as have begun
  // in some run; replaced when these numbers change.
  std::shared_ptr<const causes::PlanNet> net;
  std::shared_ptr<const causes::PlanNet> widest;
  // Processes that have begun in some run but not in all; and those that have begun in none. Only
  // talkers can be missing without a fault: a connection may not be made.
  std::set<plan::InstanceId> sometimes;
  std::set<plan::InstanceId> absent;

  // What is asked of `net` or `widest`, and known of it already: the same for all checks.
  [[nodiscard]] Guarantees& guarantees_of(const causes::PlanNet& asked_net) const;
  mutable std::map<const causes::PlanNet*, std::shared_ptr<Guarantees>> guarantees = {};
};

class Check {
 public:
  virtual ~Check() = default;
  virtual void add(const Timeline& run) = 0;
  // Whether no further run can change that it is broken.
  [[nodiscard]] virtual bool lost() const = 0;
  [[nodiscard]] Verdict verdict() const;
  [[nodiscard]] const std::string& key() const { return key_; }

 protected:
  Check(std::string key, std::string text, scenario::Position at)
      : key_(std::move(key)), text_(std::move(text)), at_(at) {}
  struct Finding {
    scenario::VerdictKind kind = scenario::VerdictKind::Held;
    std::string message;
    std::vector<std::string> evidence;
  };
  [[nodiscard]] virtual Finding finding() const = 0;

 private:
  std::string key_;
  std::string text_;
  scenario::Position at_;
};

// A check whose runs each hold, or not, for themselves: the first run that does not is the finding.
class EachRunCheck : public Check {
 public:
  void add(const Timeline& run) final;
  [[nodiscard]] bool lost() const final { return worst_.kind == scenario::VerdictKind::Broken; }

 protected:
  using Check::Check;
  // Held without a message, or what is wrong in this run.
  [[nodiscard]] virtual Finding judge(const Timeline& run) const = 0;
  // The message when all runs held.
  [[nodiscard]] virtual std::string praise() const = 0;
  [[nodiscard]] std::uint32_t runs() const { return runs_; }
  // Of a run whose lost events might say otherwise.
  [[nodiscard]] static Finding incomplete(const trace::Record& record);

 private:
  [[nodiscard]] Finding finding() const final;
  std::uint32_t runs_ = 0;
  std::uint32_t failed_ = 0;
  Finding worst_;
};

using Checks = std::vector<std::unique_ptr<Check>>;

// An expectation that names what the plan has not: its message becomes a diagnostic before anything
// runs (review.h), so a maker may rely on names.
void add_order_checks(const Context& context, Checks& checks);
void add_timing_checks(const Context& context, Checks& checks);
void add_serial_checks(const Context& context, Checks& checks);
void add_lifetime_checks(const Context& context, Checks& checks);  // overlap, parallel
void add_count_checks(const Context& context, Checks& checks);     // never, count
void add_process_checks(const Context& context, Checks& checks);   // exit, parent, survivors
void add_output_checks(const Context& context, Checks& checks);    // output, printed
void add_ending_checks(const Context& context, Checks& checks);    // timeout, left
class MeasuredFigures;
class LoadFigures;
void add_figure_checks(const Context& context, const MeasuredFigures& figures, LoadFigures& loads,
                       Checks& checks);
// outcomes: with what it saw.
class OutcomeCheck : public Check {
 public:
  using Check::Check;
  [[nodiscard]] virtual std::vector<SeenOutcome> seen() const = 0;
};
[[nodiscard]] std::unique_ptr<OutcomeCheck> make_outcome_check(const Context& context);

// Which kind counts more when runs or parts differ.
[[nodiscard]] bool is_worse(scenario::VerdictKind kind, scenario::VerdictKind than);

// "1 run", "200 runs".
[[nodiscard]] std::string runs_text(std::uint64_t runs);

// "run 3": runs are counted from 1 in messages.
[[nodiscard]] std::string run_name(const trace::Record& record);

// The instances that a group of `overlap`, `parallel` or `serial` names, and how messages name it.
[[nodiscard]] std::vector<plan::InstanceId> members_of(const Context& context,
                                                       const scenario::Group& group);
[[nodiscard]] std::string group_text(const Context& context,
                                     const std::vector<plan::InstanceId>& members);

// A step's answer as the language spells it: true, none, SIGTERM, a text, an error symbol.
[[nodiscard]] std::string answer_text(const Context& context, const trace::Event& event);
[[nodiscard]] std::string status_text(std::int32_t status);

}  // namespace procession::verify
