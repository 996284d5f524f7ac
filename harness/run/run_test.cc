// SPDX-License-Identifier: MIT
// play() as a whole, with real processes and the real player. The test process makes itself a
// subreaper: whatever play() leaves behind becomes its child, and waitid(2) tells.
#include "harness/os/machine.h"
#include "harness/os/pidfd.h"
#include "harness/os/proc_entry.h"
#include "harness/run/nothing_lives_test.h"
#include "harness/run/play.h"
#include "harness/testing/plan_script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <set>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace procession::run {
namespace {

using plan::InstanceId;
using scenario::Verb;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using testing::PlanScript;
using trace::Process;
using trace::Record;

const std::string kPlayer = PROCESSION_BINARY_DIR "/bin/procession-player";

class Notes : public Observer {
 public:
  bool record(std::size_t work, Record record) override {
    records.push_back(std::move(record));
    of_work.push_back(work);
    return records.size() < wanted;
  }
  void done(std::size_t work, base::Result<> how) override {
    ends.emplace_back(work, std::move(how));
  }
  void tick() override {
    if (on_tick) {
      on_tick();
    }
  }

  std::size_t wanted = SIZE_MAX;
  std::function<void()> on_tick;
  std::vector<Record> records;
  std::vector<std::size_t> of_work;  // whose each record is
  std::vector<std::pair<std::size_t, base::Result<>>> ends;
};

class Play : public ::testing::TestWithParam<Containment> {
 protected:
  void SetUp() override {
    ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    if (GetParam() == Containment::Namespace && !os::has_feature("pid_namespace")) {
      GTEST_SKIP() << "this machine allows no PID namespace";
    }
    options.player = kPlayer;
    options.containment = GetParam();
  }
  void TearDown() override { EXPECT_TRUE(nothing_lives()); }

  // Each plan is a work of so many runs.
  base::Result<> play(const std::vector<plan::OwnedPlan>& plans, std::uint32_t runs = 1,
                      base::Duration timeout = 30s) {
    std::size_t next = 0;
    return run::play(
        [&]() -> std::optional<Work> {
          if (next == plans.size()) {
            return std::nullopt;
          }
          return Work{plans[next++].view(), runs, timeout};
        },
        notes, options);
  }
  base::Result<> play(plan::OwnedPlan plan, std::uint32_t runs = 1, base::Duration timeout = 30s) {
    std::vector<plan::OwnedPlan> plans;
    plans.push_back(std::move(plan));
    return play(plans, runs, timeout);
  }

