// SPDX-License-Identifier: MIT
#pragma once
// What a process finds round it, as the plan says: the CPUs that it may run on, and the environment
// of the fresh images that it starts. No heap.

#include "harness/os/affinity.h"
#include "harness/plan/plan.h"

#include <cstddef>
#include <span>

namespace procession::player {

// The caller runs on the CPUs of its instance from now on. A run in which that fails says so.
void keep_to_cpus();
// The caller runs on all permitted CPUs from now on, whoever made it.
void run_on_all_cpus();

// The environment (environ(7)) of a fresh image of `instance`: what this process was given when it
// was executed, and what the instance and those above it add; the nearest one's value counts.
// `into` has so many places and ends with nullptr. `own`: variables that count before all these.
[[nodiscard]] std::size_t places_for_environment(plan::InstanceId instance, std::size_t own = 0);
void list_environment(plan::InstanceId instance, std::span<char*> into,
                      std::span<char* const> own = {});
// The CPUs that the plan gives to the instance.
[[nodiscard]] os::CpuSet cpus_of(plan::InstanceId instance);

}  // namespace procession::player
