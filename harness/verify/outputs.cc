// SPDX-License-Identifier: MIT
// Output: `output` (each process's lines, in order) and `printed` (all lines, in any order). Facts
// in the expected lines are put in as recorded.
#include "harness/base/text.h"
#include "harness/verify/check.h"
#include "harness/verify/printed.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace procession::verify {

namespace {

using plan::InstanceId;
using scenario::VerdictKind;

using Lines = std::vector<std::string>;

// The printed lines of one output, whoever wrote them.
class Output {
 public:
  void add(const trace::Event& line, InstanceId writer) {
    is_shared_ = is_shared_ || (!lines_.empty() && writer != last_writer_);
    last_writer_ = writer;
    lines_.push_back(&line);
  }

  // In the order of writing. An empty line takes no place, so it was written before the one that
  // has the same.
  [[nodiscard]] Lines in_order() const {
    auto lines = lines_;
    if (is_shared_) {
      std::ranges::stable_sort(lines, {}, [](const trace::Event* line) {
        return std::pair(line->place, !line->text.empty());
      });
    }
    Lines texts;
    for (const trace::Event* line : lines) {
      texts.push_back(line->text);
    }
    return texts;
  }

 private:
  std::vector<const trace::Event*> lines_;
  InstanceId last_writer_ = plan::kNone;
  bool is_shared_ = false;
};

// By whose output it is; what is not kept is not there.
std::map<InstanceId, Output> outputs_of(const Context& context, const trace::Record& record) {
  std::map<InstanceId, Output> outputs;
  for (InstanceId id = 0; id < record.processes.size(); ++id) {
    const InstanceId whose = context.plan.output_of(id);
    for (const trace::Event& event : record.processes[id].events) {
      if (whose != plan::kNone && is_printed_line(context.plan, event)) {
        outputs[whose].add(event, id);
      }
    }
  }
  return outputs;
}

// One fact as the record has it; none if there is none of that name.
std::optional<std::string> fact(const Context& context, const trace::Record& record, InstanceId of,
                                std::string_view name) {
  const plan::Instance& instance = context.plan.instance(of);
  const trace::Process& process = record.processes[of];
  if (name == "pid") {
    return std::to_string(process.pid);
  }
  if (name == "ppid") {
    return std::to_string(process.ppid);
  }
  if (name == "name") {
    return std::string(context.plan.text(instance.name));
  }
  if (name == "index" && instance.index != plan::kNone) {
    return std::to_string(instance.index);
  }
  if (name == "daemon") {
    return instance.daemon ? "true" : "false";
  }
  if (name == "exitcode") {
    return process.status ? status_text(*process.status) : "none";
  }
  if (name == "arg") {
    for (const scenario::Process& asked : context.asked.processes) {
      const std::size_t index = instance.index == plan::kNone ? 0 : instance.index;
      if (asked.name == context.plan.text(instance.template_name) && index < asked.args.size()) {
        return asked.args[index].value;
      }
    }
  }
  return std::nullopt;
}

std::string filled_in(const Context& context, const trace::Record& record, InstanceId self,
                      std::string_view text) {
  std::string filled;
  while (!text.empty()) {
    const auto open = text.find("${");
    const auto close = open == text.npos ? text.npos : text.find('}', open);
    if (close == text.npos) {
      break;
    }
    filled += text.substr(0, open);
    const std::string_view written = text.substr(open + 2, close - open - 2);
    const auto dot = written.rfind('.');
    InstanceId of = self;
    if (dot != written.npos) {
      const std::string_view name = written.substr(0, dot);
      if (name == "reaper") {
        filled += std::to_string(record.warden_pid);
        text.remove_prefix(close + 1);
        continue;
      }
      of = plan::kNone;
      if (const auto pattern = scenario::read_process(name)) {
        const auto found = context.finder.processes(*pattern);
        of = found.size() == 1 ? found.front().instance : plan::kNone;
      }
    }
    std::optional<std::string> value;
    if (of != plan::kNone) {
      value = fact(context, record, of, dot == written.npos ? written : written.substr(dot + 1));
    }
    filled += value ? *value : std::string(text.substr(open, close - open + 1));
    text.remove_prefix(close + 1);
  }
  return filled += text;
}

std::vector<std::string> quoted(const char* heading, const std::vector<std::string>& lines) {
  std::vector<std::string> quoted = {heading};
  for (const std::string& line : lines) {
    quoted.push_back("  " + line);
  }
  return quoted;
}

std::vector<std::string> difference(const std::vector<std::string>& wanted,
                                    const std::vector<std::string>& got) {
  auto lines = quoted("expected:", wanted);
  const auto rest = quoted("printed:", got);
  lines.insert(lines.end(), rest.begin(), rest.end());
  return lines;
}

class LinesCheck : public EachRunCheck {
 protected:
  using EachRunCheck::EachRunCheck;

