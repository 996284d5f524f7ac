// SPDX-License-Identifier: MIT
#include "harness/report/trace_events.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <numeric>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace procession::report {

namespace {

using Json = nlohmann::ordered_json;
using verify::Course;
using Kind = Course::Kind;

std::string to_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Microseconds since the run began; exact.
std::string micros(std::int64_t ns) {
  const std::int64_t not_before = std::max<std::int64_t>(0, ns);
  return fmt::format("{}.{:03}", not_before / 1000, not_before % 1000);
}

// When an event was, as the timeline shows it: a step from its call to its return; anything else
// at one moment, when it had happened for sure.
struct Span {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

std::int64_t done_at(const Course::Event& event) { return std::max(event.from_ns, event.to_ns); }

// Where what never returned ends, for each lane: with its process, else with the run.
std::vector<std::int64_t> ends_of_lanes(const Course& course) {
  std::int64_t last = course.wall_ns;
  for (const Course::Event& event : course.events) {
    last = std::max(last, done_at(event));
  }
  std::vector<std::int64_t> ends(course.lanes.size(), last);
  for (const Course::Event& event : course.events) {
    if (event.kind == Kind::End) {
      ends[event.lane] = done_at(event);
    }
  }
  return ends;
}

std::vector<Span> spans_of(const Course& course) {
  const std::vector<std::int64_t> ends = ends_of_lanes(course);
  std::vector<Span> spans;
  spans.reserve(course.events.size());
  for (const Course::Event& event : course.events) {
    const std::int64_t begin = std::max<std::int64_t>(0, event.from_ns);
    if (event.kind != Kind::Step) {
      spans.push_back({std::max(begin, event.to_ns), std::max(begin, event.to_ns)});
    } else {
      spans.push_back({begin, std::max(begin, event.to_ns < 0 ? ends[event.lane] : event.to_ns)});
    }
  }
  return spans;
}

// By time. At the same time an end comes first, since others may be told of it, and what is round
// something else before that; a process begins before all it does.
std::vector<std::uint32_t> in_order(const Course& course, const std::vector<Span>& spans) {
  std::vector<std::uint32_t> order(spans.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::uint32_t event) {
    const Kind kind = course.events[event].kind;
    return std::tuple(spans[event].begin, kind != Kind::End, kind != Kind::Begin, -spans[event].end,
                      event);
  });
  return order;
}

// Cuts what is longer than the slice that it begins in; tells for each event whether there is one.
std::vector<bool> nest(const Course& course, const std::vector<std::uint32_t>& order,
                       std::vector<Span>& spans) {
  std::vector<bool> is_within(spans.size());
  // The slices that are open, for each lane, the innermost last.
  std::vector<std::vector<std::uint32_t>> open(course.lanes.size());
  for (const std::uint32_t event : order) {
    std::vector<std::uint32_t>& round = open[course.events[event].lane];
    while (!round.empty() && spans[round.back()].end <= spans[event].begin) {
      round.pop_back();
    }
    if (!round.empty()) {
      is_within[event] = true;
      spans[event].end = std::min(spans[event].end, spans[round.back()].end);
    }
    round.push_back(event);
  }
  return is_within;
}

// The arrows that begin and end at each event, by their place in the course.
struct Flows {
  Flows(const Course& course, const std::vector<Span>& spans,
        const std::vector<std::uint32_t>& order)
      : from(spans.size()), to(spans.size()) {
    std::vector<std::size_t> place(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      place[order[i]] = i;
    }
    for (std::uint32_t arrow = 0; arrow < course.arrows.size(); ++arrow) {
      const auto [origin, target] = course.arrows[arrow];
      const std::int64_t begin = spans[origin].begin;
      if (begin > spans[target].end) {
        continue;  // the cause came later: an edited result
      }
      from[origin].push_back(arrow);
      if (place[origin] < place[target]) {
        to[target].push_back(arrow);
      } else {
        late.push_back(arrow);
      }
    }
  }

