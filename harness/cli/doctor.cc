// SPDX-License-Identifier: MIT
#include "harness/cli/doctor.h"

#include "harness/base/check.h"
#include "harness/cli/starter.h"
#include "harness/os/child.h"
#include "harness/os/limits.h"
#include "harness/os/machine.h"
#include "harness/plan/make_plan.h"
#include "harness/report/result.h"
#include "harness/run/play.h"
#include "harness/scenario/reader.h"
#include "harness/verify/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace procession::cli {

namespace {

using report::Finding;
using State = Finding::State;

constexpr std::string_view kNamespaceRemedy =
    "root, or CAP_SYS_ADMIN (containers: --cap-add SYS_ADMIN), or user namespaces for everybody: "
    "sysctl user.max_user_namespaces above 0, kernel.unprivileged_userns_clone=1, "
    "kernel.apparmor_restrict_unprivileged_userns=0, whichever of them there is";

constexpr std::array kAdvice = {
    Advice{"io_uring", "scenarios with `handler: io_uring`, or that require it, are skipped",
           "Linux 5.19 or later, sysctl kernel.io_uring_disabled=0, a seccomp filter that permits "
           "it, and a Procession that was built with liburing"},
    Advice{"pid_namespace",
           "runs are contained by adopting and sweeping; --containment namespace and scenarios "
           "that require it do not run",
           kNamespaceRemedy},
    Advice{"pidfd", "nothing can be played: processes could be mistaken for each other",
           "Linux 5.3 or later, and a seccomp filter that permits pidfd_open and "
           "pidfd_send_signal"},
    Advice{"pidfd_group_signal", "scenarios that require it are skipped", "Linux 6.9 or later"},
    Advice{"proc", "nothing can be played", "mount -t proc proc /proc"},
    Advice{"subreaper", "nothing can be played: orphans would be lost", "Linux 3.4 or later"},
    Advice{"user_namespaces",
           "without root there is no PID namespace; scenarios that require it are skipped",
           kNamespaceRemedy},
};

// Judges what it is told, and nothing else.
class Trial final : public run::Observer {
 public:
  Trial(const scenario::Scenario& scenario, const plan::Plan& plan) : judge_(scenario, plan) {}

  bool record(std::size_t, trace::Record record) override {
    judge_.add(record);
    ++runs_;
    return !judge_.hopeless();
  }
  void done(std::size_t, base::Result<> how) override { how_ = std::move(how); }

  // Empty, or why not all was as expected.
  [[nodiscard]] std::string trouble() const {
    if (!how_) {
      return how_.error().message;
    }
    return report::first_unexpected(judge_.judgement());
  }
  [[nodiscard]] std::uint32_t runs() const { return runs_; }

 private:
  verify::Judge judge_;
  base::Result<> how_;
  std::uint32_t runs_ = 0;
};

Finding play_starter(std::string name, run::Containment containment) {
  const scenario::Reading reading = scenario::read_text(kStarter, "starter.yaml");
  base::check(reading.scenarios.size() == 1, "the starter is a scenario");
  const scenario::Scenario& scenario = reading.scenarios.front();
  const plan::Planning planning = plan::make_plan(scenario);
  base::check(static_cast<bool>(planning.plan), "the starter can be planned");
  Trial trial(scenario, planning.plan.view());
  bool given = false;
  const auto once = [&]() -> std::optional<run::Work> {
    if (std::exchange(given, true)) {
      return std::nullopt;
    }
    return run::Work{planning.plan.view(), scenario.runs, scenario.timeout};
  };
  const base::Result<> played = run::play(once, trial, {.containment = containment});
  const std::string trouble = played ? trial.trouble() : played.error().message;
  if (trouble.empty()) {
    return {std::move(name), State::Good, fmt::format("{} runs, all as expected", trial.runs())};
  }
  return {std::move(name), State::Missing, trouble, "scenarios are not played in this way",
          "see what is missing below"};
}

Finding feature(const Advice& advice) {
  if (os::has_feature(advice.feature)) {
    return {std::string(advice.feature)};
  }
  return {std::string(advice.feature),
          State::Missing,
          {},
          std::string(advice.without),
          std::string(advice.remedy)};
}

Finding cpus() {
  const unsigned count = os::available_cpus();
  return {"cpus", count > 1 ? State::Good : State::Weaker, std::to_string(count),
          "nothing runs at the same instant: `parallel` cannot hold",
          "permit a second CPU: taskset, cpuset, --cpus"};
}

// Enough for the largest graphs that are aimed at: 10,000 processes.
constexpr std::uint64_t kManyProcesses = 12'000;

Finding limit(std::string name, std::optional<std::uint64_t> there, std::uint64_t wanted,
              std::string without, std::string remedy) {
  const bool enough = !there || *there >= wanted;
  return {std::move(name), enough ? State::Good : State::Weaker,
          there ? std::to_string(*there) : "no limit", std::move(without), std::move(remedy)};
}

Finding overcommit() {
  const auto mode = os::overcommit_mode();
  constexpr std::array kNames = {"0 (by rule of thumb)", "1 (always)", "2 (never)"};
  Finding finding{"overcommit", State::Good, "unknown"};
  if (mode && *mode < kNames.size()) {
    finding.value = kNames[*mode];
  }
  if (mode == 2u) {
    finding.state = State::Weaker;
    finding.without = "a fork of a large process, and the shared memory of a run, may be refused";
    finding.remedy = "sysctl vm.overcommit_memory=0";
  }
  return finding;
}

}  // namespace

std::span<const Advice> advice() { return kAdvice; }

report::MachineReport examine() {
  report::MachineReport report{PROCESSION_VERSION, "Linux " + os::kernel_release()};
  std::vector<Finding>& found = report.findings;
  found.push_back(play_starter("play_in_namespace", run::Containment::Namespace));
  found.push_back(play_starter("play_by_sweeping", run::Containment::Sweep));
  report.usable = std::ranges::any_of(
      found, [](const Finding& finding) { return finding.state == State::Good; });
  for (const Advice& about : kAdvice) {
    found.push_back(feature(about));
  }
  found.push_back(cpus());
  found.push_back(limit("process_limit", os::process_limit(), kManyProcesses,
                        "a graph of many processes is refused: EAGAIN",
                        "ulimit -u, or nproc in limits.conf(5)"));
  found.push_back(limit("pids_cgroup", os::pids_cgroup_limit(), kManyProcesses,
                        "a graph of many processes is refused: EAGAIN",
                        "TasksMax= of the systemd unit, --pids-limit of the container"));
  found.push_back(limit("pid_max", os::pid_limit(), kManyProcesses,
                        "a graph of many processes is refused: EAGAIN",
                        "sysctl kernel.pid_max=4194304"));
  const auto descriptors = os::descriptor_limit();
  found.push_back(limit("descriptor_limit", descriptors, 1024,
                        descriptors && *descriptors <= os::Child::kOwnDescriptor
                            ? "nothing can be played"
                            : "scenarios with many pipes or connections end with EMFILE",
                        "ulimit -Hn 1024, or nofile in limits.conf(5)"));
  found.push_back(overcommit());
  return report;
}

}  // namespace procession::cli
