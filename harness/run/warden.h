// SPDX-License-Identifier: MIT
#pragma once
// The warden: supervises the processes of one job, and plays no step. Single-threaded, one poll
// loop; no heap. In a session of its own; the reaper of all orphans among its descendants; where
// allowed, init of a PID namespace of its own, whose end ends all that is in it
// (pid_namespaces(7)). It alone ends processes: at a deadline, when the tool wants a stop, at the
// end of a run.
//
// Lives as long as the tool's end of its socket is open. With a namespace it has the kernel kill it
// when the tool dies; without one it must outlive the tool to clean up.

namespace procession::run {

[[noreturn]] void run_warden(bool in_namespace);

}  // namespace procession::run
