// SPDX-License-Identifier: MIT
#include "harness/load/uring_engine.h"

#ifdef PROCESSION_URING

#include "harness/load/connection.h"

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/epoll.h>

namespace procession::load {

namespace {

constexpr unsigned kRequests = 256;  // submitted at a time; any number may be under way

// A request's name says what it was for: a descriptor below, a kind above.
enum Kind : std::uint64_t {
  kReceive = 0ull << 32,
  kSend = 1ull << 32,
  kEpoll = 2ull << 32,
};
constexpr std::uint64_t kKinds = 3ull << 32;

std::uint64_t named(Kind kind, int descriptor) {
  return kind | static_cast<std::uint32_t>(descriptor);
}

}  // namespace

UringEngine::~UringEngine() {
  if (open_) {
    ::io_uring_queue_exit(&ring_);
  }
}

// Completions are looked after when this thread asks for them (Linux 6.1), or at least whenever it
// is in the kernel anyway (5.19): nothing needs to interrupt it.
int UringEngine::open_more() {
  int error = -EINVAL;
  for (const unsigned flags :
       {IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN, IORING_SETUP_COOP_TASKRUN}) {
    if (error == -EINVAL) {
      error = ::io_uring_queue_init(kRequests, &ring_, flags);
    }
  }
  open_ = error == 0;
  if (!open_) {
    return -error;
  }
  (void)::io_uring_ring_dontfork(&ring_);
  watch_epoll();
  return connections_.open();
}

int UringEngine::take_up(int descriptor) {
  Connection& connection = connections_[descriptor];
  connection = {.buffer = pool().take()};
  if (connection.buffer == nullptr) {
    return ENOMEM;
  }
  receive_from(descriptor);
  return 0;
}

UringEngine::Round UringEngine::one_round(base::Instant at) {
  const timespec left = time_until(at);
  __kernel_timespec timeout{left.tv_sec, left.tv_nsec};
  io_uring_cqe* completed = nullptr;
  // Fails when it is too late or a handler has run; then there may be completions all the same.
  (void)::io_uring_submit_and_wait_timeout(&ring_, &completed, 1, at.ns == 0 ? nullptr : &timeout,
                                           nullptr);
  Round round = Round::Done;
  unsigned head = 0;
  unsigned count = 0;
  io_uring_for_each_cqe(&ring_, head, completed) {
    ++count;
    if (note_completed(*completed) == Round::Woken) {
      round = Round::Woken;
    }
  }
  ::io_uring_cq_advance(&ring_, count);
  return round;
}

void UringEngine::make_room(unsigned requests) {
  if (::io_uring_sq_space_left(&ring_) < requests) {
    (void)::io_uring_submit(&ring_);
  }
}

UringEngine::Round UringEngine::note_completed(const io_uring_cqe& completed) {
  const int descriptor = static_cast<int>(completed.user_data & ~kKinds);
  switch (completed.user_data & kKinds) {
    case kReceive:
      received(descriptor, completed.res);
      break;
    case kSend:
      sent(descriptor, completed.res);
      break;
    default:
      watch_epoll();
      return look_at_epoll();
  }
  return Round::Done;
}

// For one event; submitted with whatever comes next.
void UringEngine::watch_epoll() {
  make_room(1);
  io_uring_sqe* const entry = ::io_uring_get_sqe(&ring_);
  ::io_uring_prep_poll_add(entry, epoll(), POLLIN);
  ::io_uring_sqe_set_data64(entry, kEpoll);
}

UringEngine::Round UringEngine::look_at_epoll() {
  std::array<epoll_event, 2 + Wake::kMost> events;
  const int ready = ::epoll_wait(epoll(), events.data(), static_cast<int>(events.size()), 0);
  Round round = Round::Done;
  for (int k = 0; k < ready; ++k) {
    round =
        note(events[static_cast<std::size_t>(k)].data.u64) == Round::Woken ? Round::Woken : round;
  }
  return round;
}

void UringEngine::receive_from(int descriptor) {
  make_room(1);
  Connection& connection = connections_[descriptor];
  const std::span<char> room = connection.conversation.room(Buffer(connection.buffer, kBufferSize));
  io_uring_sqe* const entry = ::io_uring_get_sqe(&ring_);
  ::io_uring_prep_recv(entry, descriptor, room.data(), room.size(), 0);
  ::io_uring_sqe_set_data64(entry, named(kReceive, descriptor));
}

void UringEngine::received(int descriptor, int result) {
  Connection& connection = connections_[descriptor];
  const Buffer buffer(connection.buffer, kBufferSize);
  if (result == -ECANCELED) {
    return;  // behind a sending that has failed, and has been told of
  }
  if (result == -EINTR || result == -EAGAIN) {
    receive_from(descriptor);
    return;
  }
  if (result < 0) {
    end(descriptor);
    return;
  }
  connection.ending = result == 0;
  const std::span<char> bytes =
      result == 0
          ? connection.conversation.rest(buffer)
          : connection.conversation.reply(buffer, static_cast<std::size_t>(result), answer());
  connection.from = 0;
  connection.to = static_cast<std::uint32_t>(bytes.size());
  if (!bytes.empty()) {
    send_to(descriptor);
  } else if (connection.ending) {
    end(descriptor);
  } else {
    receive_from(descriptor);
  }
}

// Of the pair one completion comes: that of receiving when all has been sent, else that of sending.
// (Waiting for all is what makes a short one break the pair.)
void UringEngine::send_to(int descriptor) {
  make_room(2);
  const Connection& connection = connections_[descriptor];
  io_uring_sqe* const entry = ::io_uring_get_sqe(&ring_);
  ::io_uring_prep_send(entry, descriptor, connection.buffer + connection.from,
                       connection.to - connection.from, MSG_NOSIGNAL | MSG_WAITALL);
  ::io_uring_sqe_set_data64(entry, named(kSend, descriptor));
  if (!connection.ending) {
    entry->flags |= IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
    receive_from(descriptor);
  }
}

void UringEngine::sent(int descriptor, int result) {
  Connection& connection = connections_[descriptor];
  connection.from += result > 0 ? static_cast<std::uint32_t>(result) : 0;
  const bool goes_on = result > 0 || result == -EINTR || result == -EAGAIN;
  if (goes_on && connection.from < connection.to) {
    send_to(descriptor);
  } else {
    end(descriptor);
  }
}

void UringEngine::end(int descriptor) {
  pool().give_back(connections_[descriptor].buffer);
  close_connection(descriptor);
}

}  // namespace procession::load

#endif
