// SPDX-License-Identifier: MIT
// `serial`: of each two lifetimes one ends before the other begins, and a cause makes it so.
#include "harness/verify/check.h"
#include "harness/verify/guarantees.h"

#include <fmt/format.h>

#include <utility>

namespace procession::verify {

namespace {

using causes::EventId;
using scenario::VerdictKind;

class SerialCheck final : public Check {
 public:
  SerialCheck(const Context& context, scenario::Position at, std::vector<plan::InstanceId> members)
      : Check("serial", group_text(context, members), at),
        context_(context),
        members_(std::move(members)) {}

  void add(const Timeline& run) override {
    ++runs_;
    if (!run.record().complete) {
      ++damaged_;
      return;
    }
    if (!run.fault().empty()) {
      fault_ = fault_.empty() ? fmt::format("{}: {}", run_name(run.record()), run.fault()) : fault_;
      return;
    }
    each_pair([&](plan::InstanceId a, plan::InstanceId b) {
      const auto seen = [&](plan::InstanceId first, plan::InstanceId second) {
        const EventId end = run.net().end(first);
        const EventId begin = run.net().begin(second);
        return run.happened(end) && run.happened(begin) &&
               run.relation(end, begin) == Relation::Before;
      };
      if (contradiction_.empty() && !seen(a, b) && !seen(b, a)) {
        contradiction_ = fmt::format("{} and {} were not seen one after the other in {}",
                                     context_.finder.name_of(a), context_.finder.name_of(b),
                                     run_name(run.record()));
      }
    });
  }

  [[nodiscard]] bool lost() const override { return !contradiction_.empty(); }

 private:
  template <class Use>
  void each_pair(Use use) const {
    for (std::size_t i = 0; i < members_.size(); ++i) {
      for (std::size_t j = i + 1; j < members_.size(); ++j) {
        use(members_[i], members_[j]);
      }
    }
  }

  [[nodiscard]] Finding finding() const override {
    if (runs_ == 0) {
      return {VerdictKind::Inconclusive, "no run was recorded", {}};
    }
    if (!contradiction_.empty()) {
      return {VerdictKind::Broken, contradiction_, {}};
    }
    if (!fault_.empty()) {
      return {VerdictKind::Invalid, fault_, {}};
    }
    Guarantees& guarantees = context_.guarantees_of(*context_.net);
    std::string open;
    const auto follows = [&](plan::InstanceId first, plan::InstanceId second) {
      return guarantees
          .of({{{plan::Event::Kind::End, first, plan::kNone, 0}},
               {{plan::Event::Kind::Begin, second, plan::kNone, 0}},
               false})
          .has_value();
    };
    each_pair([&](plan::InstanceId a, plan::InstanceId b) {
      if (open.empty() && !follows(a, b) && !follows(b, a)) {
        open = fmt::format("seen {} of {}, not guaranteed: {} and {} may overlap", runs_ - damaged_,
                           runs_, context_.finder.name_of(a), context_.finder.name_of(b));
      }
    });
    if (!open.empty()) {
      return {VerdictKind::Broken, open, {}};
    }
    if (damaged_ != 0) {
      return {VerdictKind::Inconclusive,
              fmt::format("{} of {} records are incomplete", damaged_, runs_),
              {}};
    }
    return {VerdictKind::Held, "guaranteed: each ends before the next begins", {}};
  }

  const Context& context_;
  const std::vector<plan::InstanceId> members_;
  std::uint32_t runs_ = 0;
  std::uint32_t damaged_ = 0;  // the record is incomplete
  std::string contradiction_;
  std::string fault_;
};

}  // namespace

void add_serial_checks(const Context& context, Checks& checks) {
  for (const scenario::Group& group : context.asked.expect.serial) {
    checks.push_back(std::make_unique<SerialCheck>(context, group.at, members_of(context, group)));
  }
}

}  // namespace procession::verify
