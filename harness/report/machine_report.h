// SPDX-License-Identifier: MIT
#pragma once
// The report of `doctor`: what a machine offers to Procession, what is weaker or skipped without
// it, and how to get it. Made by the command line; turned into text and JSON here. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace procession::report {

struct Finding {
  enum class State : std::uint8_t {
    Good,     // all that one may want
    Weaker,   // usable, with less
    Missing,  // and what needs it is skipped or does not run
  };
  std::string name;  // of the feature or the limit: one word
  State state = State::Good;
  std::string value;    // what there is, for people; may be empty
  std::string without;  // unless Good: what is weaker or skipped
  std::string remedy;   // unless Good: how to get it
};

[[nodiscard]] std::string_view to_string(Finding::State state);  // "good", "weaker", "missing"

struct MachineReport {
  std::string procession;  // version
  std::string kernel;
  bool usable = false;  // a scenario can be played at all
  std::vector<Finding> findings;
};

[[nodiscard]] std::string to_text(const MachineReport& report);
// Format "procession-machine", version 1: the same by name.
[[nodiscard]] std::string to_json(const MachineReport& report);

}  // namespace procession::report
