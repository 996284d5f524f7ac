// SPDX-License-Identifier: MIT
#pragma once
// ThreadEngine: a thread for each connection, which sleeps in its calls; the calling thread
// accepts, and joins those that have ended. None is left when the engine has gone.

#include "harness/load/descriptor_table.h"
#include "harness/load/engine.h"
#include "harness/os/unique_fd.h"

#include <atomic>
#include <cstdint>
#include <pthread.h>

namespace procession::load {

class ThreadEngine final : public Engine {
 public:
  ThreadEngine() = default;
  ThreadEngine(const ThreadEngine&) = delete;
  ThreadEngine& operator=(const ThreadEngine&) = delete;
  ~ThreadEngine() { (void)drain(); }

  [[nodiscard]] int open(int listener, Answer answer) override;
  [[nodiscard]] int serve(const Wake& wake) override;
  [[nodiscard]] int take_waiting() override;
  [[nodiscard]] int drain() override;

 private:
  struct Thread {
    ThreadEngine* engine;
    pthread_t id;
    int descriptor;
    int next_ended;  // its descriptor + 1, 0 = none
  };

  static void* run(void* thread);
  void note_end(Thread& thread);  // by the thread itself

  [[nodiscard]] int accept_some();
  [[nodiscard]] int start_thread();
  [[nodiscard]] int wait_for_room(int error);
  void join_ended();

  int listener_ = -1;
  Answer answer_ = unchanged;
  DescriptorTable<Thread> threads_;
  std::size_t count_ = 0;            // threads that are not joined
  int accepted_ = -1;                // a connection that has no thread yet
  std::atomic<int> ended_ = 0;       // a list through Thread::next_ended
  std::atomic<bool> waits_ = false;  // for an end: whoever ends tells by `an_end_`
  os::UniqueFd an_end_;
};

}  // namespace procession::load
