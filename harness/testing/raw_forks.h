// SPDX-License-Identifier: MIT
#pragma once
// What the programs say that benchmarks compare with (raw_forks.cc, cpython_children.py): each
// reads requests from stdin, does what is asked, and writes the nanoseconds that it took to stdout,
// an int64, until end of file. So a benchmark can take turns between them and the harness.

#include <cstdint>

namespace procession::testing {

struct RawRequest {
  enum What : std::uint32_t {
    // So many times: a main that starts a child and waits for it. All of it is timed.
    Runs = 0,
    // One main that starts so many children, then waits for all. All of it is timed.
    ParallelChildren = 1,
    // In one main, so many times: start a child, wait for it. Timed inside of main.
    SerialChildren = 2,
    // In one main, so many times: start a child that says that it lives and sleeps; end it by
    // SIGTERM; wait for it. Timed from before the signal to after the wait, added up.
    Terminations = 3,
  };
  What what = Runs;
  std::uint32_t count = 0;
};

}  // namespace procession::testing
