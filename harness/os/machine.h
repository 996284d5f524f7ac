// SPDX-License-Identifier: MIT
#pragma once
// Machine: what this computer and its kernel offer to a scenario. Facilities are probed, never
// concluded from a version number. Used for `requires` and for the circumstances in reports.

#include <span>
#include <string>
#include <string_view>

namespace procession::os {

// Processors that this process may run on (sched_getaffinity(2)), not those that exist.
[[nodiscard]] unsigned available_cpus();

[[nodiscard]] std::string kernel_release();  // "6.18.0"

// What `has_feature` knows, for messages and completion.
[[nodiscard]] std::span<const std::string_view> feature_names();

// False for unknown names, too.
[[nodiscard]] bool has_feature(std::string_view name);

// The absolute path of a program as a shell would find it, or empty.
[[nodiscard]] std::string find_program(std::string_view name);

}  // namespace procession::os
