// SPDX-License-Identifier: MIT
#pragma once
// Limits: how much of something this process may have. What cannot be read, or has no limit, is
// none. Nothing is changed.

#include <cstdint>
#include <optional>
#include <string_view>

namespace procession::os {

// Processes of this user (RLIMIT_NPROC, the soft one). Root is not held to it: getrlimit(2).
[[nodiscard]] std::optional<std::uint64_t> process_limit();
// Open descriptors of one process (RLIMIT_NOFILE, the hard one: to that the harness raises the soft
// one, os/process.h).
[[nodiscard]] std::optional<std::uint64_t> descriptor_limit();
// The lowest pids.max of this process's control groups and those around them: cgroups(7).
[[nodiscard]] std::optional<std::uint64_t> pids_cgroup_limit();
// Process numbers there are: /proc/sys/kernel/pid_max.
[[nodiscard]] std::optional<std::uint64_t> pid_limit();
// /proc/sys/vm/overcommit_memory: 0 = by rule of thumb, 1 = always, 2 = never.
[[nodiscard]] std::optional<std::uint64_t> overcommit_mode();

// "4096\n" → 4096; "max", or no number → none.
[[nodiscard]] std::optional<std::uint64_t> read_limit(std::string_view text);
// Where the control group is that counts processes, by the text of /proc/self/cgroup: of version 1
// the one of the pids controller, else that of version 2.
struct CgroupPlace {
  std::string_view mount;  // "/sys/fs/cgroup" or "/sys/fs/cgroup/pids"
  std::string_view path;   // "/user.slice/…"
};
[[nodiscard]] std::optional<CgroupPlace> pids_cgroup(std::string_view proc_self_cgroup);

}  // namespace procession::os
