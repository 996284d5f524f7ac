// SPDX-License-Identifier: MIT
// Watched ends, with real processes and without a warden round them: the test does what the warden
// does, so it knows when a stamp is there, and lets a process go on only then.
#include "harness/run/watched_ends.h"

#include "harness/os/pidfd.h"
#include "harness/os/process.h"
#include "harness/os/shared_region.h"
#include "harness/player/launch.h"
#include "harness/player/watch.h"
#include "harness/testing/plan_script.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <dirent.h>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace procession::run {
namespace {

using plan::InstanceId;
using scenario::Verb;
using testing::PlanScript;
using trace::Slot;

constexpr base::Duration kPatience = std::chrono::seconds(60);
constexpr std::uint32_t kRun = 1;  // not the first: its slots have an offset

class WatchedEndsTest : public ::testing::Test {
 protected:
  // An arena for the plan, in memory that forked processes share.
  void lay_out(const plan::OwnedPlan& plan) {
    const auto instances = static_cast<std::uint32_t>(plan.view().instances().size());
    trace::Arena::Sizes sizes;
    sizes.runs = 2;
    sizes.slots = 2 * instances;
    sizes.words = 2 * plan.view().header().word_count + 1;
    sizes.chunks = 64;
    sizes.text = 4096;
    sizes.plan = static_cast<std::uint32_t>(plan.view().bytes().size());
    auto made = os::SharedRegion::create("watched_ends_test", trace::Arena::bytes_needed(sizes));
    ASSERT_TRUE(made);
    memory_ = *std::move(made);
    arena_ = trace::Arena::lay_out(
        memory_.bytes(), sizes,
        static_cast<std::uint64_t>(base::now().ns) ^ static_cast<std::uint64_t>(::getpid()) << 40);
    std::memcpy(arena_.plan_bytes(), plan.view().bytes().data(), plan.view().bytes().size());
    arena_.header().slots_per_run = instances;
    arena_.header().words_per_run = plan.view().header().word_count;
    arena_.header().arena_fd = arena_.header().player_fd = -1;
    ends_.emplace(arena_);
    ends_->open();
    ASSERT_GE(ends_->fd(), 0);
  }

  // Forks the instance's process; it ends when the write end of a pipe is closed.
  void start_waiter(InstanceId instance, int (&ends_when)[2]) {
    ASSERT_EQ(::pipe(ends_when), 0);
    const pid_t pid = os::raw_fork();
    if (pid == 0) {
      ::close(ends_when[1]);
      char nothing = 0;
      while (::read(ends_when[0], &nothing, 1) > 0) {
      }
      os::leave(0);
    }
    ASSERT_GT(pid, 0);
    ::close(ends_when[0]);
    Slot& slot = arena_.slot_of(kRun, instance);
    slot.pid = pid;
    slot.state = Slot::Began;
  }

  // Hears until the instance has a stamp.
  [[nodiscard]] bool hear_the_end_of(InstanceId instance) {
    const base::Instant until = base::now() + kPatience;
    while (slot(instance).end_seen == 0 && base::now() < until) {
      pollfd entry{ends_->fd(), POLLIN, 0};
      ::poll(&entry, 1, 1000);
      ends_->hear();
    }
    return slot(instance).end_seen != 0;
  }

  [[nodiscard]] Slot& slot(InstanceId instance) const { return arena_.slot_of(kRun, instance); }
  [[nodiscard]] std::uint32_t number(InstanceId instance) const {
    return kRun * arena_.header().slots_per_run + instance;
  }

