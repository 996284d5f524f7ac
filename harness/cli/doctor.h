// SPDX-License-Identifier: MIT
#pragma once
// Doctor: examines this machine. Facilities are tried, limits are read, and the starter is really
// played, in each way in which runs can be contained.

#include "harness/report/machine_report.h"

#include <span>
#include <string_view>

namespace procession::cli {

// What `doctor` has to say of a feature of os/machine.h that is missing.
struct Advice {
  std::string_view feature;
  std::string_view without;
  std::string_view remedy;
};
[[nodiscard]] std::span<const Advice> advice();

[[nodiscard]] report::MachineReport examine();

}  // namespace procession::cli
