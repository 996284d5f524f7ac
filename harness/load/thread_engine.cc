// SPDX-License-Identifier: MIT
#include "harness/load/thread_engine.h"

#include "harness/load/connection.h"
#include "harness/load/talk.h"
#include "harness/os/signals.h"

#include <sys/eventfd.h>

namespace procession::load {

namespace {

// The buffer, and room for its calls.
constexpr std::size_t kStack = kBufferSize + 192 * 1024;

}  // namespace

int ThreadEngine::open(int listener, Answer answer) {
  listener_ = listener;
  answer_ = answer;
  an_end_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  return an_end_ ? threads_.open() : errno;
}

int ThreadEngine::serve(const Wake& wake) {
  for (;;) {
    switch (wait_for(waits_ ? an_end_.get() : listener_, wake)) {
      case Ready::Socket:
        if (const int error = accept_some(); error != 0 && error != EAGAIN) {
          return error;
        }
        break;
      case Ready::Wake:
        return 0;
      case Ready::Nothing:
        break;
    }
  }
}

int ThreadEngine::take_waiting() {
  int error = 0;
  while (error == 0) {
    error = accept_some();
    if (error == 0 && waits_) {
      (void)wait_for(an_end_.get(), {});
    }
  }
  return error == EAGAIN ? 0 : error;
}

int ThreadEngine::drain() {
  waits_ = true;
  for (join_ended(); count_ > 0; join_ended()) {
    (void)wait_for(an_end_.get(), {});
  }
  waits_ = false;
  return 0;
}

// 0: one has got its thread, or must wait for room. EAGAIN: none waits. Else errno.
int ThreadEngine::accept_some() {
  join_ended();
  if (accepted_ < 0) {
    accepted_ = accept_one(listener_);
  }
  if (accepted_ < 0 && is_exhausted(errno)) {
    return wait_for_room(errno);  // whether or not somebody waits: accept(2) does not say
  }
  if (accepted_ < 0) {
    waits_ = false;
    return errno;
  }
  join_ended();  // whose descriptor it may have got
  const int error = start_thread();
  if (error != 0) {
    return wait_for_room(error);
  }
  waits_ = false;
  accepted_ = -1;
  return 0;
}

int ThreadEngine::start_thread() {
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, kStack);
  Thread& thread = threads_[accepted_];
  thread = {this, {}, accepted_, 0};
  const os::AllBlocked in_the_new_thread;
  const int error = ::pthread_create(&thread.id, &attributes, run, &thread);
  ::pthread_attr_destroy(&attributes);
  count_ += error == 0 ? 1 : 0;
  return error;
}

// There is room for one more when one that is served has ended.
int ThreadEngine::wait_for_room(int error) {
  if (count_ == 0) {
    return error;
  }
  waits_ = true;
  if (ended_ != 0) {  // it may not have seen that
    (void)::eventfd_write(an_end_.get(), 1);
  }
  return 0;
}

void ThreadEngine::join_ended() {
  eventfd_t ends = 0;
  if (waits_) {
    (void)::eventfd_read(an_end_.get(), &ends);
  }
  for (int next = ended_.exchange(0); next != 0;) {
    const Thread& thread = threads_[next - 1];
    next = thread.next_ended;
    ::pthread_join(thread.id, nullptr);
    --count_;
  }
}

void* ThreadEngine::run(void* argument) {
  Thread& thread = *static_cast<Thread*>(argument);
  char buffer[kBufferSize];
  talk(thread.descriptor, buffer, thread.engine->answer_);
  thread.engine->note_end(thread);
  return nullptr;
}

// In this order: whoever gets the descriptor's number next finds this thread in the list.
void ThreadEngine::note_end(Thread& thread) {
  const int descriptor = thread.descriptor;
  thread.next_ended = ended_.load();
  while (!ended_.compare_exchange_weak(thread.next_ended, descriptor + 1)) {
  }
  ::close(descriptor);
  if (waits_) {
    (void)::eventfd_write(an_end_.get(), 1);
  }
}

}  // namespace procession::load