  os::SharedRegion memory_;
  trace::Arena arena_;
  std::optional<WatchedEnds> ends_;
};

void reap(int pid) {
  siginfo_t found{};
  EXPECT_EQ(os::wait_child(P_PID, static_cast<id_t>(pid), found, WEXITED), 0);
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* const listing = ::opendir("/proc/self/fd");
  while (::readdir(listing) != nullptr) {
    ++count;
  }
  ::closedir(listing);
  return count;
}

TEST_F(WatchedEndsTest, are_stamped_before_anybody_reaps) {
  lay_out(testing::one_child());
  int end[2];
  start_waiter(1, end);
  player::have_end_watched(arena_, number(1));
  ends_->hear();
  EXPECT_EQ(slot(1).end_seen, 0);  // it lives
  const base::Instant before = base::now();
  ::close(end[1]);
  ASSERT_TRUE(hear_the_end_of(1));
  EXPECT_GE(slot(1).end_seen, before.ns);
  EXPECT_LE(slot(1).end_seen, base::now().ns);
  EXPECT_EQ(slot(1).dead_seen, 0);
  reap(slot(1).pid);
}

TEST_F(WatchedEndsTest, of_a_zombie_and_of_what_was_reaped_are_stamped_at_once) {
  lay_out(testing::hung_family());
  int end[2];
  for (const InstanceId instance : {1U, 2U}) {
    start_waiter(instance, end);
    ::close(end[1]);
    siginfo_t found{};
    ASSERT_EQ(os::wait_child(P_PID, static_cast<id_t>(slot(instance).pid.load()), found,
                             WEXITED | WNOWAIT),
              0);
  }
  reap(slot(2).pid);
  player::have_end_watched(arena_, number(1));
  player::have_end_watched(arena_, number(2));
  ends_->hear();
  EXPECT_NE(slot(1).end_seen, 0);
  EXPECT_NE(slot(2).end_seen, 0);
  reap(slot(1).pid);
}

TEST_F(WatchedEndsTest, of_many_are_all_taken_up_by_one_wake_up) {
  PlanScript script;
  constexpr InstanceId kMany = 300;
  for (InstanceId i = 0; i < kMany; ++i) {
    script.process("p" + std::to_string(i), i == 0 ? plan::kNone : 0);
  }
  lay_out(script.build());
  int end[2];
  start_waiter(0, end);
  const int pid = slot(0).pid;
  for (InstanceId i = 0; i < kMany; ++i) {
    slot(i).pid = pid;
    player::have_end_watched(arena_, number(i));
  }
  ends_->hear();
  ::close(end[1]);
  for (InstanceId i = 0; i < kMany; ++i) {
    ASSERT_TRUE(hear_the_end_of(i)) << i;
  }
  reap(pid);
}

TEST_F(WatchedEndsTest, forget_keeps_no_descriptor_of_a_process_that_lives) {
  lay_out(testing::one_child());
  const std::size_t before = open_descriptors();
  int end[2];
  start_waiter(1, end);
  player::have_end_watched(arena_, number(1));
  ends_->hear();
  EXPECT_EQ(open_descriptors(), before + 2);  // the pipe's end, and the process
  ends_->forget();
  EXPECT_EQ(open_descriptors(), before + 1);
  EXPECT_EQ(slot(1).end_seen, 0);
  ::close(end[1]);
  reap(slot(1).pid);
}

TEST_F(WatchedEndsTest, close_leaves_nothing_open_and_can_be_opened_again) {
  lay_out(testing::one_child());
  ends_->close();
  EXPECT_EQ(ends_->fd(), -1);
  const std::size_t before = open_descriptors();
  ends_->open();
  EXPECT_EQ(open_descriptors(), before + 2);
  ends_->close();
  EXPECT_EQ(open_descriptors(), before);
  player::have_end_watched(arena_, number(1));  // nobody hears; nothing happens
}

// The whole way, by handshake: main prints only when somebody it waits for has ended, and the test
// ends that one only when the child's death has its stamp. The child is joined after that.
TEST_F(WatchedEndsTest, decide_an_order_long_before_the_join) {
  PlanScript script;
  const InstanceId main = script.process("main");
  const InstanceId child = script.process("child", main);
  const InstanceId barrier = script.process("barrier", main);
  script.watch_end(child);
  script.step(main, Verb::Start, barrier);
  script.step(main, Verb::Start, child);
  script.await_ends(main, {barrier});
  script.print(main, "on");
  script.step(main, Verb::Join, child);
  script.step(main, Verb::Join, barrier);
  script.sleep_for_ever(barrier);
  const plan::OwnedPlan plan = script.build();
  ASSERT_NE(plan.view().header().watches_ends, 0U);
  lay_out(plan);

  slot(main).handoff = -1;
  slot(main).state = Slot::Reserved;
  const pid_t pid = os::raw_fork();
  if (pid == 0) {
    const plan::Plan mapped({arena_.plan_bytes(), arena_.header().plan_capacity});
    player::play({arena_, mapped, kRun, main});
  }
  ASSERT_GT(pid, 0);
  ASSERT_TRUE(hear_the_end_of(child));
  EXPECT_EQ(slot(child).dead_seen, 0);
  ASSERT_EQ(::kill(slot(barrier).pid, SIGKILL), 0);  // it is not reaped, so it is still itself
  reap(pid);

  const trace::Chunk& log = arena_.chunk(slot(main).first_chunk);
  const trace::Line& print = log.lines[3];
  ASSERT_EQ(plan.view().step(print.step).verb, Verb::Print);
  EXPECT_LT(slot(child).end_seen, print.call);
  EXPECT_GT(slot(child).dead_seen, print.call);
}

}  // namespace
}  // namespace procession::run
