// SPDX-License-Identifier: MIT
#pragma once
// Diagnostics: everything that is wrong with a file, found in one go. Collected by the reader and
// by planning; printed by the command line (exit code 2). A file with a diagnostic starts nothing.

#include "harness/scenario/event_pattern.h"

#include <string>
#include <string_view>
#include <vector>

namespace procession::scenario {

struct Diagnostic {
  Position at;
  std::string message;  // one sentence: what is wrong
  std::string help;     // what to write instead; may be empty
};

class Diagnostics {
 public:
  void add(Position at, std::string message, std::string help = {}) {
    found_.push_back({at, std::move(message), std::move(help)});
  }
  [[nodiscard]] bool empty() const { return found_.empty(); }
  [[nodiscard]] const std::vector<Diagnostic>& found() const { return found_; }
  void sort_by_position();  // and drops exact repetitions (one for each matrix instance)

 private:
  std::vector<Diagnostic> found_;
};

// "file:3:7: unknown key `jion`; did you mean `join`?", then the line itself and a caret under the
// column. `lines` may be empty (an unreadable file).
[[nodiscard]] std::string to_string(const Diagnostic& diagnostic, std::string_view file,
                                    const std::vector<std::string>& lines);

}  // namespace procession::scenario