  Options options;
  Notes notes;
};

INSTANTIATE_TEST_SUITE_P(, Play, ::testing::Values(Containment::Namespace, Containment::Sweep),
                         [](const auto& test) {
                           return test.param == Containment::Namespace ? "Namespace" : "Sweep";
                         });

// ---- What is recorded ----

TEST_P(Play, OneRunIsRecorded) {
  ASSERT_TRUE(play(testing::one_child()));
  ASSERT_EQ(notes.records.size(), 1u);
  const Record& record = notes.records[0];
  EXPECT_TRUE(record.complete) << record.damage;
  EXPECT_FALSE(record.timed_out || record.stopped);
  EXPECT_EQ(record.foreign, 0u);
  ASSERT_EQ(record.processes.size(), 2u);
  const Process& main = record.processes[0];
  const Process& child = record.processes[1];
  EXPECT_EQ(main.ppid, record.zygote_pid);
  EXPECT_EQ(main.reaper, Process::Reaper::Zygote);
  EXPECT_EQ(main.status, 0);
  EXPECT_EQ(child.ppid, main.pid);
  EXPECT_EQ(child.reaper, Process::Reaper::Starter);
  EXPECT_EQ(child.status, 0);
  EXPECT_EQ(main.events.size(), 3u);  // start, join, exit
  EXPECT_LE(record.started, main.begin);
  EXPECT_LE(main.begin, child.begin);
  EXPECT_LE(*main.dead_seen, *record.ended);
}

// Nobody reaps the child before the run is ended at its deadline, so its reaper sees its death
// after that. The warden has stamped it before: it looks for ends before it looks at the clock.
TEST_P(Play, AWatchedEndIsStampedLongBeforeTheReap) {
  for (const auto method : {scenario::StartMethod::Fork, scenario::StartMethod::Spawn}) {
    PlanScript script;
    const InstanceId main = script.process("main");
    const InstanceId child = script.process("child", main, method);
    script.watch_end(child);
    script.step(main, Verb::Start, child).method = method;
    script.await_ends(main, {child});
    script.sleep_for_ever(main);
    // A machine may be so slow that main is ended before it sleeps.
    for (base::Duration timeout = 500ms;; timeout *= 2) {
      notes.records.clear();
      ASSERT_TRUE(play(script.build(), 1, timeout));
      ASSERT_EQ(notes.records.size(), 1u);
      if (notes.records[0].processes[main].events.size() == 3 || timeout > 60s) {
        break;
      }
    }
    const Record& record = notes.records[0];
    ASSERT_EQ(record.processes[main].events.size(), 3u);
    EXPECT_TRUE(record.timed_out);
    ASSERT_TRUE(record.processes[child].dead_seen);
    EXPECT_LT(*record.processes[child].dead_seen, *record.processes[main].dead_seen);
    EXPECT_GT(*record.processes[child].dead_seen, record.processes[child].begin);
  }
}

TEST_P(Play, WatchedEndsOfManyRunsAreStampedInTheirSlots) {
  PlanScript script;
  const InstanceId main = script.process("main");
  const InstanceId child = script.process("child", main);
  script.watch_end(main);
  script.watch_end(child);
  script.step(main, Verb::Start, child);
  script.step(main, Verb::Join, child);
  ASSERT_TRUE(play(script.build(), 3000));
  ASSERT_EQ(notes.records.size(), 3000u);
  for (const Record& record : notes.records) {
    for (const InstanceId id : {main, child}) {
      const Process& process = record.processes[id];
      ASSERT_TRUE(process.dead_seen);
      EXPECT_GE(*process.dead_seen, process.events.back().call);
    }
    // The join is caused by the end: it cannot have returned before.
    EXPECT_LE(*record.processes[child].dead_seen, *record.processes[main].events[1].returned);
  }
}

TEST_P(Play, AThousandRunsAreRecordedInOrder) {
  ASSERT_TRUE(play(testing::one_child(), 1000));
  ASSERT_EQ(notes.records.size(), 1000u);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(notes.records[i].run, i);
    EXPECT_TRUE(notes.records[i].complete);
    EXPECT_EQ(notes.records[i].processes[1].status, 0);
  }
}

TEST_P(Play, ADaemonisedGrandchildIsReapedByTheWarden) {
  PlanScript script;
  const InstanceId main = script.process("main");
  const InstanceId child = script.process("child", main);
  const InstanceId grandchild = script.process("grandchild", child);
  script.step(main, Verb::Start, child);
  script.step(main, Verb::Join, child);
  script.step(child, Verb::Start, grandchild);
  script.exit_now(child, 3);
  script.await_ends(grandchild, {child});
  script.print_ppid(grandchild);
  ASSERT_TRUE(play(script.build(), 20));

  ASSERT_EQ(notes.records.size(), 20u);
  for (const Record& record : notes.records) {
    const Process& orphan = record.processes[grandchild];
    EXPECT_EQ(record.processes[child].status, 3);
    EXPECT_EQ(orphan.reaper, Process::Reaper::Warden);
    EXPECT_EQ(orphan.status, 0);
    EXPECT_TRUE(orphan.parent_gone);
    ASSERT_GE(orphan.events.size(), 2u);
    EXPECT_EQ(orphan.events[1].text, std::to_string(record.warden_pid));
  }
}

TEST_P(Play, SurvivorsAreNotedAndEnded) {
  PlanScript script;
  const InstanceId main = script.process("main");
  const InstanceId survivor = script.process("survivor", main);
  const InstanceId orphan = script.process("orphan", main);
  script.instance(survivor).survivor = true;
  script.step(main, Verb::Start, survivor);
  script.step(main, Verb::Start, orphan);
  script.exit_now(main, 0);
  script.sleep_for_ever(survivor);
  script.await_ends(orphan, {main});
  script.sleep(orphan, 20ms);  // the run lasts as long as this
  ASSERT_TRUE(play(script.build(), 10));

  ASSERT_EQ(notes.records.size(), 10u);
  for (const Record& record : notes.records) {
    EXPECT_FALSE(record.timed_out);
    EXPECT_TRUE(record.processes[survivor].survived);
    EXPECT_TRUE(record.processes[survivor].parent_gone);
    EXPECT_EQ(record.processes[survivor].status, trace::signal_status(SIGKILL, false));
    EXPECT_FALSE(record.processes[orphan].survived);
    EXPECT_EQ(record.processes[orphan].status, 0);
  }
}

