// SPDX-License-Identifier: MIT
// The course of a load: its phases, and the loop that waits for what comes and for what is due.
#include "harness/load/client.h"

#include <algorithm>
#include <array>
#include <limits>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace procession::load {

namespace {

using trace::Phase;

constexpr std::int64_t kFarAway = std::numeric_limits<std::int64_t>::max() / 4;
constexpr std::int64_t kMillisecond = 1'000'000;
// Before an instant, waiting goes on without sleeping for so long.
constexpr std::int64_t kSpinFor = 100'000;
constexpr std::size_t kBuffer = 64 * 1024;
constexpr std::size_t kEventsAtOnce = 64;
constexpr std::uint32_t kPipelineDepth = 64;
// An open loop looks so often, for each client, whether it has stood still; who comes so much later
// than it wanted has.
constexpr std::int64_t kLookAtLeast = kMillisecond;
constexpr std::int64_t kStall = kMillisecond;

// A sleep ends as exactly as the kernel can, as long as this lives.
class ExactSleep {
 public:
  ExactSleep() : before_(::prctl(PR_GET_TIMERSLACK)) { ::prctl(PR_SET_TIMERSLACK, 1UL); }
  ExactSleep(const ExactSleep&) = delete;
  ExactSleep& operator=(const ExactSleep&) = delete;
  ~ExactSleep() { ::prctl(PR_SET_TIMERSLACK, static_cast<unsigned long>(before_)); }

 private:
  int before_;
};

std::uint32_t depth_of(const Workload& work) {
  return work.when_busy == scenario::WhenBusy::Pipeline ? kPipelineDepth : 1;
}

std::size_t pages_for(const Workload& work) {
  const std::size_t count = work.connections;
  return Pages::room_for<Connection>(count) + Pages::room_for<Pending>(count * depth_of(work)) +
         Pages::room_for<std::uint32_t>(count) + Pages::room_for<char>(kBuffer);
}

}  // namespace

LoadClient::LoadClient(const Workload& work, trace::LoadArea& area)
    : work_(work),
      tally_(area),
      messages_(work),
      framing_(framing_of(work.protocol)),
      pages_(pages_for(work)),
      depth_(depth_of(work)),
      schedule_(work) {
  if (!pages_) {
    return;
  }
  connections_ = pages_.take<Connection>(work.connections);
  pending_ = pages_.take<Pending>(std::size_t{work.connections} * depth_);
  free_ = Queue(pages_.take<std::uint32_t>(work.connections));
  buffer_ = pages_.take<char>(kBuffer);
}

LoadClient::~LoadClient() {
  for (const Connection& connection : connections_) {
    if (connection.state == Connection::Connecting || connection.state == Connection::Open) {
      ::close(connection.socket);
    }
  }
}

Phase LoadClient::phase_of(std::int64_t due) const {
  return due < measure_begin_ ? Phase::Warmup : Phase::Measure;
}

scenario::Symbol LoadClient::run(base::Instant start, OnPhase on_phase, void* context) {
  const ExactSleep exact;
  on_phase_ = on_phase;
  context_ = context;
  while (base::now() < start) {
    wait(start.ns);
  }
  start_ = start.ns != 0 ? start.ns : base::now().ns;
  measure_begin_ = start_ + work_.warmup_ns;
  measure_end_ = work_.measure_ns != 0 ? measure_begin_ + work_.measure_ns : kFarAway;
  for (Connection& connection : connections_) {
    const std::uint32_t number = number_of(connection);
    connection.left =
        work_.requests / work_.connections + (number < work_.requests % work_.connections ? 1 : 0);
    if (connection.state == Connection::Open) {
      connection.joined = start_;
      become_free(connection, start_);
    }
  }
  begin_phase(phase_, start_);
  for (;;) {
    const std::int64_t now = base::now().ns;
    go_on_in_time(now);
    if (is_done(now)) {
      count_unfinished(now);
      end_phase(std::max(now, measure_end_));
      return lost_ == work_.connections ? error_ : 0;
    }
    look_after_connections(now);
    send_due(now);
    sleep_until(next_instant());
  }
}

// An open loop knows by this whether it was stopped, or got no CPU; then it takes the replies that
// have come meanwhile before it says that no connection is free.
void LoadClient::sleep_until(std::int64_t instant) {
  if (!is_open_loop()) {
    wait(instant);
    return;
  }
  const std::int64_t at_the_latest =
      std::min(instant, base::now().ns + kLookAtLeast * work_.members);
  wait(at_the_latest);
  if (const std::int64_t now = base::now().ns; now - at_the_latest > kStall) {
    stalls_.note(at_the_latest, now);
    wait(0);
  }
}