  // Why the lines cannot be told: events were lost, or a program has printed more than is kept.
  [[nodiscard]] static std::optional<Finding> unknown_lines(const Context& context,
                                                            const trace::Record& record) {
    if (!record.complete) {
      return incomplete(record);
    }
    for (InstanceId id = 0; id < record.processes.size(); ++id) {
      if (record.processes[id].output_cut && context.plan.output_of(id) != plan::kNone) {
        return Finding{VerdictKind::Inconclusive,
                       fmt::format("{} printed more in {} than is kept of a program",
                                   context.finder.name_of(id), run_name(record)),
                       {}};
      }
    }
    return std::nullopt;
  }
};

class OutputCheck final : public LinesCheck {
 public:
  OutputCheck(const Context& context, const scenario::OutputExpectation& asked,
              std::vector<InstanceId> ids)
      : LinesCheck("output", asked.process.parts.back().name, asked.at),
        context_(context),
        ids_(std::move(ids)),
        lines_(asked.lines) {}

 private:
  [[nodiscard]] Finding judge(const Timeline& run) const override {
    if (auto unknown = unknown_lines(context_, run.record())) {
      return *std::move(unknown);
    }
    auto outputs = outputs_of(context_, run.record());
    for (const InstanceId id : ids_) {
      Lines wanted;
      for (const scenario::Text& line : lines_) {
        wanted.push_back(filled_in(context_, run.record(), id, line.value));
      }
      const Lines got = outputs[id].in_order();
      if (got != wanted) {
        return {VerdictKind::Broken,
                fmt::format("{} printed something else in {}", context_.finder.name_of(id),
                            run_name(run.record())),
                difference(wanted, got)};
      }
    }
    return {};
  }

  [[nodiscard]] std::string praise() const override {
    return fmt::format("printed so in each of {}", runs_text(runs()));
  }

  const Context& context_;
  const std::vector<InstanceId> ids_;
  const std::vector<scenario::Text> lines_;
};

class PrintedCheck final : public LinesCheck {
 public:
  PrintedCheck(const Context& context, const std::vector<scenario::Text>& lines,
               scenario::Position at)
      : LinesCheck("printed", fmt::format("{} lines in any order", lines.size()), at),
        context_(context),
        lines_(lines) {}

 private:
  [[nodiscard]] Finding judge(const Timeline& run) const override {
    if (auto unknown = unknown_lines(context_, run.record())) {
      return *std::move(unknown);
    }
    std::vector<std::string> wanted;
    for (const scenario::Text& line : lines_) {
      wanted.push_back(filled_in(context_, run.record(), 0, line.value));
    }
    std::vector<std::string> got;
    for (const auto& [whose, output] : outputs_of(context_, run.record())) {
      const Lines lines = output.in_order();
      got.insert(got.end(), lines.begin(), lines.end());
    }
    std::ranges::sort(wanted);
    std::ranges::sort(got);
    if (wanted == got) {
      return {};
    }
    return {VerdictKind::Broken,
            fmt::format("other lines were printed in {}", run_name(run.record())),
            difference(wanted, got)};
  }

  [[nodiscard]] std::string praise() const override {
    return fmt::format("all printed in each of {}", runs_text(runs()));
  }

  const Context& context_;
  const std::vector<scenario::Text> lines_;
};

}  // namespace

void add_output_checks(const Context& context, Checks& checks) {
  for (const scenario::OutputExpectation& output : context.asked.expect.output) {
    std::vector<InstanceId> ids;
    for (const auto& process : context.finder.processes(output.process)) {
      ids.push_back(process.instance);
    }
    checks.push_back(std::make_unique<OutputCheck>(context, output, ids));
  }
  if (context.asked.expect.printed) {
    checks.push_back(std::make_unique<PrintedCheck>(context, *context.asked.expect.printed,
                                                    context.asked.expect.printed_at));
  }
}

}  // namespace procession::verify
