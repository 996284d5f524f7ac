// SPDX-License-Identifier: MIT
#include "harness/player/bell.h"

#include "harness/player/abstract_address.h"
#include "harness/player/own_state.h"
#include "harness/player/self.h"

#include <atomic>
#include <cerrno>
#include <sys/socket.h>

namespace procession::player {

namespace {

PROCESSION_OWN_STATE Bell* innermost = nullptr;
PROCESSION_OWN_STATE std::uint32_t bells_opened = 0;

AbstractAddress address_of(plan::InstanceId instance, std::uint32_t bell) {
  return AbstractAddress("bell", self().arena.header().nonce, slot_index(instance), bell);
}

std::atomic_ref<std::uint32_t> waiting(plan::InstanceId instance) {
  return std::atomic_ref(slot_of(instance).waiting);
}

os::UniqueFd open_socket() {
  return os::UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

}  // namespace

Bell::Bell() : outer_(innermost), owner_(self().instance) {
  if (outer_ == nullptr) {
    // A number of its own: a child forked while the last bell was open may still hold that name.
    const std::uint32_t number = ++bells_opened;
    waiting(owner_).store(number, std::memory_order_seq_cst);
    fd_ = open_socket();
    const AbstractAddress address = address_of(owner_, number);
    if (!fd_ || ::bind(fd_.get(), address.get(), address.size()) != 0) {
      error_ = errno;
    }
  } else {
    error_ = outer_->error_;
  }
  innermost = this;
}

Bell::~Bell() {
  if (owner_ != self().instance) {
    return;
  }
  innermost = outer_;
  if (outer_ == nullptr) {
    waiting(owner_).store(0, std::memory_order_relaxed);
  } else {
    // A ring may have been meant for the code that was interrupted: it must look again.
    Ringer().ring(owner_);
  }
}

int Bell::fd() const { return outer_ == nullptr ? fd_.get() : outer_->fd(); }

void Bell::quiet() {
  char nothing = 0;
  while (::recv(fd(), &nothing, sizeof nothing, MSG_DONTWAIT) >= 0) {
  }
}

void forget_bell() {
  innermost = nullptr;
  bells_opened = 0;
}

void Ringer::ring(plan::InstanceId instance) {
  const std::uint32_t bell = waiting(instance).load(std::memory_order_seq_cst);
  if (bell == 0) {
    return;
  }
  if (!fd_) {
    fd_ = open_socket();
  }
  // Fails if the owner has not opened it yet, waits no longer or has many rings unheard: then it
  // looks, or has looked, anyway.
  const AbstractAddress address = address_of(instance, bell);
  (void)::sendto(fd_.get(), "", 0, MSG_NOSIGNAL, address.get(), address.size());
}

}  // namespace procession::player