// It is of another session than all others, and so is what it starts.
TEST_P(Play, WhatIsDaemonizedIsFoundWhereverItIs) {
  PlanScript script;
  const InstanceId main = script.process("main");
  const InstanceId daemon = script.process("daemon", main, scenario::StartMethod::Daemonize);
  const InstanceId child = script.process("child", daemon);
  for (const InstanceId survivor : {daemon, child}) {
    script.instance(survivor).survivor = true;
  }
  script.step(main, Verb::Start, daemon);
  script.step(daemon, Verb::Start, child);
  script.sleep_for_ever(daemon);
  script.sleep_for_ever(child);
  ASSERT_TRUE(play(script.build(), 10));

  ASSERT_EQ(notes.records.size(), 10u);
  for (const Record& record : notes.records) {
    EXPECT_TRUE(record.complete && !record.timed_out);
    EXPECT_EQ(record.foreign, 0u);
    EXPECT_EQ(record.processes[main].status, 0);
    EXPECT_EQ(record.processes[daemon].ppid, record.warden_pid);
    EXPECT_TRUE(record.processes[daemon].survived && record.processes[daemon].parent_gone);
    EXPECT_EQ(record.processes[daemon].reaper, Process::Reaper::Warden);
  }
}

TEST_P(Play, WhatIsDaemonizedAndNoSurvivorIsLeft) {
  PlanScript script;
  const InstanceId main = script.process("main");
  const InstanceId daemon = script.process("daemon", main, scenario::StartMethod::Daemonize);
  script.step(main, Verb::Start, daemon);
  script.sleep_for_ever(daemon);
  ASSERT_TRUE(play(script.build(), 2, 100ms));
  ASSERT_EQ(notes.records.size(), 2u);
  for (const Record& record : notes.records) {
    EXPECT_TRUE(record.timed_out);
    EXPECT_TRUE(record.processes[daemon].left);
  }
}

// Wherever SIGKILL finds the starter: what it has begun is finished, and counted nowhere.
TEST_P(Play, AStarterKilledWhileItDaemonizesLeavesNothing) {
  constexpr std::size_t kDaemons = 20;
  PlanScript script;
  const InstanceId main = script.process("main");
  const InstanceId starter = script.process("starter", main);
  script.step(main, Verb::Start, starter);
  script.step(main, Verb::Kill, starter).signal = SIGKILL;
  script.step(main, Verb::Join, starter);
  for (std::size_t i = 0; i < kDaemons; ++i) {
    script.step(starter, Verb::Start,
                script.process("daemon", starter, scenario::StartMethod::Daemonize));
  }
  script.sleep_for_ever(starter);
  ASSERT_TRUE(play(script.build(), 100));
  ASSERT_EQ(notes.records.size(), 100u);
  for (const Record& record : notes.records) {
    EXPECT_TRUE(record.complete && !record.timed_out) << record.damage;
    EXPECT_EQ(record.foreign, 0u);
    for (InstanceId id = starter + 1; id < record.processes.size(); ++id) {
      EXPECT_TRUE(!record.processes[id].started || record.processes[id].status == 0);
    }
  }
}

// The thousandth begins like the first one, and each reaps the next.
TEST_P(Play, AThousandGenerationsCome) {
#if defined(PROCESSION_SANITIZED) || defined(PROCESSION_COVERAGE)
  GTEST_SKIP() << "a thousand instrumented processes take longer than a run may";
#endif
  PlanScript script;
  std::vector<InstanceId> family = {script.process("main")};
  for (int generation = 0; generation < 1000; ++generation) {
    family.push_back(script.process("node", family.back()));
    script.step(family[family.size() - 2], Verb::Start, family.back());
    script.step(family[family.size() - 2], Verb::Join, family.back());
  }
  ASSERT_TRUE(play(script.build()));
  ASSERT_EQ(notes.records.size(), 1u);
  EXPECT_TRUE(notes.records[0].complete) << notes.records[0].damage;
  for (const Process& process : notes.records[0].processes) {
    EXPECT_EQ(process.status, 0);
  }
}

TEST_P(Play, WhoEndsByItselfIsNoSurvivor) {
  PlanScript script;
  const InstanceId main = script.process("main");
  const InstanceId expected = script.process("expected", main);
  script.instance(expected).survivor = true;
  script.step(main, Verb::Start, expected);
  script.step(main, Verb::Join, expected);
  ASSERT_TRUE(play(script.build()));
  EXPECT_FALSE(notes.records[0].processes[expected].survived);
}

