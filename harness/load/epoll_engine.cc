// SPDX-License-Identifier: MIT
#include "harness/load/epoll_engine.h"

#include "harness/load/connection.h"

#include <algorithm>
#include <array>
#include <sys/epoll.h>

namespace procession::load {

namespace {

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

int EpollEngine::open_more() {
  buffer_ = pool().take();
  return buffer_ == nullptr ? ENOMEM : connections_.open();
}

int EpollEngine::take_up(int descriptor) {
  connections_[descriptor] = {};
  return watch(EPOLL_CTL_ADD, descriptor, EPOLLIN, static_cast<std::uint64_t>(descriptor));
}

EpollEngine::Round EpollEngine::one_round(base::Instant at) {
  std::array<epoll_event, kEventsAtATime> events;
  const int ready =
      ::epoll_wait(epoll(), events.data(), static_cast<int>(events.size()), milliseconds_until(at));
  Round round = Round::Done;
  for (int k = 0; k < ready; ++k) {
    const std::uint64_t name = events[static_cast<std::size_t>(k)].data.u64;
    if (!is_connection(name)) {
      round = note(name) == Round::Woken ? Round::Woken : round;
    } else if (connections_[static_cast<int>(name)].unsent.buffer != nullptr) {
      send_more(static_cast<int>(name));
    } else {
      receive_from(static_cast<int>(name));
    }
  }
  return round;
}

void EpollEngine::receive_from(int descriptor) {
  Connection& connection = connections_[descriptor];
  const Buffer buffer(buffer_, kBufferSize);
  const Passed received = receive(descriptor, connection.conversation.room(buffer), Block::No);
  if (received.size > 0) {
    answer_to(descriptor, connection.conversation.reply(buffer, received.size, answer()));
  } else if (received.error == 0) {
    connection.ending = true;
    answer_to(descriptor, connection.conversation.rest(buffer));
  } else if (received.error != EAGAIN) {
    end(descriptor);
  }
}

void EpollEngine::answer_to(int descriptor, std::span<const char> bytes) {
  const Passed sent = send(descriptor, bytes, Block::No);
  if (sent.error == EAGAIN) {
    keep_unsent(descriptor, bytes.subspan(sent.size));
  } else if (sent.error != 0 || connections_[descriptor].ending) {
    end(descriptor);
  }
}

// Its client is not read from until it has taken this.
void EpollEngine::keep_unsent(int descriptor, std::span<const char> bytes) {
  Unsent& unsent = connections_[descriptor].unsent;
  unsent = {pool().take(), 0, static_cast<std::uint32_t>(bytes.size())};
  if (unsent.buffer == nullptr ||
      watch(EPOLL_CTL_MOD, descriptor, EPOLLOUT, static_cast<std::uint64_t>(descriptor)) != 0) {
    end(descriptor);
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
    end(descriptor);
    return;
  }
  pool().give_back(unsent.buffer);
  unsent = {};
}

void EpollEngine::end(int descriptor) {
  if (char* const buffer = connections_[descriptor].unsent.buffer) {
    pool().give_back(buffer);
  }
  // Closing would not do it where a child, forked by a signal handler, has the connection too.
  (void)watch(EPOLL_CTL_DEL, descriptor, 0, 0);
  close_connection(descriptor);
}

}  // namespace procession::load
