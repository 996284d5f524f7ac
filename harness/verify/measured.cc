// SPDX-License-Identifier: MIT
#include "harness/verify/measured.h"

#include "harness/base/text.h"
#include "harness/verify/happenings.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace procession::verify {

namespace {

using Pick = scenario::EventPattern::Pick;
using scenario::VerdictKind;

constexpr base::Instant kEver{std::numeric_limits<std::int64_t>::max()};

std::string letters_text(const std::vector<plan::Letter>& letters) {
  std::string text;
  for (const plan::Letter& letter : letters) {
    text += fmt::format("{}{} = {}", text.empty() ? " for " : ", ", letter.name, letter.value);
  }
  return text;
}

// The first or last of several is one: no interval of the others begins, or ends, before or behind.
Interval one_of(const std::vector<Interval>& times, Pick pick) {
  Interval one = times.front();
  for (const Interval& time : times) {
    one.lo = pick == Pick::First ? std::min(one.lo, time.lo) : std::max(one.lo, time.lo);
    one.hi = pick == Pick::First ? std::min(one.hi, time.hi) : std::max(one.hi, time.hi);
  }
  return one;
}

}  // namespace

Measured::Measured(const Context& context, const scenario::Figure& asked, std::vector<Span> spans)
    : context_(context), asked_(asked), spans_(std::move(spans)) {}

void FigureSource::note(VerdictKind trouble, std::string why) {
  if (is_worse(trouble, trouble_)) {
    trouble_ = trouble;
    why_ = std::move(why);
  }
}

void Measured::add(const Timeline& run) {
  count_run();
  if (!run.record().complete) {
    note(VerdictKind::Inconclusive, fmt::format("the record of {} is incomplete: {}",
                                                run_name(run.record()), run.record().damage));
  } else if (!run.fault().empty()) {
    note(VerdictKind::Invalid, fmt::format("{}: {}", run_name(run.record()), run.fault()));
  } else {
    measure::Samples of_run;
    for (const Span& span : spans_) {
      add_span(run, span, of_run);
    }
    by_run_.add(of_run);
  }
}

void Measured::add_span(const Timeline& run, const Span& span, measure::Samples& of_run) {
  const std::vector<Interval> from = times_of(run, span.from, asked_.from);
  const std::vector<Interval> to = times_of(run, span.to, asked_.to);
  if (from.size() != to.size()) {
    note(VerdictKind::Broken, fmt::format("{} of {} and {} of {} in {}{}: they cannot be paired",
                                          from.size(), asked_.from.text, to.size(), asked_.to.text,
                                          run_name(run.record()), letters_text(span.letters)));
    return;
  }
  for (std::size_t k = 0; k < from.size(); ++k) {
    add_sample(run, from[k], to[k], of_run);
  }
}

void Measured::add_sample(const Timeline& run, const Interval& from, const Interval& to,
                          measure::Samples& of_run) {
  if (to.hi == kEver) {
    note(VerdictKind::Inconclusive,
         fmt::format("nobody saw when {} was in {}", asked_.to.text, run_name(run.record())));
  } else if (to.hi < from.lo) {
    note(VerdictKind::Broken, fmt::format("{} came {} before {} in {}", asked_.to.text,
                                          base::format_duration(from.lo - to.hi), asked_.from.text,
                                          run_name(run.record())));
  } else {
    samples_.add((to.hi - from.lo).count());
    of_run.add((to.hi - from.lo).count());
  }
}

// All that have happened; of `first(…)` and `last(…)` the one. The last one has not happened before
// all have.
std::vector<Interval> Measured::times_of(const Timeline& run, const Side& side,
                                         const scenario::EventPattern& pattern) const {
  std::vector<Interval> times;
  bool all = true;
  for (const plan::Event& event : side) {
    const bool is_unstarted_talker =
        context_.plan.instance(event.instance).kind == plan::Instance::Kind::Talker &&
        !run.record().processes[event.instance].started;
    if (is_unstarted_talker) {
      continue;
    }
    const std::vector<Interval> here = happenings(context_, run, event);
    all = all && !here.empty();
    times.insert(times.end(), here.begin(), here.end());
  }
  if (pattern.pick == Pick::Each || times.empty()) {
    return times;
  }
  if (pattern.pick == Pick::Last && !all) {
    return {};
  }
  return {one_of(times, pattern.pick)};
}

MeasuredFigures::MeasuredFigures(const Context& context) {
  for (const scenario::Figure& figure : context.asked.figures) {
    if (auto spans = spans_of(context.finder, figure)) {
      figures_.emplace_back(context, figure, std::move(*spans));
    }
  }
}

void MeasuredFigures::add(const Timeline& run) {
  for (Measured& figure : figures_) {
    figure.add(run);
  }
}

const Measured* MeasuredFigures::find(std::string_view name) const {
  const auto found = std::ranges::find(figures_, name, &Measured::name);
  return found == figures_.end() ? nullptr : &*found;
}

std::vector<measure::Figure> MeasuredFigures::told() const {
  std::vector<measure::Figure> told;
  for (const Measured& figure : figures_) {
    told.push_back(measure::figure_of(figure.name(), "ns", figure.samples()));
    told.back().invalid = figure.invalid();
    told.back().by_run = figure.by_run();
  }
  return told;
}

}  // namespace procession::verify