// ---- Deadlines ----

TEST_P(Play, AHungRunEndsAtItsDeadlineAndTheNextOneIsPlayed) {
  ASSERT_TRUE(play(testing::hung_family(), 3, 100ms));
  ASSERT_EQ(notes.records.size(), 3u);
  for (const Record& record : notes.records) {
    EXPECT_TRUE(record.timed_out);
    EXPECT_THAT(record.processes, Each(Field(&Process::left, true)));
    EXPECT_GE(*record.ended - record.started, 100ms);
  }
}

TEST_P(Play, AnOrphanThatIsNoSurvivorIsLeft) {
  PlanScript script;
  const InstanceId main = script.process("main");
  const InstanceId orphan = script.process("orphan", main);
  script.step(main, Verb::Start, orphan);
  script.exit_now(main, 0);
  script.sleep_for_ever(orphan);
  ASSERT_TRUE(play(script.build(), 2, 100ms));
  ASSERT_EQ(notes.records.size(), 2u);
  for (const Record& record : notes.records) {
    EXPECT_TRUE(record.timed_out);
    EXPECT_FALSE(record.processes[main].left);
    EXPECT_TRUE(record.processes[orphan].left);
    EXPECT_TRUE(record.processes[orphan].parent_gone);
  }
}

TEST_P(Play, AStoppedProcessIsEnded) {
  PlanScript script;
  const InstanceId main = script.process("main");
  const InstanceId stopped = script.process("stopped", main);
  script.step(main, Verb::Start, stopped);
  script.step(main, Verb::Suspend, stopped);
  script.step(main, Verb::Join, stopped);
  script.sleep_for_ever(stopped);
  ASSERT_TRUE(play(script.build(), 1, 100ms));
  EXPECT_TRUE(notes.records[0].processes[stopped].left);
}

// ---- Works and jobs ----

TEST_P(Play, TheObserverEndsAWork) {
  notes.wanted = 5;
  ASSERT_TRUE(play(testing::one_child(), 1000));
  EXPECT_EQ(notes.records.size(), 5u);
  ASSERT_EQ(notes.ends.size(), 1u);
  EXPECT_TRUE(notes.ends[0].second);
}

TEST_P(Play, JobsShareTheWorks) {
  options.jobs = 3;
  std::vector<plan::OwnedPlan> plans;
  for (int i = 0; i < 12; ++i) {
    plans.push_back(testing::one_child());
  }
  ASSERT_TRUE(play(plans, 4));
  EXPECT_EQ(notes.records.size(), 48u);
  std::set<std::size_t> done;
  for (const auto& [work, how] : notes.ends) {
    EXPECT_TRUE(how);
    done.insert(work);
  }
  EXPECT_EQ(done.size(), 12u);
}

TEST_P(Play, AWorkOfNoRunsIsDone) {
  ASSERT_TRUE(play(testing::one_child(), 0));
  EXPECT_EQ(notes.ends.size(), 1u);
}

TEST_P(Play, NoDescriptorIsLeftOpen) {
  const auto open_descriptors = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  std::vector<plan::OwnedPlan> plans;
  for (int i = 0; i < 200; ++i) {
    plans.push_back(testing::one_child());
  }
  const auto before = open_descriptors();
  ASSERT_TRUE(play(plans));
  ASSERT_TRUE(play(testing::one_child()));
  EXPECT_EQ(open_descriptors(), before);
}

// ---- What the system refuses ----

TEST_P(Play, APlanWithoutRoomIsAnErrorOfItsWork) {
  PlanScript script;
  for (int i = 0; i < 140'000; ++i) {
    script.process("p");
  }
  std::vector<plan::OwnedPlan> plans;
  plans.push_back(script.build());
  plans.push_back(testing::one_child());
  ASSERT_TRUE(play(plans));
  ASSERT_EQ(notes.ends.size(), 2u);
  ASSERT_FALSE(notes.ends[0].second);
  EXPECT_EQ(notes.ends[0].second.error().kind, base::ErrorKind::Exhausted);
  EXPECT_THAT(notes.ends[0].second.error().message, HasSubstr("140000 processes"));
  EXPECT_TRUE(notes.ends[1].second);
}

TEST_P(Play, AMissingPlayerIsNamed) {
  options.player = "/nowhere/procession-player";
  const auto played = play(testing::one_child());
  ASSERT_FALSE(played);
  EXPECT_THAT(played.error().message, HasSubstr("/nowhere/procession-player"));
}

