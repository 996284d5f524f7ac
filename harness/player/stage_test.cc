// SPDX-License-Identifier: MIT
#include "harness/player/stage_test.h"

#include "harness/os/affinity.h"
#include "harness/os/pidfd.h"
#include "harness/os/process.h"
#include "harness/os/signals.h"
#include "harness/player/death.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace procession::player {

namespace {

constexpr base::Duration kHung = std::chrono::seconds(20);

os::SharedRegion shared_memory(std::uint64_t size) {
  auto made = os::SharedRegion::create("player_test", size);
  base::check(made.has_value(), "the test can share memory");
  return std::move(*made);
}

timespec left_until(base::Instant end) {
  const auto left = std::max<std::int64_t>(0, (end - base::now()).count());
  return {left / 1'000'000'000, left % 1'000'000'000};
}

}  // namespace

InstanceId Script::process(std::string_view name, InstanceId starter, StartMethod method) {
  plan::Instance made;
  made.name = made.path = made.template_name = builder.text(name);
  made.starter = starter;
  made.method = method;
  builder.instances.push_back(made);
  return static_cast<InstanceId>(builder.instances.size() - 1);
}

plan::Range Script::take_steps(InstanceId process, std::vector<Step> steps) {
  const plan::Range range{static_cast<std::uint32_t>(builder.steps.size()),
                          static_cast<std::uint32_t>(steps.size())};
  for (Step& made : steps) {
    made.self = process;
    builder.steps.push_back(made);
  }
  return range;
}

StepId Script::line(InstanceId process, std::vector<Step> steps) {
  steps.push_back(step(Verb::Exit));
  builder.instances[process].steps = take_steps(process, std::move(steps));
  return builder.instances[process].steps.first;
}

plan::Range Script::handler(InstanceId process, std::vector<Step> steps) {
  return take_steps(process, std::move(steps));
}

GateId Script::gate(const std::vector<InstanceId>& waiters, const std::vector<InstanceId>& ends) {
  plan::Gate made;
  made.counter = builder.new_word();
  made.waiters = builder.id_range(waiters);
  made.ends = builder.id_range(ends);
  builder.gates.push_back(made);
  return static_cast<GateId>(builder.gates.size() - 1);
}

void Script::arrival(GateId gate, Step& step, InstanceId by, Feed::Point point) {
  base::check(step.feeds.count == 0, "a step of a test arrives at one gate");
  step.feeds = {static_cast<std::uint32_t>(feeds_.size()), 1};
  feeds_.push_back({gate, point, builder.new_word(), by});
}

void Script::arrival_at_begin(GateId gate, InstanceId by) {
  builder.instances[by].begin_feeds = {static_cast<std::uint32_t>(feeds_.size()), 1};
  feeds_.push_back({gate, Feed::Point::Begin, builder.new_word(), by});
}

void Script::variables(InstanceId process, const std::vector<std::string>& variables) {
  builder.instances[process].variables = {static_cast<std::uint32_t>(builder.variables.size()),
                                          static_cast<std::uint32_t>(variables.size())};
  for (const std::string& variable : variables) {
    builder.variables.push_back(builder.text(variable + '\0'));
  }
}

void Script::fails(Step& step, std::vector<scenario::Symbol> with, bool may_succeed) {
  step.has_fails = true;
  step.may_succeed = may_succeed;
  step.fails = {static_cast<std::uint32_t>(builder.symbols.size()),
                static_cast<std::uint32_t>(with.size())};
  builder.symbols.insert(builder.symbols.end(), with.begin(), with.end());
}

// A gate's feeds stand together, behind those in the order of the steps.
plan::OwnedPlan Script::build() {
  builder.feeds = feeds_;
  for (GateId gate = 0; gate < builder.gates.size(); ++gate) {
    plan::Range& range = builder.gates[gate].feeds;
    range = {static_cast<std::uint32_t>(builder.feeds.size()), 0};
    for (const Feed& feed : feeds_) {
      if (feed.gate == gate) {
        builder.feeds.push_back(feed);
        ++range.count;
      }
    }
  }
  return builder.build();
}

Step sleep_for_ever() { return step(Verb::Sleep); }

Step exit_with(int status) {
  Step made = step(Verb::Exit);
  made.number = status;
  return made;
}

Step await_gate(GateId gate) {
  Step made = step(Verb::Await);
  made.gate = gate;
  return made;
}

Step signal_step(Verb verb, InstanceId target, int signal) {
  Step made = step(verb, target);
  made.signal = signal;
  return made;
}

