// SPDX-License-Identifier: MIT
// Nothing that is wrong with a Record goes unnoticed: a good one, of which all is held, is spoilt
// in every way that can be spelt out, and each time some verdict changes.
#include "harness/plan/events.h"
#include "harness/verify/judged_test.h"

#include <csignal>
#include <functional>

namespace procession::verify {
namespace {

using scenario::VerdictKind;
using ::testing::Each;
using ::testing::Field;
using testing::planned;
using testing::Planned;
using testing::RecordScript;

constexpr std::string_view kScenario = R"(
processes:
  main:
    - start: [worker, sleeper]
    - barrier: b
    - await: worker.mark(done)
    - await: sleeper.sleep.call
    - print: on
    - terminate: sleeper
    - join: [worker, sleeper]
    - print: over
  worker:
    - print: works
    - barrier: b
    - mark: done
  sleeper:
    - sleep: forever
expect:
  order:
    - main.start(worker).call < worker.begin
    - worker.print < main.barrier(b)
    - worker.mark(done) < main.await(done) < main.terminate(sleeper) < sleeper.end < main.join
  count: {worker.print: 1}
  exit: {sleeper: SIGTERM}
  output: {main: [on, over], worker: [works]}
)";

RecordScript good(const Planned& test) {
  RecordScript run(test);
  run.begin("main", 1).step("main.start(worker)", 5, 15).step("main.start(sleeper)", 16, 26);
  run.step("main.barrier(b)", 27, 42).step("main.await(done)", 48, 50);
  run.step("main.await(sleep)", 51, 52).text("main.print[0]", 53, "on");
  run.step("main.terminate(sleeper)", 55, 57).step("main.join(worker)", 58, 64);
  run.step("main.join(sleeper)", 65, 68, trace::signal_status(SIGTERM, false));
  run.text("main.print[1]", 69, "over").exit("main", 71, 80);
  run.begin("worker", 10).text("worker.print", 12, "works").step("worker.barrier(b)", 14, 41);
  run.step("worker.mark(done)", 43, 45).exit("worker", 46, 60);
  run.begin("sleeper", 20).open("sleeper.sleep", 30).killed("sleeper", SIGTERM, 66);
  return run;
}

class Mutation : public ::testing::Test {
 protected:
  using Record = trace::Record;

  [[nodiscard]] std::string name(std::size_t process, std::size_t event) const {
    const plan::EventFinder finder(test_.plan());
    return finder.name_of(static_cast<plan::InstanceId>(process)) + "." +
           finder.name_of_step(good_.processes[process].events[event].step);
  }

  void expect_noticed(const std::string& what, const std::function<void(Record&)>& spoil) const {
    Record spoilt = good_;
    spoil(spoilt);
    bool noticed = false;
    for (const Verdict& verdict : judged(test_, {spoilt}).verdicts) {
      noticed = noticed || verdict.kind != VerdictKind::Held;
    }
    EXPECT_TRUE(noticed) << what;
  }

  // Calls `use(process, event)` with the indices of every event.
  void for_each_event(const std::function<void(std::size_t, std::size_t)>& use) const {
    for (std::size_t process = 0; process < good_.processes.size(); ++process) {
      for (std::size_t event = 0; event < good_.processes[process].events.size(); ++event) {
        use(process, event);
      }
    }
  }

  [[nodiscard]] bool is_exit(std::size_t process, std::size_t event) const {
    return test_.plan().step(good_.processes[process].events[event].step).verb ==
           scenario::Verb::Exit;
  }

  const Planned test_ = planned(kScenario);
  const Record good_ = good(test_).record;
};

// All stamps of a process in the order of its life.
std::vector<base::Instant*> stamps(trace::Process& process) {
  std::vector<base::Instant*> stamps = {&process.begin};
  for (trace::Event& event : process.events) {
    stamps.push_back(&event.call);
    if (event.returned) {
      stamps.push_back(&*event.returned);
    }
  }
  stamps.push_back(&*process.dead_seen);
  return stamps;
}

TEST_F(Mutation, NoneAndAllIsHeld) {
  const auto verdicts = judged(test_, {good_}).verdicts;
  EXPECT_THAT(verdicts, Each(Field(&Verdict::kind, VerdictKind::Held)));
}

TEST_F(Mutation, ADroppedEvent) {
  for_each_event([&](std::size_t process, std::size_t event) {
    expect_noticed(name(process, event), [&](Record& record) {
      auto& events = record.processes[process].events;
      events.erase(events.begin() + static_cast<std::ptrdiff_t>(event));
    });
  });
}

TEST_F(Mutation, TwoNeighbouringStampsSwapped) {
  for (std::size_t process = 0; process < good_.processes.size(); ++process) {
    Record copy = good_;
    const std::size_t count = stamps(copy.processes[process]).size();
    for (std::size_t i = 0; i + 1 < count; ++i) {
      expect_noticed(
          plan::EventFinder(test_.plan()).name_of(static_cast<plan::InstanceId>(process)) +
              ", stamp " + std::to_string(i),
          [&](Record& record) {
            const auto all = stamps(record.processes[process]);
            std::swap(*all[i], *all[i + 1]);
          });
    }
  }
}

TEST_F(Mutation, AProcesssClockShifted) {
  for (std::size_t process = 0; process < good_.processes.size(); ++process) {
    for (const std::int64_t ns : {-1'000'000, 1'000'000}) {
      expect_noticed("process " + std::to_string(process) + " by " + std::to_string(ns),
                     [&](Record& record) {
                       for (base::Instant* stamp : stamps(record.processes[process])) {
                         stamp->ns += ns;
                       }
                     });
    }
  }
}

TEST_F(Mutation, ADroppedDeath) {
  for (std::size_t process = 0; process < good_.processes.size(); ++process) {
    expect_noticed("process " + std::to_string(process), [&](Record& record) {
      record.processes[process].dead_seen.reset();
      record.processes[process].status.reset();
    });
  }
}

TEST_F(Mutation, AnotherStatus) {
  for (std::size_t process = 0; process < good_.processes.size(); ++process) {
    expect_noticed("process " + std::to_string(process),
                   [&](Record& record) { record.processes[process].status = 7; });
  }
}

// An exit is over when its process has ended: its own return says nothing more.
TEST_F(Mutation, AReturnRemoved) {
  for_each_event([&](std::size_t process, std::size_t event) {
    if (good_.processes[process].events[event].returned && !is_exit(process, event)) {
      expect_noticed(name(process, event), [&](Record& record) {
        record.processes[process].events[event].returned.reset();
      });
    }
  });
}

TEST_F(Mutation, AStepThatFailed) {
  for_each_event([&](std::size_t process, std::size_t event) {
    if (good_.processes[process].events[event].returned) {
      expect_noticed(name(process, event), [&](Record& record) {
        record.processes[process].events[event].error = scenario::kGone;
      });
    }
  });
}

TEST_F(Mutation, AnotherText) {
  for_each_event([&](std::size_t process, std::size_t event) {
    if (!good_.processes[process].events[event].text.empty()) {
      expect_noticed(name(process, event),
                     [&](Record& record) { record.processes[process].events[event].text += "?"; });
    }
  });
}

TEST_F(Mutation, AProcessThatBeganBeforeItWasStarted) {
  for (std::size_t process = 1; process < good_.processes.size(); ++process) {
    expect_noticed("process " + std::to_string(process),
                   [&](Record& record) { record.processes[process].begin.ns -= 25'000; });
  }
}

TEST_F(Mutation, AnIncompleteRecord) {
  expect_noticed("incomplete", [](Record& record) { record.complete = false; });
}

}  // namespace
}  // namespace procession::verify
