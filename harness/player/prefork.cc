// SPDX-License-Identifier: MIT
// The handler `prefork`: both sides of it. A worker stops accepting when its server says so, or
// when that has ended, and ends when its last client has: so none is left behind by a server that
// is killed.
#include "harness/load/epoll_engine.h"
#include "harness/player/pin.h"
#include "harness/player/self.h"
#include "harness/player/server.h"
#include "harness/player/sockets.h"
#include "harness/player/start.h"

#include <array>
#include <cerrno>
#include <sys/eventfd.h>

namespace procession::player {

Outcome PreforkServer::open() {
  closing_.reset(::eventfd(0, EFD_CLOEXEC));
  if (!closing_) {
    return Outcome::failed(errno);
  }
  const plan::Listener& listener = the_plan().listeners()[step_.channel];
  for (const plan::InstanceId worker : the_plan().ids(listener.talkers)) {
    const Outcome outcome = start_process(worker, scenario::StartMethod::Fork, closing_.get());
    if (outcome.is_child) {
      (void)closing_.release();  // the worker's now
    }
    if (outcome.is_child || outcome.error != 0) {
      return outcome;
    }
  }
  return {};
}

Outcome PreforkServer::serve(const load::Wake& wake) {
  while (load::wait_for(-1, wake) != load::Ready::Wake) {
  }
  return {};
}

Outcome PreforkServer::take_waiting() {
  return ::eventfd_write(closing_.get(), 1) == 0 ? Outcome{} : Outcome::failed(errno);
}

Outcome PreforkServer::drain() {
  join_talkers();
  return {};
}

void PreforkServer::abandon() {
  (void)take_waiting();
  (void)drain();
}

Outcome work(const plan::Step& step) {
  const os::UniqueFd closing(self().slot().handoff);
  load::EpollEngine engine;
  if (const int error = engine.open(listening_socket(step.channel), answer_of(step)); error != 0) {
    return Outcome::failed(error);
  }
  const Pin server = pin_living(the_plan().instance(self().instance).starter);
  if (server.state == Pin::State::NoRoom) {
    return Outcome::failed(server.error);
  }
  int error = 0;
  if (server.state == Pin::State::Held) {
    const std::array wakers = {closing.get(), server.process.get()};
    error = engine.serve({wakers, {}});
  }
  error = error != 0 ? error : engine.take_waiting();
  stop_listening(step.channel);
  (void)engine.drain();
  return Outcome::of_errno(error);
}

}  // namespace procession::player
