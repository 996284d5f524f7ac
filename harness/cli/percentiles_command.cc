// SPDX-License-Identifier: MIT
// procession percentiles: the table of percentiles (.hgrm) of one tag of a log of histograms
// (.hlog), whoever has written that. All intervals with the tag count together.

#include "harness/base/text.h"
#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/cli/read_file.h"
#include "harness/measure/hdr_log.h"
#include "harness/measure/percentile_table.h"
#include "harness/report/printable.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace procession::cli {

namespace {

// Beyond this a double does not count one by one.
constexpr std::uint64_t kMost = std::uint64_t{1} << 53;

using Histograms = std::map<std::string, std::unique_ptr<measure::Histogram>>;  // by tag

struct PercentilesOptions {
  std::string log;
  std::optional<std::string> tag;
};

base::Result<Histograms> read_log(const std::string& path) {
  const base::Result<std::string> text = read_to_end(path);
  if (!text) {
    return text.error();
  }
  Histograms all;
  bool is_too_much = false;
  const auto add = [&](const measure::HdrInterval& interval, const measure::Histogram& histogram) {
    auto& sum = all[interval.tag];
    if (!sum) {
      sum = std::make_unique<measure::Histogram>();
    }
    // Neither sum is more than 64 bits hold: a line has 63 bits at most.
    is_too_much =
        is_too_much || histogram.count() > kMost || sum->count() + histogram.count() > kMost;
    if (!is_too_much) {
      sum->add(histogram);
    }
  };
  base::Result<> read = measure::read_hdr_log(*text, add);
  if (read && is_too_much) {
    read = base::Error{base::ErrorKind::BadInput,
                       fmt::format("the lines of one tag have more than {} values: no percentile "
                                   "can be told of so many",
                                   kMost)};
  }
  if (!read) {
    return std::move(read).error().context(report::printable(path));
  }
  return all;
}

// "'a', 'b' and none": a line without a tag is none's.
std::string names_of(const Histograms& all) {
  std::vector<std::string> names;
  for (const auto& [tag, histogram] : all) {
    names.push_back(tag.empty() ? "none" : fmt::format("'{}'", report::printable(tag)));
  }
  return base::enumerate_words(names);
}

base::Result<const measure::Histogram*> histogram_of(const Histograms& all,
                                                     const PercentilesOptions& options) {
  const auto wrong = [&](const std::string& why) {
    return base::Error{base::ErrorKind::BadInput, report::printable(options.log) + ": " + why};
  };
  if (all.empty()) {
    return wrong("no histogram is in it");
  }
  if (!options.tag && all.size() > 1) {
    return wrong(fmt::format("say which by --tag: its tags are {}", names_of(all)));
  }
  const auto found = options.tag ? all.find(*options.tag) : all.begin();
  if (found == all.end()) {
    return wrong(fmt::format("no tag '{}': its tags are {}", report::printable(*options.tag),
                             names_of(all)));
  }
  return found->second.get();
}

ExitCode print_percentiles(const PercentilesOptions& options) {
  const base::Result<Histograms> all = read_log(options.log);
  if (!all) {
    return fail(all.error());
  }
  const base::Result<const measure::Histogram*> histogram = histogram_of(*all, options);
  if (!histogram) {
    return fail(histogram.error());
  }
  if (const std::uint64_t beyond = (*histogram)->beyond(); beyond != 0) {
    put_note(fmt::format("{}: {} of {} values are more than 60 s, and stand in the table as 60 s",
                         report::printable(options.log), beyond, (*histogram)->count()));
  }
  put(measure::format_percentile_table(measure::percentile_table(**histogram)));
  return ExitCode::AsExpected;
}

}  // namespace

void add_percentiles_command(CLI::App& app, Command& chosen) {
  const auto options = std::make_shared<PercentilesOptions>();
  CLI::App* command =
      app.add_subcommand("percentiles", "Print the percentiles of a log of histograms (.hlog)");
  command->add_option("FILE", options->log, "As HdrHistogram and its ports write it")
      ->type_name("FILE")
      ->required();
  command->add_option("--tag", options->tag, "Which histogram, if there are several")
      ->type_name("TAG");
  command->callback(
      [&chosen, options] { chosen = [options] { return print_percentiles(*options); }; });
}

}  // namespace procession::cli