TEST_P(Play, IgnoredChildSignalsOfTheCallerChangeNothing) {
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  EXPECT_TRUE(play(testing::one_child(), 3));
  std::signal(SIGCHLD, before);
  ASSERT_EQ(notes.records.size(), 3u);
  EXPECT_EQ(notes.records[0].processes[1].status, 0);
}

TEST_P(Play, AProcessThatNoStepStartedIsFoundAndEnded) {
  options.player = PROCESSION_BINARY_DIR "/bin/stray_player";
  ASSERT_TRUE(play(testing::one_child(), 2));
  const std::uint32_t foreign =
      std::accumulate(notes.records.begin(), notes.records.end(), 0u,
                      [](std::uint32_t sum, const Record& record) { return sum + record.foreign; });
  EXPECT_EQ(foreign, 2u);
}

// ---- When the harness's own processes die ----

struct Found {
  int number = 0;
  os::ProcEntry entry;
  explicit operator bool() const { return static_cast<bool>(entry); }
};

// The child of `parent` that leads a session and has a child, or has none.
Found session_leader_under(int parent, bool has_children) {
  std::vector<Found> leaders;
  std::set<int> parents;
  os::ProcListing listing;
  while (const char* const name = listing.next()) {
    os::ProcEntry entry = os::ProcEntry::open(name);
    os::ProcEntry::Stat stat;
    const int number = std::atoi(name);
    if (entry.read(stat)) {
      parents.insert(stat.parent);
      if (stat.parent == parent && stat.session == number) {
        leaders.push_back({number, std::move(entry)});
      }
    }
  }
  for (Found& leader : leaders) {
    if (parents.contains(leader.number) == has_children) {
      return std::move(leader);
    }
  }
  return {0, os::ProcEntry::open("0")};
}

Found warden_of(int tool) { return session_leader_under(tool, true); }
Found zygote_of(int tool) { return session_leader_under(warden_of(tool).number, true); }

TEST_P(Play, ADeadZygoteCostsItsRunOnly) {
  notes.on_tick = [] {
    if (const Found zygote = zygote_of(::getpid())) {
      EXPECT_EQ(zygote.entry.send_signal(SIGKILL), 0);
    }
  };
  ASSERT_TRUE(play(testing::hung_family(), 2));
  ASSERT_EQ(notes.records.size(), 2u);
  for (const Record& record : notes.records) {
    EXPECT_FALSE(record.complete);
    EXPECT_FALSE(record.timed_out);
    EXPECT_THAT(record.damage, HasSubstr("died"));
  }
}

TEST_P(Play, ADeadWardenCostsItsWorkOnly) {
  bool killed = false;
  notes.on_tick = [&] {
    if (const Found warden = warden_of(::getpid()); warden && !killed) {
      EXPECT_EQ(warden.entry.send_signal(SIGKILL), 0);
      killed = true;
    }
  };
  std::vector<plan::OwnedPlan> plans;
  plans.push_back(testing::hung_family());
  plans.push_back(testing::one_child());
  ASSERT_TRUE(play(plans));
  ASSERT_EQ(notes.ends.size(), 2u);
  ASSERT_FALSE(notes.ends[0].second);
  EXPECT_THAT(notes.ends[0].second.error().message, HasSubstr("killed by SIGKILL"));
  EXPECT_TRUE(notes.ends[1].second);
  ASSERT_EQ(notes.records.size(), 2u);
  EXPECT_FALSE(notes.records[0].complete);
}

// ---- Cheapness ----

TEST_P(Play, TheZygoteIsSmall) {
#if defined(PROCESSION_SANITIZED) || defined(PROCESSION_COVERAGE)
  GTEST_SKIP() << "what counts or checks is not small";
#else
  long anonymous = -1;
  notes.on_tick = [&] {
    std::ifstream rollup("/proc/" + std::to_string(zygote_of(::getpid()).number) + "/smaps_rollup");
    for (std::string line; std::getline(rollup, line);) {
      if (line.starts_with("Anonymous:")) {
        anonymous = std::stol(line.substr(10));
      }
    }
  };
  ASSERT_TRUE(play(testing::hung_family(), 1, 500ms));
  EXPECT_GT(anonymous, 0);
  EXPECT_LE(anonymous, 128);  // KiB
#endif
}

}  // namespace
}  // namespace procession::run
