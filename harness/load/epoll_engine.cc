// SPDX-License-Identifier: MIT
#include "harness/load/epoll_engine.h"

#include "harness/load/connection.h"

#include <algorithm>
#include <array>
#include <sys/epoll.h>

namespace procession::load {

namespace {

// Names of events that are no connection's descriptor.
constexpr std::uint64_t kListener = 1ull << 32;
constexpr std::uint64_t kWake = kListener + 1;

constexpr std::size_t kEventsAtATime = 64;

// For epoll_wait(2); not less than is left, so that who waits does not come too early.
int milliseconds_until(base::Instant at) {
  if (at.ns == 0) {
    return -1;
  }
  constexpr std::int64_t kLongest = 1000;  // seconds
  const timespec left = time_until(at);
  return static_cast<int>(std::min(kLongest, std::int64_t{left.tv_sec}) * 1000 +
                          (left.tv_nsec + 999'999) / 1'000'000);
}

}  // namespace

int EpollEngine::open(int listener, Answer answer) {
  listener_ = listener;
  answer_ = answer;
  epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_) {
    return errno;
  }
  if (const int error = connections_.open(); error != 0) {
    return error;
  }
  buffer_ = pool_.take();
  return buffer_ == nullptr ? ENOMEM : listen_again();
}

int EpollEngine::serve(const Wake& wake) {
  int error = 0;
  for (const int descriptor : wake.readable) {
    error = error != 0 ? error : watch(EPOLL_CTL_ADD, descriptor, EPOLLIN, kWake);
  }
  Round round = Round::Done;
  while (error == 0 && round == Round::Done && !has_passed(wake.at)) {
    round = one_round(wake.at);
    error = listening_ || count_ > 0 ? 0 : accept_error_;
  }
  for (const int descriptor : wake.readable) {
    (void)watch(EPOLL_CTL_DEL, descriptor, 0, 0);
  }
  return error;
}

int EpollEngine::take_waiting() {
  for (accept_some(); accept_error_ != EAGAIN; accept_some()) {
    if (accept_error_ != 0 && count_ == 0) {
      return accept_error_;
    }
    if (accept_error_ != 0) {
      (void)one_round({});
    }
  }
  return 0;
}

int EpollEngine::drain() {
  stop_listening();
  accept_error_ = 0;  // nothing is to be accepted when a connection ends
  while (count_ > 0) {
    (void)one_round({});
  }
  return 0;
}

int EpollEngine::watch(int operation, int descriptor, std::uint32_t events, std::uint64_t name) {
  epoll_event event{.events = events, .data = {.u64 = name}};
  return ::epoll_ctl(epoll_.get(), operation, descriptor, &event) == 0 ? 0 : errno;
}

// Exclusive: of several processes, not all are woken for one connection.
int EpollEngine::listen_again() {
  const int error = watch(EPOLL_CTL_ADD, listener_, EPOLLIN | EPOLLEXCLUSIVE, kListener);
  listening_ = error == 0;
  return error;
}

void EpollEngine::stop_listening() {
  if (listening_) {
    (void)watch(EPOLL_CTL_DEL, listener_, 0, 0);
    listening_ = false;
  }
}

EpollEngine::Round EpollEngine::one_round(base::Instant at) {
  std::array<epoll_event, kEventsAtATime> events;
  const int ready = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 milliseconds_until(at));
  Round round = Round::Done;
  for (int k = 0; k < ready; ++k) {
    const std::uint64_t name = events[static_cast<std::size_t>(k)].data.u64;
    if (name == kWake) {
      round = Round::Woken;
    } else if (name == kListener) {
      accept_some();
    } else if (connections_[static_cast<int>(name)].unsent.buffer != nullptr) {
      send_more(static_cast<int>(name));
    } else {
      receive_from(static_cast<int>(name));
    }
  }
  return round;
}

// One: the others get their turn before the next.
void EpollEngine::accept_some() {
  const int descriptor = accept_one(listener_);
  accept_error_ = descriptor >= 0 ? 0 : errno;
  if (descriptor >= 0) {
    connections_[descriptor] = {};
    ++count_;
    if (watch(EPOLL_CTL_ADD, descriptor, EPOLLIN, static_cast<std::uint64_t>(descriptor)) != 0) {
      close_connection(descriptor);
    }
  } else if (accept_error_ != EAGAIN) {
    stop_listening();
  }
}

void EpollEngine::receive_from(int descriptor) {
  Connection& connection = connections_[descriptor];
  const Buffer buffer(buffer_, kBufferSize);
  const Passed received = receive(descriptor, connection.conversation.room(buffer), Block::No);
  if (received.size > 0) {
    answer_to(descriptor, connection.conversation.reply(buffer, received.size, answer_));
  } else if (received.error == 0) {
    connection.ending = true;
    answer_to(descriptor, connection.conversation.rest(buffer));
  } else if (received.error != EAGAIN) {
    close_connection(descriptor);
  }
}

void EpollEngine::answer_to(int descriptor, std::span<const char> bytes) {
  const Passed sent = send(descriptor, bytes, Block::No);
  if (sent.error == EAGAIN) {
    keep_unsent(descriptor, bytes.subspan(sent.size));
  } else if (sent.error != 0 || connections_[descriptor].ending) {
    close_connection(descriptor);
  }
}

// Its client is not read from until it has taken this.
void EpollEngine::keep_unsent(int descriptor, std::span<const char> bytes) {
  Unsent& unsent = connections_[descriptor].unsent;
  unsent = {pool_.take(), 0, static_cast<std::uint32_t>(bytes.size())};
  if (unsent.buffer == nullptr ||
      watch(EPOLL_CTL_MOD, descriptor, EPOLLOUT, static_cast<std::uint64_t>(descriptor)) != 0) {
    close_connection(descriptor);
    return;
  }
  std::ranges::copy(bytes, unsent.buffer);
}

void EpollEngine::send_more(int descriptor) {
  Connection& connection = connections_[descriptor];
  Unsent& unsent = connection.unsent;
  const Passed sent =
      send(descriptor, {unsent.buffer + unsent.from, unsent.to - unsent.from}, Block::No);
  unsent.from += static_cast<std::uint32_t>(sent.size);
  if (sent.error == EAGAIN) {
    return;
  }
  if (sent.error != 0 || connection.ending ||
      watch(EPOLL_CTL_MOD, descriptor, EPOLLIN, static_cast<std::uint64_t>(descriptor)) != 0) {
    close_connection(descriptor);
    return;
  }
  pool_.give_back(unsent.buffer);
  unsent = {};
}

// Where something has run out, there may be enough of it again.
void EpollEngine::close_connection(int descriptor) {
  if (char* const buffer = connections_[descriptor].unsent.buffer) {
    pool_.give_back(buffer);
  }
  ::close(descriptor);
  --count_;
  if (!listening_ && is_exhausted(accept_error_)) {
    (void)listen_again();
  }
}

}  // namespace procession::load
