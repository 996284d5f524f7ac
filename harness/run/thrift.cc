// SPDX-License-Identifier: MIT
#include "harness/run/thrift.h"

#include <sys/syscall.h>
#include <unistd.h>

#if __has_include(<sys/rseq.h>) && defined(SYS_rseq)
#include <sys/rseq.h>
#endif

namespace procession::run {

void stop_restartable_sequences() {
#ifdef RSEQ_SIG
  // What glibc has registered; if it has not, or otherwise, this fails and changes nothing.
  constexpr int kUnregister = 1;
  char* const area = static_cast<char*>(__builtin_thread_pointer()) + __rseq_offset;
  ::syscall(SYS_rseq, area, sizeof(struct rseq), kUnregister, RSEQ_SIG);
#endif
}

}  // namespace procession::run