// Requests, and connections, that have taken too long; and connections that are tried again.
void LoadClient::look_after_connections(std::int64_t now) {
  if (now < look_at_) {
    return;
  }
  look_at_ = now + std::clamp(work_.timeout_ns / 16, kMillisecond, 100 * kMillisecond);
  for (Connection& connection : connections_) {
    const std::int64_t waited = now - connection.since;
    if (connection.state == Connection::Waiting && waited >= kTryAgainAfter) {
      make_anew(connection, now);
    } else if (connection.state == Connection::Connecting && waited > work_.timeout_ns) {
      close(connection, now);
      try_later(connection, scenario::kTimedOut, now);
    } else if (connection.pending != 0 && now - pending_of(connection, 0).sent > work_.timeout_ns) {
      give_up_late(connection, now);
    }
    if (connection.state == Connection::Waiting) {
      look_at_ = std::min(look_at_, connection.since + kTryAgainAfter);
    }
  }
}

void LoadClient::begin_phase(Phase phase, std::int64_t at) {
  phase_ = phase;
  tally_.counts(phase).begin = at;
  for (Connection& connection : connections_) {
    if (connection.joined != 0) {
      connection.joined = at;
    }
  }
  on_phase_(context_, phase);
}

void LoadClient::end_phase(std::int64_t at) {
  trace::PhaseCounts& counts = tally_.counts(phase_);
  counts.end = at;
  for (const Connection& connection : connections_) {
    if (connection.joined != 0) {
      counts.population_ns += at - connection.joined;
    }
    if (connection.queued) {
      counts.think_ns += thought(connection, at);
    }
  }
}

void LoadClient::go_on_in_time(std::int64_t now) {
  if (phase_ == Phase::Warmup && now >= measure_begin_) {
    end_phase(measure_begin_);
    begin_phase(Phase::Measure, measure_begin_);
  }
  if (lost_ == work_.connections) {  // what would have been due is no request any more
    measure_end_ = std::min(measure_end_, now);
  }
  if (phase_ != Phase::Measure) {
    return;
  }
  const bool all_sent =
      work_.measure_ns == 0 &&
      (is_open_loop() ? scheduled_ == work_.requests : idle_ + lost_ >= work_.connections);
  if (all_sent && outstanding_ == 0) {
    measure_end_ = std::max(last_done_, measure_begin_) + 1;
  }
  if (now >= measure_end_) {
    end_phase(measure_end_);
    begin_phase(Phase::Drain, measure_end_);
    drain_end_ = measure_end_ + work_.drain_ns;
  }
}

bool LoadClient::is_done(std::int64_t now) const {
  if (phase_ != Phase::Drain) {
    return lost_ == work_.connections && phase_ == Phase::Warmup;
  }
  return (!has_more_to_send() && outstanding_ == 0) || now >= drain_end_ ||
         lost_ == work_.connections;
}

// Also in the drain, if the schedule of an open loop is behind.
bool LoadClient::has_more_to_send() const {
  if (phase_ != Phase::Drain) {
    return true;
  }
  return is_open_loop() && start_ + schedule_.due() < measure_end_ &&
         (work_.measure_ns != 0 || scheduled_ < work_.requests);
}

std::int64_t LoadClient::next_instant() const {
  std::int64_t next = look_at_;
  next = std::min(next, phase_ == Phase::Warmup    ? measure_begin_
                        : phase_ == Phase::Measure ? measure_end_
                                                   : drain_end_);
  if (!is_open_loop() && !free_.empty() && phase_ != Phase::Drain) {
    next = std::min(next, due_of(connections_[free_.front()]));
  }
  if (is_open_loop() && phase_ != Phase::Drain &&
      (!free_.empty() || work_.when_busy == scenario::WhenBusy::Drop)) {
    next = std::min(next, start_ + schedule_.due());
  }
  return next;
}

// Sleeps until something has come or it is time, and deals with what has come.
void LoadClient::wait(std::int64_t until) {
  std::array<epoll_event, kEventsAtOnce> events;
  const std::int64_t left = std::max<std::int64_t>(0, until - base::now().ns);
  const bool spins = work_.spin && left <= kSpinFor;
  const std::int64_t sleep = spins ? 0 : work_.spin ? left - kSpinFor : left;
  const timespec timeout{sleep / 1'000'000'000, sleep % 1'000'000'000};
  const int count = ::epoll_pwait2(poller_.get(), events.data(), static_cast<int>(events.size()),
                                   &timeout, nullptr);
  for (int i = 0; i < count; ++i) {
    handle(events[static_cast<std::size_t>(i)]);
    if (!is_open_loop() && work_.think_ns == 0 && start_ != 0) {
      send_closed(last_done_);  // who has got its reply sends at once
    }
  }
}

}  // namespace procession::load
