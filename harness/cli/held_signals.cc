// SPDX-License-Identifier: MIT
#include "harness/cli/held_signals.h"

#include <initializer_list>

namespace procession::cli {

HeldSignals::HeldSignals() {
  ::sigemptyset(&held_);
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) {
      ::sigaddset(&held_, signal);
    }
  }
  ::sigprocmask(SIG_BLOCK, &held_, &before_);
}

HeldSignals::~HeldSignals() {
  while (take() > 0) {
  }
  ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

int HeldSignals::take() const {
  const timespec at_once{};
  const int signal = ::sigtimedwait(&held_, nullptr, &at_once);
  return signal > 0 ? signal : 0;
}

}  // namespace procession::cli
