// SPDX-License-Identifier: MIT
// procession bench: scenarios under Google Benchmark, or, with --vs, two arms of them side by side
// (versus_command.h). Under the library each scenario instance is one benchmark; what
// the library can do, it does: filters, repetitions, statistics, files for tools that compare.

#include "harness/base/text.h"
#include "harness/cli/bench_progress.h"
#include "harness/cli/circumstances.h"
#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/cli/held_signals.h"
#include "harness/cli/prepare.h"
#include "harness/cli/reports.h"
#include "harness/cli/result_file.h"
#include "harness/cli/scenario_benchmark.h"
#include "harness/cli/versus_command.h"

#include <CLI/CLI.hpp>
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>
#include <optional>
#include <regex>
#include <string_view>
#include <utility>
#include <vector>

namespace procession::cli {

namespace {

// An option of the library that is handed on, as "--benchmark_NAME=VALUE".
struct Handed {
  const char* name;
  const char* type;  // of its value; "a|b" are all values that it may have; nullptr: a flag
  const char* description;
};
constexpr Handed kHanded[] = {
    {"context", "KEY=VALUE,...", "More for the context of the result"},
    {"counters_tabular", nullptr, "Counters as columns of a table"},
    {"display_aggregates_only", nullptr, "On the console mean, median and so on only"},
    {"enable_random_interleaving", nullptr, "Repetitions of all benchmarks in a random order"},
    {"filter", "REGEX", "Only benchmarks whose name matches; after a -, only others"},
    {"format", "console|csv|json", "Of standard output (console)"},
    {"list_tests", nullptr, "Print the names of the benchmarks, and play nothing"},
    {"min_time", "SECONDS", "How long each is played at least, if nobody says how often (0.5)"},
    {"out", "FILE", "Write the result there, too"},
    {"out_format", "console|csv|json", "Of that file (json)"},
    {"repetitions", "NUMBER", "How often each is measured anew (1)"},
    {"report_aggregates_only", nullptr, "Report mean, median and so on only"},
    {"time_unit", "ms|ns|s|us", "Of times (ms)"},
};

struct CommandOptions {
  Selector selector;
  std::optional<std::uint32_t> seed;
  BenchOptions bench;
  ProgressChoice progress = ProgressChoice::Automatic;
  std::vector<std::string> handed;  // to the library; of these:
  std::string filter;
  std::string format = "console";
  std::string out;
  std::string out_format = "json";
  ReportPaths reports;
  VersusCommand versus;
  std::string command_line;
};

// What is to be known of it here, too.
void note(const std::string& name, const std::string& value, CommandOptions& options) {
  for (const auto& [known, member] :
       {std::pair("--benchmark_filter", &CommandOptions::filter),
        std::pair("--benchmark_format", &CommandOptions::format),
        std::pair("--benchmark_out", &CommandOptions::out),
        std::pair("--benchmark_out_format", &CommandOptions::out_format)}) {
    if (name == known) {
      options.*member = value;
    }
  }
}

void add_handed_options(CLI::App& command, CommandOptions& options) {
  for (const Handed& handed : kHanded) {
    const std::string name = fmt::format("--benchmark_{}", handed.name);
    if (handed.type == nullptr) {
      command.add_flag_callback(
          name, [&options, name] { options.handed.push_back(name + "=true"); }, handed.description);
      continue;
    }
    const auto hand_on = [&options, name](const std::string& value) {
      options.handed.push_back(name + "=" + value);
      note(name, value, options);
    };
    CLI::Option* option =
        command.add_option_function<std::string>(name, hand_on, handed.description);
    option->type_name(handed.type);
    if (std::string_view(handed.type).find('|') != std::string_view::npos) {
      const auto words = base::split(handed.type, '|');
      option->check(
          CLI::IsMember(std::vector<std::string>(words.begin(), words.end())).description(""));
    }
  }
}

// False if there is an option that it does not understand: it has said which, on standard error.
bool initialize_library(const std::vector<std::string>& handed) {
  static std::string program = "procession";  // the library keeps the pointer
  std::vector<std::string> arguments = handed;
  std::vector<char*> pointers = {program.data()};
  for (std::string& argument : arguments) {
    pointers.push_back(argument.data());
  }
  int count = static_cast<int>(pointers.size());
  pointers.push_back(nullptr);
  benchmark::SetDefaultTimeUnit(benchmark::kMillisecond);
  benchmark::Initialize(&count, pointers.data());
  return !benchmark::ReportUnrecognizedArguments(count, pointers.data());
}

// JSON that every reader takes. The library's own has NaN where repetitions have a mean of 0 and
// are to be told how far they stray from it.
class FiniteJson final : public benchmark::JSONReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    std::vector<Run> finite = runs;
    for (Run& run : finite) {
      std::erase_if(run.counters,
                    [](const auto& entry) { return !std::isfinite(entry.second.value); });
    }
    JSONReporter::ReportRuns(finite);
  }
};

// How many benchmarks there were. Formats other than JSON are the library's affair.
std::size_t run_library(const CommandOptions& options) {
  FiniteJson shown;
  FiniteJson written;
  return benchmark::RunSpecifiedBenchmarks(
      options.format == "json" ? &shown : nullptr,
      !options.out.empty() && options.out_format == "json" ? &written : nullptr);
}

using Benchmarks = std::vector<std::unique_ptr<ScenarioBenchmark>>;