  std::vector<std::vector<std::uint32_t>> from;
  std::vector<std::vector<std::uint32_t>> to;
  std::vector<std::uint32_t> late;  // whose target had begun before their origin: it had waited
};

std::string_view category_of(Kind kind) {
  switch (kind) {
    case Kind::Step:
      return "step";
    case Kind::Got:
      return "signal";
    case Kind::Begin:
    case Kind::End:
    case Kind::Orphaned:
    case Kind::Stopped:
    case Kind::Continued:
      break;
  }
  return "kernel";
}

// Scenario after scenario. Tracks and arrows are numbered through the whole document: viewers take
// tracks for threads of one machine, and a process' own number for its first thread.
class Writer {
 public:
  Writer(std::size_t processes, std::string& document)
      : first_track_(processes + 1), document_(document) {}

  void add(std::size_t process, const ScenarioResult& result) {
    if (!result.judgement.course) {
      return;
    }
    process_ = process;
    add_names(result);
    add_course(*result.judgement.course);
    for (const verify::Throughput& throughput : result.judgement.throughputs) {
      add_throughput(throughput);
    }
    first_track_ += result.judgement.course->lanes.size();
  }

 private:
  void add_names(const ScenarioResult& result) {
    name("process_name", 0, {{"name", result.id}});
    std::string label = result.title;
    if (result.judgement.course && result.judgement.course->left_out > 0) {
      label += fmt::format(" ({} events are left out)", result.judgement.course->left_out);
    }
    name("process_labels", 0, {{"labels", label}});
    name("process_sort_index", 0, {{"sort_index", process_}});
  }

  void add_course(const Course& course) {
    for (std::size_t lane = 0; lane < course.lanes.size(); ++lane) {
      add_lane(course.lanes[lane], lane);
    }
    std::vector<Span> spans = spans_of(course);
    const std::vector<std::uint32_t> order = in_order(course, spans);
    const std::vector<bool> is_within = nest(course, order, spans);
    const Flows flows(course, spans, order);
    open_.assign(course.lanes.size(), {});
    for (const std::uint32_t event : order) {
      close(course, spans, course.events[event].lane, spans[event].begin);
      add_event(course, event, spans[event], is_within[event]);
      add_flows(course, event, spans[event].begin, flows);
    }
    for (std::uint32_t lane = 0; lane < course.lanes.size(); ++lane) {
      close(course, spans, lane, std::numeric_limits<std::int64_t>::max());
    }
    for (const std::uint32_t arrow : flows.late) {
      const Course::Arrow& ends = course.arrows[arrow];
      add_end("f", arrow, course.events[ends.to].lane, spans[ends.from].begin);
    }
    arrows_ += course.arrows.size();
  }

  void add_throughput(const verify::Throughput& throughput) {
    if (throughput.window_ns <= 0) {
      return;
    }
    const std::string what = throughput.name + ": requests answered";
    std::int64_t at = throughput.begin_ns;
    for (const std::uint64_t ended : throughput.ended) {
      add_counter(what, at,
                  static_cast<double>(ended) * 1e9 / static_cast<double>(throughput.window_ns));
      at += throughput.window_ns;
    }
    add_counter(what, at, 0);
    for (const auto& [phase, begin] : throughput.phases) {
      write(R"({{"ph":"i","s":"p","cat":"phase","name":{},"pid":{},"tid":{},"ts":{}}})",
            to_text(throughput.name + ": " + phase), process_, process_, micros(begin));
    }
  }

  template <class... Values>
  void write(fmt::format_string<Values...> pattern, Values&&... values) {
    document_ += document_.ends_with('[') ? "\n" : ",\n";
    fmt::format_to(std::back_inserter(document_), pattern, std::forward<Values>(values)...);
  }

  // `track` 0: of the whole scenario.
  void name(std::string_view what, std::size_t track, const Json& args) {
    write(R"({{"ph":"M","name":"{}","pid":{},"tid":{},"args":{}}})", what, process_,
          track == 0 ? process_ : track, to_text(args));
  }

  [[nodiscard]] std::size_t track_of(std::size_t lane) const { return first_track_ + lane; }

  void add_lane(const Course::Lane& lane, std::size_t number) {
    const std::string about = lane.about.empty() ? "" : " (" + lane.about + ")";
    name("thread_name", track_of(number), {{"name", lane.path + about}});
    name("thread_sort_index", track_of(number), {{"sort_index", number}});
  }

