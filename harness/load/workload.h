// SPDX-License-Identifier: MIT
#pragma once
// Workload: what a load client is to do, as plain values. Filled by the player from the Plan.

#include "harness/scenario/verb.h"

#include <cstdint>
#include <span>

namespace procession::load {

struct Workload {
  std::uint32_t port = 0;     // of the loopback interface
  std::uint32_t member = 0;   // which of the clients that share a schedule it is
  std::uint32_t members = 1;  // how many there are
  std::uint32_t client = 0;   // which client of the scenario it is: part of what it sends
  std::uint32_t connections = 1;
  scenario::Loop loop = scenario::Loop::Closed;
  scenario::Arrivals arrivals = scenario::Arrivals::Constant;
  scenario::WhenBusy when_busy = scenario::WhenBusy::Queue;
  scenario::Protocol protocol = scenario::Protocol::Echo;
  scenario::Service service = scenario::Service::Echo;  // what the server does to a text
  bool utf8 = false;
  bool spin = false;  // there is a CPU for waiting without sleeping
  std::int64_t think_ns = 0;
  std::int64_t rate = 0;  // requests a second
  std::uint32_t seed = 1;
  std::int64_t warmup_ns = 0;
  std::int64_t measure_ns = 0;  // 0 = until `requests` are done
  std::uint64_t requests = 0;
  std::int64_t drain_ns = 0;
  std::int64_t timeout_ns = 0;
  std::uint64_t reconnect_every = 0;
  std::span<const std::uint32_t> sizes;
};

}  // namespace procession::load
