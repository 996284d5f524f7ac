// SPDX-License-Identifier: MIT
#pragma once
// A system call right where it stands, without the C library: what a process just forked calls
// first. Each function of the library that it uses lies in a page that it must map anew, and each
// error number in one that it must copy; a fork, its child and the wait for it cost about as much
// as thirty such pages.

#include <sys/syscall.h>

#if !defined(__x86_64__)
#include <cerrno>
#include <unistd.h>
#endif

namespace procession::os {

// Returns what the call returns, or −errno.
inline long raw_syscall(long number, long a = 0, long b = 0, long c = 0, long d = 0,
                        long e = 0) noexcept {
#if defined(__x86_64__)
  long result = number;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  asm volatile("syscall"
               : "+a"(result)
               : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
               : "rcx", "r11", "memory");
  return result;
#else
  const long result = ::syscall(number, a, b, c, d, e);
  return result < 0 ? -errno : result;
#endif
}

// An address as an argument.
template <class T>
long address_of(T* pointer) noexcept {
  return reinterpret_cast<long>(pointer);
}

}  // namespace procession::os
