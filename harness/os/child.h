// SPDX-License-Identifier: MIT
#pragma once
// Child: a program that this process has started, held by its pidfd. Whoever owns the Child is the
// only one that waits for it, and a Child never outlives its owner: the destructor kills and waits.
//
// Starting is vfork and exec in one (clone(2) with CLONE_VM | CLONE_VFORK): its price does not grow
// with this process's memory, and no code of this process runs beside it. The program begins with
// all signals blocked and with no descriptors but those passed and the standard ones.

#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/os/unique_fd.h"

#include <array>
#include <string>
#include <vector>

namespace procession::os {

struct Launch {
  struct Descriptor {
    int ours = -1;
    int theirs = -1;
  };
  int executable = -1;  // a descriptor of it
  std::vector<std::string> arguments;
  std::vector<Descriptor> descriptors;
  bool own_pid_namespace = false;   // the program becomes its init
  bool own_user_namespace = false;  // in which it keeps its user and group
};

class Child {
 public:
  // Above those passed. The limit of open descriptors must be greater.
  static constexpr int kOwnDescriptor = 64;

  Child() = default;
  Child(Child&&) noexcept = default;
  Child& operator=(Child&& other) noexcept;
  ~Child();

  // When this returns, the program runs; a failed exec is an error here.
  [[nodiscard]] static base::Result<Child> start(const Launch& launch);

  [[nodiscard]] explicit operator bool() const { return static_cast<bool>(pidfd_); }
  // Readable once the program has ended.
  [[nodiscard]] int pidfd() const { return pidfd_.get(); }

  // Waits until it has ended, at most so long; true if it has.
  [[nodiscard]] bool wait(base::Duration at_most) const;
  void signal(int number) const;
  void kill() const;
  // Reaps it, which must have ended, and tells how for people: "exited with 3", "killed by
  // SIGKILL".
  [[nodiscard]] std::string reap();

 private:
  explicit Child(UniqueFd pidfd) : pidfd_(std::move(pidfd)) {}
  void end() noexcept;

  UniqueFd pidfd_;
};

}  // namespace procession::os
