// SPDX-License-Identifier: MIT
#pragma once
// Thrift: what makes a fork of this process cheaper. A fork costs little more than the pages that
// parent and child write afterwards: each is copied (fork(2), copy-on-write).

#include <cstdint>

namespace procession::run {

// From now on the kernel no longer writes the number of the processor into this process's memory
// whenever it comes back from the kernel, as glibc asks for at its start (rseq(2), glibc 2.35 on).
// Nothing here uses it. Saves two copied pages a fork.
void stop_restartable_sequences();

// Calls `run`, which does not return, with a stack that begins with a fresh page: so its frames and
// those of all that it forks lie in that one page instead of across two.
template <class Run>
[[noreturn]] void run_on_fresh_page(const Run& run);

// ---- How ----

namespace thrift {

template <class Run>
[[noreturn]] [[gnu::noinline]] void call(const Run& run) {
  run();
  __builtin_unreachable();
}

}  // namespace thrift

template <class Run>
[[noreturn]] [[gnu::noinline]] void run_on_fresh_page(const Run& run) {
  constexpr std::uintptr_t kPage = 4096;
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  volatile char* const rest_of_page = static_cast<char*>(__builtin_alloca(here % kPage));
  *rest_of_page = 0;
  thrift::call(run);
}

}  // namespace procession::run
