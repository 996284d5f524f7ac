// SPDX-License-Identifier: MIT
#include "harness/verify/course.h"

#include "harness/verify/check.h"
#include "harness/verify/load_figures.h"
#include "harness/verify/wording.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <unordered_map>

namespace procession::verify {

namespace {

using causes::EventId;
using plan::InstanceId;
using plan::StepId;
using Kind = Course::Kind;

constexpr std::uint32_t kNoEvent = std::numeric_limits<std::uint32_t>::max();

class Drawing {
 public:
  Drawing(const Context& context, const Timeline& run)
      : context_(context),
        run_(run),
        record_(run.record()),
        shown_as_(run.net().net.event_count(), kNoEvent) {}

  Course draw() {
    course_.run = record_.run + 1;
    course_.wall_ns = since_begin(record_.ended.value_or(latest()));
    for (InstanceId id = 0; id < record_.processes.size(); ++id) {
      if (record_.processes[id].started || record_.processes[id].began) {
        add_process(id);
      }
    }
    add_arrows();
    return std::move(course_);
  }

 private:
  [[nodiscard]] std::int64_t since_begin(base::Instant at) const {
    return std::max<std::int64_t>(0, (at - record_.started).count());
  }

  [[nodiscard]] base::Instant latest() const {
    base::Instant latest = record_.started;
    for (const trace::Process& process : record_.processes) {
      latest = std::max({latest, last_stamp(process), process.dead_seen.value_or(latest)});
    }
    return latest;
  }

  std::uint32_t text(std::string words) {
    if (words.empty()) {
      return 0;
    }
    const auto [known, is_new] =
        texts_.try_emplace(std::move(words), static_cast<std::uint32_t>(course_.texts.size()));
    if (is_new) {
      course_.texts.push_back(known->first);
    }
    return known->second;
  }

  // None if there are too many already.
  Course::Event* add(Kind kind, std::int64_t from, std::int64_t to) {
    if (course_.events.size() == Course::kMostEvents) {
      ++course_.left_out;
      return nullptr;
    }
    const auto lane = static_cast<std::uint32_t>(course_.lanes.size() - 1);
    course_.events.push_back({.kind = kind, .lane = lane, .from_ns = from, .to_ns = to});
    return &course_.events.back();
  }

  void stands_for(EventId event) {
    if (!course_.events.empty() && shown_as_[event] == kNoEvent) {
      shown_as_[event] = static_cast<std::uint32_t>(course_.events.size() - 1);
    }
  }

  void add_process(InstanceId id) {
    const trace::Process& process = record_.processes[id];
    const plan::Instance& instance = context_.plan.instance(id);
    course_.lanes.push_back({context_.finder.name_of(id), about_process(instance), process.pid,
                             process.status ? status_text(*process.status) : std::string()});
    if (process.began) {
      const std::int64_t begin = since_begin(process.begin);
      if (Course::Event* const event = add(Kind::Begin, begin, begin)) {
        event->text = text("begin");
        event->line = instance.line;
        stands_for(run_.net().begin(id));
      }
    }
    for (const trace::Event& event : process.events) {
      add_line(id, event);
    }
    add_fact(Kind::Orphaned, run_.net().orphaned(id), "orphaned");
    add_fact(Kind::End, run_.net().end(id), "end");
  }

  // What nobody has stamped: an interval.
  void add_fact(Kind kind, EventId happened, std::string_view words) {
    if (!run_.happened(happened)) {
      return;
    }
    const Interval when = run_.when(happened);
    const std::int64_t from = since_begin(when.lo);
    const std::int64_t to = std::clamp(since_begin(when.hi), from, std::max(from, course_.wall_ns));
    if (Course::Event* const event = add(kind, from, to)) {
      event->text = text(std::string(words));
      stands_for(happened);
    }
  }

  void add_line(InstanceId id, const trace::Event& line) {
    switch (line.kind) {
      case trace::Line::Step:
        add_step(id, line);
        break;
      case trace::Line::Got:
        add_got(id, line);
        break;
      default:
        break;
    }
  }

  void add_got(InstanceId id, const trace::Event& line) {
    const plan::Event got{plan::Event::Kind::Got, id, line.step, 0};
    const std::int64_t from = since_begin(line.call);
    if (Course::Event* const event = add(Kind::Got, from, from)) {
      event->text = text(
          "got(" + std::string(scenario::signal_name(context_.plan.step(line.step).signal)) + ")");
      event->line = context_.plan.step(line.step).line;
      stands_for(run_.net().id_of(got));
    }
  }

