// SPDX-License-Identifier: MIT
#pragma once
// HeldSignals: SIGINT and SIGTERM do not end this process as long as it lives. They wait until
// something takes them: playing does, and between two rounds `take`. So a session that repeats
// ends in order whenever the user asks. Signals that the user has this process ignore stay ignored.

#include <csignal>

namespace procession::cli {

class HeldSignals {
 public:
  HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals();  // one that nobody took is forgotten: the session is over

  // For signalfd(2): to wait for one beside other things.
  [[nodiscard]] const sigset_t& held() const { return held_; }
  // The signal that has come, 0 if none.
  [[nodiscard]] int take() const;

 private:
  sigset_t held_;
  sigset_t before_;
};

}  // namespace procession::cli
