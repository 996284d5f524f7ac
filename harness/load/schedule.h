// SPDX-License-Identifier: MIT
#pragma once
// Schedule: when the requests of an open loop are due, as nanoseconds since the start line. It is
// made one after the other from a seed, so that a request that waits needs no memory: who sends
// late asks late. Times never go back.
//
//   constant  evenly; those of several clients lie evenly between each other
//   poisson   independent of each other: the gaps are exponential
//   burst     as many at once as there are connections, evenly
//   ramp      the rate rises evenly from 0 and reaches `rate` when the measuring ends

#include "harness/load/random.h"
#include "harness/load/workload.h"

#include <cstdint>

namespace procession::load {

class Schedule {
 public:
  explicit Schedule(const Workload& work)
      : arrivals_(work.arrivals),
        gap_ns_(1e9 / static_cast<double>(work.rate)),
        burst_(work.connections),
        place_(static_cast<double>(work.member) / static_cast<double>(work.members)),
        ramp_ns_(static_cast<double>(work.warmup_ns + work.measure_ns)),
        random_(work.seed + (std::uint64_t{work.member} << 32)) {
    go_on();
  }

  // When the next one is due.
  [[nodiscard]] std::int64_t due() const { return due_; }

  void go_on() {
    switch (arrivals_) {
      case scenario::Arrivals::Constant:
        due_ = static_cast<std::int64_t>((static_cast<double>(number_) + place_) * gap_ns_);
        break;
      case scenario::Arrivals::Poisson:
        exact_ += random_.exponential() * gap_ns_;
        due_ = static_cast<std::int64_t>(exact_);
        break;
      case scenario::Arrivals::Burst:
        due_ = static_cast<std::int64_t>(static_cast<double>(number_ - number_ % burst_) * gap_ns_);
        break;
      case scenario::Arrivals::Ramp:
        // rate(t) = t / (gap · ramp), so the k-th is due when t² / (2 · gap · ramp) = k.
        due_ = static_cast<std::int64_t>(
            std::sqrt(2 * static_cast<double>(number_ + 1) * gap_ns_ * ramp_ns_));
        break;
    }
    ++number_;
  }

 private:
  scenario::Arrivals arrivals_;
  double gap_ns_;
  std::uint64_t burst_;
  double place_;  // of its requests between those of others, 0 to 1
  double ramp_ns_;
  Random random_;
  std::uint64_t number_ = 0;
  double exact_ = 0;
  std::int64_t due_ = 0;
};

}  // namespace procession::load