  void add_step(InstanceId id, const trace::Event& line) {
    const plan::Step& asked = context_.plan.step(line.step);
    const std::int64_t from = since_begin(line.call);
    Course::Event* const event =
        add(Kind::Step, from, line.returned ? since_begin(*line.returned) : -1);
    if (event == nullptr) {
      return;
    }
    event->text = text(name_of(line.step));
    event->line = asked.implicit ? 0 : asked.line;
    if (line.error != 0) {
      event->error = text(context_.finder.symbol_name(line.error));
    } else if (line.returned) {
      event->answer = text(answer_of(asked, line));
    }
    const causes::PlanNet& net = run_.net();
    for (const EventId of : {net.call(line.step), net.effect(line.step), net.success(line.step),
                             net.returned(line.step)}) {
      stands_for(of);
    }
    if (line.error != 0) {
      stands_for(net.id_of({plan::Event::Kind::Error, id, plan::kNone, line.error}));
    }
    add_stops(asked, line);
  }

  std::string name_of(StepId id) const {
    const plan::Step& step = context_.plan.step(id);
    return step.verb == scenario::Verb::Ready ? "ready"
           : step.implicit                    ? "exit"
                                              : context_.finder.name_of_step(id);
  }

  // That it went well is told by that it returned.
  [[nodiscard]] std::string answer_of(const plan::Step& asked, const trace::Event& line) const {
    std::string answer =
        asked.verb == scenario::Verb::Print ? line.text : answer_text(context_, line);
    return answer == "ok" ? std::string() : answer;
  }

  // What a signal has done to a process is told by who has sent it, and shown where it was done.
  void add_stops(const plan::Step& asked, const trace::Event& line) {
    for (const auto& [kind, shown, words] :
         {std::tuple(plan::Event::Kind::Stopped, Kind::Stopped, "stopped"),
          std::tuple(plan::Event::Kind::Continued, Kind::Continued, "continued")}) {
      if (plan::makes(asked, kind) && line.returned && line.answer == 1) {
        stops_.push_back(
            {asked.target, shown, words, run_.net().id_of({kind, asked.target, line.step, 0})});
      }
    }
  }

  // In the lanes of those that were stopped, once all of these are there.
  void place_stops() {
    std::map<std::string, std::uint32_t> lanes;
    for (std::uint32_t lane = 0; lane < course_.lanes.size(); ++lane) {
      lanes.emplace(course_.lanes[lane].path, lane);
    }
    for (const Stop& stop : stops_) {
      const auto lane = lanes.find(context_.finder.name_of(stop.whose));
      const std::size_t before = course_.events.size();
      if (lane != lanes.end()) {
        add_fact(stop.kind, stop.event, stop.words);
      }
      if (course_.events.size() > before) {
        course_.events.back().lane = lane->second;
      }
    }
  }

  // A shown event that something waits for, and when it had happened.
  struct Latest {
    std::uint32_t event = kNoEvent;
    base::Instant at;

    void take(const Latest& other) {
      if (other.event != kNoEvent && (event == kNoEvent || other.at > at)) {
        *this = other;
      }
    }
  };

  // For each event that is shown, what came last of all that it needed, through events that are
  // not shown. Causes come first in the order, so each pool is known when it is asked for.
  void add_arrows() {
    place_stops();
    const causes::Net& net = run_.net().net;
    std::vector<Latest> of_pool(net.pool_count());
    std::vector<std::uint32_t> origin(net.event_count(), kNoEvent);
    for (const EventId event : run_.happenings().in_order()) {
      const std::uint32_t shown = shown_as_[event];
      Latest latest;
      for (const causes::Gate& gate : net.gates_of(event)) {
        if (run_.needed_all(gate)) {
          latest.take(of_pool[gate.pool]);
          add_arrow(of_pool[gate.pool].event, shown);
        }
      }
      if (shown != kNoEvent) {
        latest = {shown, run_.when(event).hi};
      }
      origin[event] = latest.event;
      for (const causes::PoolId pool : net.pools_with(event)) {
        of_pool[pool].take(latest);
      }
    }
    for (const Timeline::Answered& answered : run_.answers()) {
      add_arrow(origin[answered.cause], shown_as_[answered.event]);
    }
    leave_out_what_follows();
  }

