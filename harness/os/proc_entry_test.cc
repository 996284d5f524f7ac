// SPDX-License-Identifier: MIT
#include "harness/os/proc_entry.h"

#include "harness/os/pidfd.h"
#include "harness/os/process.h"
#include "harness/os/shared_region.h"
#include "harness/os/signals.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace procession::os {
namespace {

// A child that does `what` and then waits to be killed.
class Waiting {
 public:
  template <class What>
  explicit Waiting(const What& what) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const UniqueFd read_end(ends[0]);
    UniqueFd write_end(ends[1]);
    pid_ = raw_fork();
    if (pid_ == 0) {
      what();
      write_end.reset();
      for (;;) {
        ::pause();
      }
    }
    write_end.reset();
    char nothing = 0;
    EXPECT_EQ(::read(read_end.get(), &nothing, 1), 0);  // it has done it
    pidfd_ = open_pidfd(pid_);
  }
  ~Waiting() {
    (void)send_signal(pidfd_, SIGKILL);
    reap();
  }
  void reap() {
    siginfo_t how{};
    (void)wait_child(P_PID, static_cast<id_t>(pid_), how, WEXITED);
  }
  [[nodiscard]] const UniqueFd& pidfd() const { return pidfd_; }

 private:
  pid_t pid_ = -1;
  UniqueFd pidfd_;
};

TEST(ProcEntry, ReadsParentAndSessionThoughTheNameIsConfusing) {
  const Waiting child([] {
    ::prctl(PR_SET_NAME, "a) R 1 1 (b");
    ::setsid();
  });
  ProcEntry::Stat stat;
  ASSERT_TRUE(ProcEntry::of(child.pidfd()).read(stat));
  EXPECT_EQ(stat.parent, own_proc_number());
  EXPECT_EQ(stat.session, proc_number(child.pidfd()));
}

TEST(ProcEntry, NamesTheProcessAfterItsEndToo) {
  Waiting child([] {});
  const ProcEntry entry = ProcEntry::of(child.pidfd());
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry.send_signal(SIGKILL), 0);
  child.reap();
  ProcEntry::Stat stat;
  EXPECT_FALSE(entry.read(stat));
  EXPECT_EQ(entry.send_signal(0), ESRCH);
  EXPECT_FALSE(ProcEntry::of(child.pidfd()));
  EXPECT_EQ(proc_number(child.pidfd()), 0);
}

// A stopped process takes no signal but SIGCONT and SIGKILL, so what is sent stays on its way.
TEST(ProcEntry, SeesASignalThatIsOnItsWay) {
  for (const bool is_blocked : {false, true}) {
    const Waiting child([&] {
      if (is_blocked) {
        block(SIGUSR1);
      }
    });
    ASSERT_EQ(send_signal(child.pidfd(), SIGSTOP), 0);
    siginfo_t how{};
    ASSERT_EQ(wait_child(P_PIDFD, static_cast<id_t>(child.pidfd().get()), how, WSTOPPED), 0);
    EXPECT_FALSE(ProcEntry::of(child.pidfd()).has_signal_to_take());
    ASSERT_EQ(send_signal(child.pidfd(), SIGUSR1), 0);
    EXPECT_EQ(ProcEntry::of(child.pidfd()).has_signal_to_take(), !is_blocked);
  }
}

TEST(ProcEntry, KnowsWhoUsesAFile) {
  auto region = SharedRegion::create("procession-proc-entry-test", 4096);
  ASSERT_TRUE(region);
  const Waiting maps_it([&] { ::close(region->fd()); });
  const Waiting has_it_open([&] { ::munmap(region->bytes(), 4096); });
  const Waiting neither([&] {
    ::close(region->fd());
    ::munmap(region->bytes(), 4096);
  });
  constexpr std::string_view kName = "/memfd:procession-proc-entry-test";
  EXPECT_TRUE(ProcEntry::of(maps_it.pidfd()).uses_file(kName));
  EXPECT_TRUE(ProcEntry::of(has_it_open.pidfd()).uses_file(kName));
  EXPECT_FALSE(ProcEntry::of(neither.pidfd()).uses_file(kName));
}

TEST(ProcEntry, KnowsItsProgram) {
  const ProcEntry self = ProcEntry::open("self");
  const UniqueFd own(::open("/proc/self/exe", O_PATH | O_CLOEXEC));
  const UniqueFd other(::open("/bin/sh", O_PATH | O_CLOEXEC));
  EXPECT_TRUE(self.runs(own.get()));
  EXPECT_FALSE(self.runs(other.get()));
}

TEST(ProcListing, FindsThisProcess) {
  bool found = false;
  ProcListing listing;
  while (const char* const name = listing.next()) {
    found = found || std::atoi(name) == own_proc_number();
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace procession::os