Stage::Stage(Script& script) : plan_(script.build()) {
  const plan::Plan plan = plan_.view();
  trace::Arena::Sizes sizes;
  sizes.runs = 4;
  sizes.slots = 4 * static_cast<std::uint32_t>(plan.instances().size());
  sizes.words = 4 * plan.header().word_count + 1;
  sizes.chunks = 4096;
  sizes.text = 1 << 20;
  sizes.plan = static_cast<std::uint32_t>(plan.bytes().size());
  memory_ = shared_memory(trace::Arena::bytes_needed(sizes));
  const auto nonce =
      static_cast<std::uint64_t>(base::now().ns) ^ static_cast<std::uint64_t>(::getpid()) << 40;
  arena_ = trace::Arena::lay_out(memory_.bytes(), sizes, nonce);
  std::memcpy(arena_.plan_bytes(), plan.bytes().data(), plan.bytes().size());

  program_.reset(
      ::open(PROCESSION_BINARY_DIR "/harness/player/player_test_image", O_RDONLY | O_CLOEXEC));
  trace::Header& header = arena_.header();
  header.slots_per_run = static_cast<std::uint32_t>(plan.instances().size());
  header.words_per_run = plan.header().word_count;
  header.warden_pid = ::getpid();
  header.player_fd = program_.get();
  header.arena_fd = memory_.fd();
  os::CpuSet permitted;
  base::check(os::get_affinity(permitted) == 0, "the test knows its CPUs");
  std::copy(permitted.begin(), permitted.end(), header.permitted_cpus);
}

void Stage::start_main() {
  Slot& main = arena_.slot_of(kRun, 0);
  main.state.store(Slot::Reserved);
  arena_.run(kRun).slots_started.fetch_add(1);
  const plan::Plan plan({arena_.plan_bytes(), arena_.header().plan_capacity});
  os::AllBlocked blocked;
  const pid_t pid = os::raw_fork();
  if (pid == 0) {
    ::setpgid(0, 0);
    player::play({arena_, plan, kRun, 0});
  }
  base::check(pid > 0, "the test can fork");
  main.pid.store(pid);
}

void Stage::play() {
  play_in_full_arena();
  EXPECT_EQ(arena_.header().lost.load(), 0u);
}

void Stage::play_in_full_arena() {
  start();
  finish();
}

void Stage::play_until(const std::function<bool()>& so_far, const std::function<void()>& look) {
  start();
  const base::Instant end = base::now() + kHung;
  while (!so_far() && base::now() < end) {
    ::sched_yield();
  }
  EXPECT_TRUE(so_far()) << "the run hangs";
  look();
  end_all();
  finish();
}

void Stage::start() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  os::block(SIGCHLD);
  start_main();
}

void Stage::finish() {
  sigset_t child_signal;
  sigemptyset(&child_signal);
  sigaddset(&child_signal, SIGCHLD);
  base::Instant end = base::now() + kHung;
  for (;;) {
    while (record_death(arena_, kRun, plan::kNone, 0, Slot::kByWarden, WNOHANG)) {
    }
    if (errno == ECHILD) {
      break;
    }
    const timespec left = left_until(end);
    if (::sigtimedwait(&child_signal, nullptr, &left) < 0 && errno == EAGAIN) {
      ADD_FAILURE() << "the run hangs";
      end_all();
      end = base::now() + kHung;
    }
  }
  os::unblock(SIGCHLD);
  EXPECT_EQ(run().slots_started.load(), run().slots_reaped.load());
  EXPECT_EQ(run().foreign, 0u);
}

void Stage::end_all() {
  for (InstanceId id = 0; id < arena_.header().slots_per_run; ++id) {
    const int pid = slot(id).pid.load();
    const os::UniqueFd process = pid == 0 ? os::UniqueFd() : os::open_pidfd(pid);
    if (process && slot(id).state.load() < Slot::Dead) {
      (void)os::send_signal(process, SIGKILL);
    }
  }
}

std::vector<const Line*> Stage::lines(InstanceId instance) const {
  std::vector<const Line*> found;
  std::uint32_t chunk = slot(instance).first_chunk.load();
  for (std::uint32_t k = 0; k < slot(instance).lines.load() && chunk != 0; ++k) {
    found.push_back(&arena_.chunk(chunk).lines[k % trace::Chunk::kLines]);
    if (k % trace::Chunk::kLines == trace::Chunk::kLines - 1) {
      chunk = arena_.chunk(chunk).next.load();
    }
  }
  return found;
}

const Line* Stage::line(InstanceId instance, std::size_t k) const {
  const StepId wanted = plan_.view().instance(instance).steps.first + static_cast<StepId>(k);
  for (const Line* found : lines(instance)) {
    if (found->kind == Line::Step && found->step == wanted) {
      return found;
    }
  }
  return nullptr;
}

std::string Stage::text(const Line& line) const {
  return {arena_.text() + trace::text_offset(line.answer), trace::text_size(line.answer)};
}

bool Stage::is_reaped_by(InstanceId child, InstanceId reaper) const {
  return slot(child).state.load() == Slot::Reaped &&
         slot(child).reaper == kRun * arena_.header().slots_per_run + reaper;
}

}  // namespace procession::player