  void add_arrow(std::uint32_t from, std::uint32_t to) {
    if (from != kNoEvent && to != kNoEvent &&
        course_.events[from].lane != course_.events[to].lane) {
      course_.arrows.push_back({from, to});
    }
  }

  // Who has waited for an event of a lane need not say so again, nor for those before it. Events of
  // a lane are numbered in its order.
  void leave_out_what_follows() {
    std::ranges::sort(course_.arrows, {},
                      [](const Course::Arrow& arrow) { return std::pair(arrow.to, arrow.from); });
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> waited_for;  // by both lanes
    std::erase_if(course_.arrows, [&](const Course::Arrow& arrow) {
      const std::pair lanes(course_.events[arrow.to].lane, course_.events[arrow.from].lane);
      const auto [latest, is_new] = waited_for.try_emplace(lanes, arrow.from);
      const bool follows = !is_new && latest->second >= arrow.from;
      latest->second = std::max(latest->second, arrow.from);
      return follows;
    });
    std::ranges::sort(course_.arrows);
  }

  struct Stop {
    InstanceId whose;
    Kind kind;
    std::string_view words;
    EventId event;
  };

  const Context& context_;
  const Timeline& run_;
  const trace::Record& record_;
  Course course_;
  std::vector<std::uint32_t> shown_as_;  // by event of the net
  std::unordered_map<std::string, std::uint32_t> texts_;
  std::vector<Stop> stops_;
};

// Adds what one instance has counted to windows that may begin earlier than its own, and be wider.
// One that begins beyond all of them is left out: no run that was played has it.
void add_windows(const trace::Load& load, std::int64_t begin, Throughput& throughput) {
  constexpr std::size_t kMost = 2 * trace::LoadArea::kWindows;
  for (std::size_t i = 0; i < load.windows.size(); ++i) {
    const std::int64_t since =
        begin - throughput.begin_ns + static_cast<std::int64_t>(i) * load.window_ns;
    const auto window = static_cast<std::size_t>(since / throughput.window_ns);
    if (window < kMost) {
      throughput.ended.resize(std::max(throughput.ended.size(), window + 1));
      throughput.ended[window] += load.windows[i];
    }
  }
}

std::int64_t begin_of(const trace::Load& load, trace::Phase phase) {
  return load.phases[static_cast<std::size_t>(phase)].counts.begin;
}

Throughput pooled(std::string_view name, const std::vector<const trace::Load*>& loads,
                  base::Instant began) {
  Throughput throughput;
  throughput.name = name;
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  for (const trace::Load* const load : loads) {
    first = std::min(first, begin_of(*load, trace::Phase::Measure));
    throughput.window_ns = std::max(throughput.window_ns, load->window_ns);
  }
  throughput.begin_ns = first;
  for (const trace::Load* const load : loads) {
    add_windows(*load, begin_of(*load, trace::Phase::Measure), throughput);
  }
  throughput.begin_ns -= began.ns;
  for (std::size_t phase = 0; phase < trace::kPhases; ++phase) {
    std::int64_t earliest = 0;
    for (const trace::Load* const load : loads) {
      const std::int64_t begin = load->phases[phase].counts.begin;
      earliest = earliest == 0 || (begin != 0 && begin < earliest) ? begin : earliest;
    }
    if (earliest != 0) {
      throughput.phases.emplace_back(scenario::kPhaseNames[phase], earliest - began.ns);
    }
  }
  return throughput;
}

bool has_measured(const trace::Load& load) {
  return !load.phases.empty() && load.window_ns != 0 && begin_of(load, trace::Phase::Measure) != 0;
}

}  // namespace

Course course_of(const Context& context, const Timeline& run) {
  return Drawing(context, run).draw();
}

std::vector<Throughput> throughputs_of(const Context& context, const Timeline& run) {
  std::map<std::string_view, std::vector<const trace::Load*>> by_label;
  for (std::size_t i = 0; i < run.record().loads.size(); ++i) {
    const trace::Load& load = run.record().loads[i];
    if (has_measured(load)) {
      by_label[label_of(context.plan, context.plan.loads()[i])].push_back(&load);
    }
  }
  std::vector<Throughput> throughputs;
  for (const auto& [label, loads] : by_label) {
    throughputs.push_back(pooled(label, loads, run.record().started));
  }
  return throughputs;
}

}  // namespace procession::verify
