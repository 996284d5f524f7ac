// SPDX-License-Identifier: MIT
#pragma once
// Selecting: paths, patterns and labels → the scenario instances that are meant, in the order of
// the paths; within a folder sorted by name. What is named twice is selected once.

#include "harness/base/result.h"
#include "harness/cli/shard.h"
#include "harness/scenario/model.h"
#include "harness/scenario/reader.h"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace procession::cli {

struct Selector {
  std::vector<std::string> paths;    // file, folder (all *.yaml below it), or file[key=value,…]
  std::vector<std::string> filters;  // patterns of whole ids; empty = all
  std::vector<std::string> labels;   // tags; empty = all
  std::vector<std::string> excluded_labels;  // tags; none of them
  std::set<std::string> only;                // ids or files; empty = all
  std::optional<Shard> shard;                // of all that is left then
};

struct BadFile {
  std::string file;
  std::vector<std::string> diagnostics;  // rendered
};

struct Selection {
  std::vector<scenario::Scenario> scenarios;
  std::size_t in_other_shards = 0;
  std::vector<BadFile> bad_files;  // patterns and labels do not excuse a file that cannot be read
};

// What the reader found in a file.
[[nodiscard]] BadFile bad_file(const std::string& file, const scenario::Reading& reading);

// BadInput if a path does not exist or names no instance of its file.
[[nodiscard]] base::Result<Selection> select(const Selector& selector);

// `*` is any text, `?` any one byte, all else itself: ids have brackets that must not be classes.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace procession::cli