  static Json args_of(const Course& course, const Course::Event& event) {
    Json args = Json::object();
    if (event.line != 0) {
      args["line"] = event.line;
    }
    if (event.error != 0) {
      args["error"] = course.texts[event.error];
    }
    if (event.answer != 0) {
      args["answer"] = course.texts[event.answer];
    }
    if (event.kind == Kind::Step && event.to_ns < 0) {
      args["returned"] = false;
    }
    if (event.kind != Kind::Step && event.to_ns > event.from_ns) {
      args["not before, µs"] = micros(event.from_ns);
    }
    const Course::Lane& lane = course.lanes[event.lane];
    if (event.kind == Kind::Begin) {
      args["pid"] = lane.pid;
    }
    if (event.kind == Kind::End && !lane.status.empty()) {
      args["status"] = lane.status;
    }
    return args;
  }

  // A viewer binds the end of an arrow to the slice of that track that it has read last and not
  // seen ended. Of a slice of a given length it sees no end: so what lies within another is told
  // by its begin and its end, and arrows stand right behind the begin.
  void add_event(const Course& course, std::uint32_t number, const Span& span, bool is_within) {
    const Course::Event& event = course.events[number];
    const std::string shape =
        is_within ? R"("ph":"B")"
        : event.kind == Kind::Step
            ? fmt::format(R"("ph":"X","dur":{})", micros(span.end - span.begin))
            : R"("ph":"i","s":"t")";
    write(R"({{{},"cat":"{}","name":{},"pid":{},"tid":{},"ts":{},"args":{}}})", shape,
          category_of(event.kind), to_text(course.texts[event.text]), process_,
          track_of(event.lane), micros(span.begin), to_text(args_of(course, event)));
    if (is_within) {
      open_[event.lane].push_back(number);
    }
  }

  // Ends what is open within others of a lane and has ended by then.
  void close(const Course& course, const std::vector<Span>& spans, std::uint32_t lane,
             std::int64_t by) {
    std::vector<std::uint32_t>& open = open_[lane];
    for (; !open.empty() && spans[open.back()].end <= by; open.pop_back()) {
      const Course::Event& event = course.events[open.back()];
      write(R"({{"ph":"E","cat":"{}","name":{},"pid":{},"tid":{},"ts":{}}})",
            category_of(event.kind), to_text(course.texts[event.text]), process_, track_of(lane),
            micros(spans[open.back()].end));
    }
  }

  void add_flows(const Course& course, std::uint32_t event, std::int64_t at, const Flows& flows) {
    for (const std::uint32_t arrow : flows.from[event]) {
      add_end("s", arrow, course.events[event].lane, at);
    }
    for (const std::uint32_t arrow : flows.to[event]) {
      add_end("f", arrow, course.events[event].lane, at);
    }
  }

  void add_end(std::string_view phase, std::uint32_t arrow, std::size_t lane, std::int64_t at) {
    write(R"({{"ph":"{}",{}"cat":"cause","name":"cause","id":{},"pid":{},"tid":{},"ts":{}}})",
          phase, phase == "f" ? R"("bp":"e",)" : "", arrows_ + arrow + 1, process_, track_of(lane),
          micros(at));
  }

  void add_counter(std::string_view what, std::int64_t at, double rate) {
    write(R"({{"ph":"C","name":{},"pid":{},"tid":{},"ts":{},"args":{{"per second":{}}}}})",
          to_text(what), process_, process_, micros(at), rate);
  }

  std::size_t process_ = 0;
  std::size_t first_track_;
  std::size_t arrows_ = 0;                        // of the scenarios before
  std::vector<std::vector<std::uint32_t>> open_;  // events within others, of each lane
  std::string& document_;
};

}  // namespace

std::string to_trace_events(const SessionResult& session) {
  std::string document = R"({"traceEvents":[)";
  Writer writer(session.scenarios.size(), document);
  for (std::size_t i = 0; i < session.scenarios.size(); ++i) {
    writer.add(i + 1, session.scenarios[i]);
  }
  const Json about = {{"started", session.started}, {"command", session.command}};
  return document + "\n],\"displayTimeUnit\":\"ns\",\"otherData\":" + to_text(about) + "}\n";
}

}  // namespace procession::report
