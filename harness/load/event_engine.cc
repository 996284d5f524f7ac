// SPDX-License-Identifier: MIT
#include "harness/load/event_engine.h"

#include "harness/load/connection.h"

#include <sys/epoll.h>
#include <unistd.h>
#include <utility>

namespace procession::load {

int EventEngine::open(int listener, Answer answer_to) {
  listener_ = listener;
  answer_ = answer_to;
  epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_) {
    return errno;
  }
  const int error = open_more();
  return error != 0 ? error : listen_again();
}

int EventEngine::serve(const Wake& wake) {
  int error = 0;
  for (const int waker : wake.readable) {
    error = error != 0 ? error : watch(EPOLL_CTL_ADD, waker, EPOLLIN, kWaker);
  }
  Round round = Round::Done;
  while (error == 0 && round == Round::Done && !has_passed(wake.at)) {
    round = one_round(wake.at);
    error = listening_ || count_ > 0 ? 0 : accept_error_;
  }
  for (const int waker : wake.readable) {
    (void)watch(EPOLL_CTL_DEL, waker, 0, 0);
  }
  return error;
}

int EventEngine::take_waiting() {
  for (accept_one_more(); accept_error_ != EAGAIN; accept_one_more()) {
    if (accept_error_ != 0 && count_ == 0) {
      return accept_error_;
    }
    if (accept_error_ != 0) {
      (void)one_round({});
    }
  }
  return 0;
}

int EventEngine::drain() {
  stop_listening();
  held_.reset();
  accept_error_ = 0;  // nobody is accepted when a connection ends
  while (count_ > 0) {
    (void)one_round({});
  }
  return 0;
}

int EventEngine::watch(int operation, int descriptor, std::uint32_t events, std::uint64_t name) {
  epoll_event event{.events = events, .data = {.u64 = name}};
  return ::epoll_ctl(epoll_.get(), operation, descriptor, &event) == 0 ? 0 : errno;
}

// Exclusive: of several processes, not all are woken for one connection.
int EventEngine::listen_again() {
  const int error = watch(EPOLL_CTL_ADD, listener_, EPOLLIN | EPOLLEXCLUSIVE, kListener);
  listening_ = error == 0;
  return error;
}

void EventEngine::stop_listening() {
  if (listening_) {
    (void)watch(EPOLL_CTL_DEL, listener_, 0, 0);
    listening_ = false;
  }
}

EventEngine::Round EventEngine::note(std::uint64_t name) {
  if (name == kWaker) {
    return Round::Woken;
  }
  if (listening_) {
    accept_one_more();
  }
  return Round::Done;
}

// One: the others get their turn before the next. If there is no room to serve it, it waits as
// those in the backlog do.
void EventEngine::accept_one_more() {
  os::UniqueFd next = held_ ? std::move(held_) : os::UniqueFd(accept_one(listener_));
  accept_error_ = next ? take_up(next.get()) : errno;
  if (accept_error_ == 0) {
    ++count_;
    (void)next.release();
  } else if (accept_error_ != EAGAIN || next) {
    held_ = std::move(next);
    stop_listening();
  }
}

// Where something has run out, there may be enough of it again.
void EventEngine::close_connection(int descriptor) {
  ::close(descriptor);
  --count_;
  if (!listening_ && is_exhausted(accept_error_)) {
    (void)listen_again();
    if (held_) {
      accept_one_more();
    }
  }
}

}  // namespace procession::load
