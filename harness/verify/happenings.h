// SPDX-License-Identifier: MIT
#pragma once
// Happenings: how often an event of the plan happened in one run, and when each time. A step
// happens once at most, but a handler's steps happen again with each signal, and an error may come
// from several steps. Internal to this folder.

#include "harness/verify/check.h"

#include <cstdint>
#include <vector>

namespace procession::verify {

[[nodiscard]] std::uint64_t times(const Context& context, const Timeline& run,
                                  const plan::Event& event);

// In the order of the log.
[[nodiscard]] std::vector<Interval> happenings(const Context& context, const Timeline& run,
                                               const plan::Event& event);

}  // namespace procession::verify
