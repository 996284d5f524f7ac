// SPDX-License-Identifier: MIT
#pragma once
// Tally: what a load client has seen, counted in its area of shared memory.

#include "harness/trace/load_area.h"

#include <algorithm>
#include <cstdint>

namespace procession::load {

class Tally {
 public:
  explicit Tally(trace::LoadArea& area) : area_(area) { area_.window_ns = area_.kFirstWindow; }

  [[nodiscard]] trace::PhaseCounts& counts(trace::Phase phase) { return area_.phase(phase).counts; }

  void connected(trace::Phase phase, std::int64_t ns) {
    ++area_.connections;
    record(phase, trace::Series::Connect, ns);
  }
  void record(trace::Phase phase, trace::Series series, std::int64_t ns) {
    area_.phase(phase).series[static_cast<std::size_t>(series)].record(ns);
  }
  void failed(trace::Phase phase, trace::Failure how) {
    ++counts(phase).failed[static_cast<std::size_t>(how)];
  }
  // A failure of no request: a reply that nobody has asked for, a connection that was not made.
  void failed_besides(trace::Phase phase, trace::Failure how) {
    failed(phase, how);
    ++counts(phase).besides;
  }
  // It has taken so long already, and is not over.
  void at_least(trace::Phase phase, trace::Series series, std::int64_t ns) {
    record(phase, series, ns);
    ++counts(phase).at_least[static_cast<std::size_t>(series)];
    std::int64_t& least = counts(phase).least_unfinished[static_cast<std::size_t>(series)];
    least = least == 0 ? std::max<std::int64_t>(ns, 1) : std::min(least, ns);
  }
  // A request has been answered so long after the measuring began.
  void ended_after(std::int64_t ns) {
    while (ns >= area_.window_ns * static_cast<std::int64_t>(area_.kWindows)) {
      widen_windows();
    }
    ++area_.windows[static_cast<std::size_t>(ns / area_.window_ns)];
  }

 private:
  void widen_windows() {
    for (std::size_t i = 0; i < area_.kWindows / 2; ++i) {
      area_.windows[i] = area_.windows[2 * i] + area_.windows[2 * i + 1];
    }
    std::fill(area_.windows.begin() + area_.kWindows / 2, area_.windows.end(), 0);
    area_.window_ns *= 2;
  }

  trace::LoadArea& area_;
};

}  // namespace procession::load
