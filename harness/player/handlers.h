// SPDX-License-Identifier: MIT
#pragma once
// What this process does on signals, as its `handle` steps say. A handler plays its steps right
// where the signal interrupts the line: it may do all that a line may, start a process and end this
// one included.

#include "harness/plan/plan.h"

namespace procession::player {

// Installs what the step says. 0 or errno.
[[nodiscard]] int install_handler(plan::StepId handle);
// A signal that shall interrupt waiting and do nothing else.
void watch_signal(int signal, void (*handler)(int));
// Back to what a player begins with: default actions, SIGPIPE ignored.
void forget_handlers();
// The action of one signal is what a player begins with. 0 or errno.
int drop_handler(int signal);

}  // namespace procession::player