Benchmarks make_benchmarks(std::vector<Prepared> scenarios, const BenchOptions& options,
                           std::optional<base::Error>& stop, BenchProgress& progress) {
  Benchmarks all;
  for (Prepared& prepared : scenarios) {
    all.push_back(std::make_unique<ScenarioBenchmark>(std::move(prepared), options));
    ScenarioBenchmark* const one = all.back().get();
    auto* const registered = benchmark::RegisterBenchmark(
        one->name().c_str(),
        [one, &stop, &progress](benchmark::State& state) { one->measure(state, stop, progress); });
    registered->UseManualTime();
    if (one->runs()) {
      registered->Iterations(*one->runs());
    }
  }
  return all;
}

// How many the library will choose, as it documents its filter; 0: that cannot be told.
std::size_t count_selected(const Benchmarks& all, const std::string& filter) {
  const bool is_negative = filter.starts_with('-');
  const std::string pattern = filter.substr(is_negative ? 1 : 0);
  if (pattern.empty() || pattern == "all") {
    return all.size();
  }
  try {
    const std::regex regex(pattern, std::regex::extended);
    const auto is_selected = [&](const auto& one) {
      const std::string runs = one->runs() ? fmt::format("/iterations:{}", *one->runs()) : "";
      return std::regex_search(one->name() + runs + "/manual_time", regex) != is_negative;
    };
    return static_cast<std::size_t>(std::ranges::count_if(all, is_selected));
  } catch (const std::regex_error&) {
    return 0;
  }
}

// Those that were measured: what a filter has left out says nothing.
void take_results(const Benchmarks& all, report::SessionResult& session) {
  for (const auto& one : all) {
    if (one->result()) {
      session.scenarios.push_back(*one->result());
    }
  }
}

ExitCode ending_of(const report::SessionResult& session, const std::optional<base::Error>& stop,
                   Reports& reports) {
  ExitCode code = stop                        ? fail(*stop)
                  : session.scenarios.empty() ? ExitCode::AsExpected
                                              : exit_code_of(session);
  if (const base::Result<> written = reports.write(session); !written) {
    const ExitCode failed = fail(written.error());
    code = code == ExitCode::AsExpected ? failed : code;
  }
  return code;
}

// The library ends this process when it cannot write there, without a reason.
base::Result<> can_be_written(const std::string& out) {
  if (out.empty()) {
    return {};
  }
  const base::Result<ResultFile> place = ResultFile::open(out);
  return place ? base::Result<>() : place.error();
}

ExitCode bench(const CommandOptions& options) {
  base::Result<Selection> selection = select(options.selector);
  if (!selection) {
    return fail(selection.error());
  }
  if (selection->scenarios.empty() && selection->bad_files.empty()) {
    return nothing_selected(options.selector, *selection);
  }
  Preparation preparation =
      prepare(*std::move(selection), Checks::PlanAndReview, options.seed.value_or(0));
  if (!preparation.bad_files.empty()) {
    return fail(preparation.bad_files);
  }
  if (const base::Result<> writable = can_be_written(options.out); !writable) {
    return fail(writable.error());
  }
  base::Result<Reports> reports = Reports::open(options.reports);
  if (!reports) {
    return fail(reports.error());
  }
  report::SessionResult session = session_begun(
      options.command_line, options.bench.playing.containment, options.seed.value_or(0));
  for (const auto& [name, value] : session.machine) {
    benchmark::AddCustomContext(name, value);
  }
  if (!initialize_library(options.handed)) {
    return ExitCode::BadInput;
  }
  const HeldSignals signals;
  std::optional<base::Error> stop;
  const base::Instant started = base::now();
  const StolenTime stolen;
  BenchProgress progress(options.progress);
  const Benchmarks all =
      make_benchmarks(std::move(preparation.ready), options.bench, stop, progress);
  progress.expect(count_selected(all, options.filter));
  if (run_library(options) == 0) {
    return ExitCode::NothingSelected;  // the library has said so
  }
  std::cout.flush();
  session.wall = base::now() - started;
  session.machine.emplace_back("steal", stolen.text());
  take_results(all, session);
  return ending_of(session, stop, *reports);
}

ExitCode bench_or_compare(const CommandOptions& options) {
  if (options.versus.other.empty()) {
    return bench(options);
  }
  VersusCommand versus = options.versus;
  for (const auto& [option, path] : options.reports.by_option) {
    if (option == "--json") {
      versus.comparison.json = path;
    } else if (option == "--markdown") {
      versus.comparison.markdown = path;
    } else if (!path.empty()) {
      return fail(base::Error{base::ErrorKind::BadInput, option + " is not for comparisons: --vs"});
    }
  }
  return run_versus(options.selector, versus,
                    {options.command_line, options.seed, options.bench.runs, options.bench.timeout,
                     options.bench.playing.containment});
}

}  // namespace

void add_bench_command(CLI::App& app, Command& chosen, const std::string& command_line) {
  const auto options = std::make_shared<CommandOptions>();
  options->command_line = command_line;
  CLI::App* command = app.add_subcommand(
      "bench", "Play scenarios under Google Benchmark, or side by side with others");
  add_selector(*command, options->selector)->required();
  command
      ->add_option("--runs", options->bench.runs,
                   "How often each is played, instead of what its file says")
      ->type_name("NUMBER")
      ->check(CLI::Range(1u, 1'000'000'000u).description(""));
  add_seed(*command, options->seed);
  add_duration(*command, "--timeout", options->bench.timeout,
               "Of one run, instead of what each file says: 10s");
  add_containment(*command, options->bench.playing.containment);
  add_progress(*command, options->progress);
  add_reports(*command, options->reports);
  add_kept_results(*command, options->reports);
  add_handed_options(*command, *options);
  add_versus(*command, options->versus);
  command->callback(
      [&chosen, options] { chosen = [options] { return bench_or_compare(*options); }; });
}

}  // namespace procession::cli
