// SPDX-License-Identifier: MIT
#include "harness/cli/baseline.h"

#include "harness/base/text.h"
#include "harness/cli/circumstances.h"
#include "harness/cli/result_file.h"
#include "harness/os/machine_class.h"
#include "harness/report/json.h"
#include "harness/report/printable.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace procession::cli {

namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorKind;

constexpr std::string_view kEnding = ".json";

Error no_class(std::string_view word) {
  const std::string said = word.empty()
                               ? std::string("the result does not say")
                               : fmt::format("`{}` is no word for", report::printable(word));
  return {ErrorKind::BadInput,
          said + " which class of machine it is from: it is of no use as, or with, a baseline"};
}

std::string path_of(const std::string& folder, std::string_view machine_class) {
  return (fs::path(folder) / std::string(machine_class).append(kEnding)).string();
}

}  // namespace

base::Result<Baselines> find_baseline(const std::string& folder, std::string_view machine_class) {
  if (!os::is_machine_class(machine_class)) {
    return no_class(machine_class);
  }
  Baselines found{folder, std::string(machine_class), std::nullopt, {}};
  std::error_code problem;
  for (fs::directory_iterator entry(folder, problem), end; !problem && entry != end;
       entry.increment(problem)) {
    std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (!name.ends_with(kEnding) || !entry->is_regular_file(ignored)) {
      continue;
    }
    name.resize(name.size() - kEnding.size());
    if (name == machine_class) {
      found.path = path_of(folder, machine_class);
    } else if (os::is_machine_class(name)) {
      found.other_classes.push_back(std::move(name));
    }
  }
  if (problem && problem != std::errc::no_such_file_or_directory) {
    return base::system_error("read the folder " + folder, problem.value());
  }
  std::ranges::sort(found.other_classes);
  return found;
}

std::string why_no_baseline(const Baselines& baselines) {
  return fmt::format("{} has no baseline for {}{}", report::printable(baselines.folder),
                     baselines.machine_class,
                     baselines.other_classes.empty()
                         ? std::string()
                         : fmt::format("; there {} for {}",
                                       baselines.other_classes.size() == 1 ? "is one" : "are some",
                                       base::enumerate_words(baselines.other_classes)));
}

base::Result<std::string> save_baseline(const std::string& folder,
                                        const report::SessionResult& session, Existing existing) {
  const std::string machine_class = fact_of(session.machine, "class");
  if (!os::is_machine_class(machine_class)) {
    return no_class(machine_class);
  }
  const std::string path = path_of(folder, machine_class);
  std::error_code problem;
  if (existing == Existing::Keep && fs::exists(path, problem)) {
    return Error{ErrorKind::BadInput, path + " is there already; --force replaces it"};
  }
  fs::create_directories(folder, problem);
  if (problem && !fs::is_directory(folder)) {
    return base::system_error("make the folder " + folder, problem.value());
  }
  base::Result<ResultFile> file = ResultFile::open(path);
  if (!file) {
    return std::move(file).error();
  }
  base::Result<> written = file->append(report::to_json(session));
  if (written) {
    written = file->commit();
  }
  return written ? base::Result<std::string>(path) : std::move(written).error();
}

}  // namespace procession::cli
