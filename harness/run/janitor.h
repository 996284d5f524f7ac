// SPDX-License-Identifier: MIT
#pragma once
// The janitor: ends what a killed warden left behind where no namespace does. A process of its own,
// in its own session, deaf to signals: holds the read end of the lease, a pipe whose write end only
// the warden holds, and sleeps. At its end of file the warden has ended; if in order, nothing is
// left to do. The tool starts a janitor before each such warden and waits for its end after it.

namespace procession::run {

[[noreturn]] void run_janitor();

}  // namespace procession::run
