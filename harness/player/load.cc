// SPDX-License-Identifier: MIT
// load: the clients of a server. What they do is in load/client.h; here they are given what the
// Plan says, and meet those of the other processes at the start line.
#include "harness/load/client.h"
#include "harness/player/deadline.h"
#include "harness/player/gate.h"
#include "harness/player/recorder.h"
#include "harness/player/self.h"
#include "harness/player/steps.h"

#include <cerrno>
#include <limits>
#include <sched.h>
#include <sys/mman.h>

namespace procession::player {

namespace {

constexpr std::int64_t kMicrosecond = 1000;
constexpr std::int64_t kToWakeOne = 100;  // µs, when many are woken one after the other

// The area of this load, mapped as long as the step is played.
class Area {
 public:
  explicit Area(std::uint32_t load) {
    const trace::Header& head = self().arena.header();
    const auto offset = static_cast<off_t>(head.size + load * trace::kLoadAreaBytes);
    memory_ = ::mmap(nullptr, trace::kLoadAreaBytes, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_NORESERVE, head.arena_fd, offset);
  }
  Area(const Area&) = delete;
  Area& operator=(const Area&) = delete;
  ~Area() {
    if (is_mapped()) {
      ::munmap(memory_, trace::kLoadAreaBytes);
    }
  }

  [[nodiscard]] bool is_mapped() const { return memory_ != MAP_FAILED; }
  [[nodiscard]] trace::LoadArea& operator*() const {
    return *static_cast<trace::LoadArea*>(memory_);
  }

 private:
  void* memory_;
};

std::uint32_t clients_of(const plan::Step& step) {
  return step.gate == plan::kNone ? 1 : the_plan().gates()[step.gate].feeds.count;
}

// Whether there are more CPUs than clients of this step: then the server has one, and waiting
// without sleep harms nobody.
bool has_spare_cpu(const plan::Step& step) {
  cpu_set_t permitted;
  return ::sched_getaffinity(0, sizeof permitted, &permitted) == 0 &&
         static_cast<std::uint32_t>(CPU_COUNT(&permitted)) > clients_of(step);
}

load::Workload workload_of(const plan::Step& step, const plan::Load& asked, std::uint32_t port) {
  load::Workload work;
  work.port = port;
  work.client = asked.client;
  work.member = asked.member;
  work.members = clients_of(step);
  work.connections = asked.connections;
  work.loop = asked.loop;
  work.arrivals = asked.arrivals;
  work.when_busy = asked.when_busy;
  work.protocol = asked.protocol;
  work.service = step.service;
  work.utf8 = asked.utf8 != 0;
  work.think_ns = asked.think_ns;
  work.rate = asked.rate;
  work.seed = asked.seed;
  work.warmup_ns = asked.warmup_ns;
  work.measure_ns = asked.measure_ns;
  work.requests = asked.requests;
  work.drain_ns = asked.drain_ns;
  work.timeout_ns = asked.timeout_ns;
  work.reconnect_every = asked.reconnect_every;
  work.sizes = the_plan().ids(asked.sizes);
  work.spin = asked.loop == scenario::Loop::Open && has_spare_cpu(step);
  return work;
}

void begin_phase(void* context, trace::Phase phase) {
  const plan::StepId id = *static_cast<const plan::StepId*>(context);
  const plan::Step& step = the_plan().step(id);
  if (!plan::has_phase(the_plan(), step, static_cast<std::uint32_t>(phase))) {
    return;
  }
  note(trace::Line::Phase, id, static_cast<std::int64_t>(phase));
  arrive(step.feeds,
         static_cast<plan::Feed::Point>(static_cast<std::uint32_t>(plan::Feed::Point::Warmup) +
                                        static_cast<std::uint32_t>(phase)));
}

// When all leave the start line, which is open: the first who sees that says so for all. Until then
// each can have been woken, so that those who have been do not keep the others from it. (After more
// than an hour there is no room for it: then each leaves when it is woken.)
base::Instant leaves_at(const plan::Gate& line) {
  const std::int64_t began = this_run().started;
  const std::int64_t until_then =
      (base::now().ns - began) / kMicrosecond + kToWakeOne * line.feeds.count;
  if (until_then > std::numeric_limits<std::uint32_t>::max()) {
    return {};
  }
  const auto soon = static_cast<std::uint32_t>(until_then);
  std::uint32_t agreed = 0;
  if (word(line.leaves_at).compare_exchange_strong(agreed, soon, std::memory_order_acq_rel)) {
    agreed = soon;
  }
  return {began + agreed * kMicrosecond};
}

// Until the clients of all processes that play this step have their connections. 0 or an error.
scenario::Symbol wait_at_start_line(const plan::Step& step, base::Instant& start) {
  arrive(step.feeds, plan::Feed::Point::Effect);
  if (step.gate == plan::kNone) {
    return 0;
  }
  const plan::Gate& line = the_plan().gates()[step.gate];
  GateWait wait(line);
  if (wait.error() != 0) {
    return wait.error();
  }
  for (;;) {
    switch (wait.look()) {
      case GateWait::View::Open:
        start = leaves_at(line);
        return 0;
      case GateWait::View::Gone:
        return scenario::kBrokenBarrier;
      case GateWait::View::Closed:
        (void)wait.sleep(Deadline::never());
    }
  }
}

}  // namespace

Outcome load_server(plan::StepId id, const plan::Step& step) {
  const plan::Load& asked = the_plan().loads()[step.load];
  const std::uint32_t port =
      word(the_plan().listeners()[step.channel].port_word).load(std::memory_order_acquire);
  if (port == 0) {
    return Outcome::failed(ECONNREFUSED);
  }
  const Area area(step.load);
  if (!area.is_mapped()) {
    return Outcome::failed(errno);
  }
  load::LoadClient client(workload_of(step, asked, port), *area);
  if (const scenario::Symbol error = client.connect(); error != 0) {
    return Outcome::failed(error);
  }
  base::Instant start;
  if (const scenario::Symbol error = wait_at_start_line(step, start); error != 0) {
    return Outcome::failed(error);
  }
  return Outcome::failed(client.run(start, begin_phase, &id));
}

}  // namespace procession::player
