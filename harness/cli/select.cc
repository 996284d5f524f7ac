// SPDX-License-Identifier: MIT
#include "harness/cli/select.h"

#include "harness/base/text.h"
#include "harness/report/printable.h"
#include "harness/scenario/reader.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

namespace procession::cli {

namespace {

namespace fs = std::filesystem;

// A file to read, and which of its instances are meant: all when `id` is empty.
struct Target {
  std::string file;
  std::string id;
};

using Targets = std::vector<Target>;

base::Result<Targets> files_below(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code problem;
  std::error_code ignored;  // of a link to nowhere: reading it will tell
  fs::recursive_directory_iterator entry(folder, problem);
  for (; !problem && entry != fs::recursive_directory_iterator(); entry.increment(problem)) {
    if (entry->path().filename().string().starts_with('.')) {
      entry.disable_recursion_pending();
    } else if (entry->path().extension() == ".yaml" && !entry->is_directory(ignored)) {
      files.push_back(entry->path().lexically_normal().string());
    }
  }
  if (problem) {
    return base::Error{base::ErrorKind::BadInput,
                       "look through " + folder + ": " + problem.message()};
  }
  std::sort(files.begin(), files.end());
  Targets targets;
  for (std::string& file : files) {
    targets.push_back({std::move(file), {}});
  }
  return targets;
}

// "a.yaml[x=1]" → a.yaml, if there is such a file. Names of files may hold brackets too.
std::string file_of_id(const std::string& id) {
  for (std::size_t at = id.find('['); at != std::string::npos; at = id.find('[', at + 1)) {
    std::error_code ignored;
    if (fs::exists(id.substr(0, at), ignored)) {
      return id.substr(0, at);
    }
  }
  return {};
}

base::Result<Targets> targets_of(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    return files_below(path);
  }
  if (fs::exists(path, ignored)) {
    return Targets{{fs::path(path).lexically_normal().string(), {}}};
  }
  if (const std::string file = file_of_id(path); !file.empty()) {
    const std::string normal = fs::path(file).lexically_normal().string();
    return Targets{{normal, normal + path.substr(file.size())}};
  }
  return base::Error{base::ErrorKind::BadInput,
                     "no such file or folder: " + report::printable(path)};
}

bool has_one_of(const scenario::Scenario& scenario, const std::vector<std::string>& labels) {
  return std::find_first_of(scenario.tags.begin(), scenario.tags.end(), labels.begin(),
                            labels.end()) != scenario.tags.end();
}

bool wanted(const scenario::Scenario& scenario, const Selector& selector) {
  const std::string id = scenario.id();
  const bool matches =
      selector.filters.empty() ||
      std::any_of(selector.filters.begin(), selector.filters.end(),
                  [&](const std::string& pattern) { return glob_matches(pattern, id); });
  const bool labelled = selector.labels.empty() || has_one_of(scenario, selector.labels);
  const bool excluded = has_one_of(scenario, selector.excluded_labels);
  const bool among =
      selector.only.empty() || selector.only.contains(id) || selector.only.contains(scenario.file);
  return matches && labelled && !excluded && among;
}

base::Error no_such_instance(const Target& target,
                             const std::vector<scenario::Scenario>& scenarios) {
  std::vector<std::string> ids;
  for (const scenario::Scenario& scenario : scenarios) {
    ids.push_back(scenario.id());
  }
  const std::vector<std::string_view> candidates(ids.begin(), ids.end());
  const auto nearest = base::nearest_word(target.id, candidates);
  return {base::ErrorKind::BadInput, "no such instance: " + report::printable(target.id) +
                                         (nearest ? "; did you mean " + *nearest + "?" : "")};
}

class Selecting {
 public:
  explicit Selecting(const Selector& selector) : selector_(selector) {}

  base::Result<> add(const Target& target) {
    scenario::Reading reading = scenario::read_file(target.file);
    if (!reading.diagnostics.empty()) {
      add_bad(bad_file(target.file, reading));
      return {};
    }
    return add_instances(target, std::move(reading.scenarios));
  }

  Selection take() { return std::move(selection_); }

 private:
  void add_bad(BadFile bad) {
    const bool known = std::any_of(selection_.bad_files.begin(), selection_.bad_files.end(),
                                   [&](const BadFile& other) { return other.file == bad.file; });
    if (!known) {
      selection_.bad_files.push_back(std::move(bad));
    }
  }

  base::Result<> add_instances(const Target& target, std::vector<scenario::Scenario> scenarios) {
    bool found = target.id.empty();
    for (scenario::Scenario& scenario : scenarios) {
      if (!target.id.empty() && scenario.id() != target.id) {
        continue;
      }
      found = true;
      if (wanted(scenario, selector_) && ids_.insert(scenario.id()).second) {
        take_or_leave(std::move(scenario));
      }
    }
    return found ? base::Result<>() : no_such_instance(target, scenarios);
  }

  void take_or_leave(scenario::Scenario scenario) {
    if (selector_.shard && !is_in(*selector_.shard, scenario.id())) {
      ++selection_.in_other_shards;
    } else {
      selection_.scenarios.push_back(std::move(scenario));
    }
  }

  const Selector& selector_;
  Selection selection_;
  std::set<std::string> ids_;  // of what is selected: nothing is played twice
};

}  // namespace

BadFile bad_file(const std::string& file, const scenario::Reading& reading) {
  BadFile bad{file, {}};
  for (const scenario::Diagnostic& diagnostic : reading.diagnostics.found()) {
    bad.diagnostics.push_back(scenario::to_string(diagnostic, file, reading.lines));
  }
  return bad;
}

base::Result<Selection> select(const Selector& selector) {
  Selecting selecting(selector);
  for (const std::string& path : selector.paths) {
    base::Result<Targets> targets = targets_of(path);
    if (!targets) {
      return std::move(targets).error();
    }
    for (const Target& target : *targets) {
      if (base::Result<> added = selecting.add(target); !added) {
        return std::move(added).error();
      }
    }
  }
  return selecting.take();
}

bool glob_matches(std::string_view pattern, std::string_view text) {
  // The usual walk with one point to come back to: the latest `*`, which takes one byte more.
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t taken = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace procession::cli
