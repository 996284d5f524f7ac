// SPDX-License-Identifier: MIT
#include "harness/run/warden.h"

#include "harness/os/affinity.h"
#include "harness/os/map_shared.h"
#include "harness/os/pidfd.h"
#include "harness/os/proc_entry.h"
#include "harness/os/process.h"
#include "harness/os/remove_tree.h"
#include "harness/os/signals.h"
#include "harness/os/unique_fd.h"
#include "harness/run/channel.h"
#include "harness/run/orphans.h"
#include "harness/run/programs.h"
#include "harness/run/settlement.h"
#include "harness/run/warden_launch.h"
#include "harness/run/watched_ends.h"
#include "harness/run/zygote.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace procession::run {

namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using trace::Run;
using trace::Slot;

// Between two looks at processes that have been told to end.
constexpr base::Duration kWhileEnding = 2ms;
// So long they may take: then something is wrong with the machine.
constexpr base::Duration kEndingLimit = 10s;
constexpr base::Duration kIdle = 60s;

class Warden {
 public:
  // `deaths` is a signalfd for SIGCHLD.
  Warden(const trace::Arena& arena, int deaths, bool in_namespace)
      : arena_(arena),
        header_(arena.header()),
        deaths_(deaths),
        in_namespace_(in_namespace),
        ends_(arena),
        programs_(arena) {}

  // False if the system refuses; errno says why.
  bool make_zygote();
  [[noreturn]] void serve();

 private:
  void wait() const;
  // What may have happened. Each looks, does what is to be done, and returns.
  void hear_deaths() const;
  void hear_tool();
  void hear_zygote();
  void watch_clock();
  void settle();

  void begin_batch();
  void open_ends();
  void end_batch();
  void end_run(std::uint32_t why);
  void begin_settlement();
  void go_on_after_settlement();
  void bury_zygote();
  void replace_zygote();
  void give_up(Trouble trouble, int error);
  [[noreturn]] void end_all() const;

  // The run that is being played or, between two runs, the last one.
  [[nodiscard]] std::uint32_t current_run() const;
  [[nodiscard]] std::optional<base::Instant> began(std::uint32_t run) const;
  [[nodiscard]] std::optional<base::Instant> deadline() const;
  [[nodiscard]] Orphans orphans() const { return {arena_, current_run(), zygote_number_}; }
  [[nodiscard]] base::Duration patience() const;

  trace::Arena arena_;
  trace::Header& header_;
  plan::Plan plan_;
  int deaths_;
  bool in_namespace_;
  WatchedEnds ends_;
  Programs programs_;
  os::UniqueFd channel_;   // to the zygote
  os::UniqueFd zygote_;    // its pidfd; none when it is dead
  int zygote_number_ = 0;  // as /proc shows it; 0 without /proc

  bool playing_ = false;     // a batch, until the tool has been told that it was played
  bool batch_over_ = false;  // the zygote has played it
  bool stop_ = false;        // the tool wants it to end
  std::optional<Settlement> settlement_;
  // All that lives of this run is being ended.
  struct Ending {
    std::uint32_t run = 0;
    base::Instant since;
  };
  std::optional<Ending> ending_;
};

bool Warden::make_zygote() {
  int pair[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    return false;
  }
  channel_.reset(pair[0]);
  const os::UniqueFd its_end(pair[1]);
  const pid_t pid = os::raw_fork(0);
  if (pid < 0) {
    return false;
  }
  if (pid == 0) {
    channel_.reset();
    for (const int fd : {kSocketFd, kLeaseFd, deaths_}) {
      ::close(fd);
    }
    ::setsid();
#ifndef PROCESSION_SANITIZED
    ::dup2(STDOUT_FILENO, STDERR_FILENO);  // /dev/null; but a sanitizer has something to say
#endif
    run_zygote(arena_, its_end.get());
  }
  zygote_ = os::open_pidfd(pid);
  zygote_number_ = os::proc_number(zygote_);
  header_.zygote_pid = pid;
  header_.zygote_session = pid;
  return static_cast<bool>(zygote_);
}

void Warden::serve() {
  send(kSocketFd, {Message::Ready});
  for (;;) {
    wait();
    ends_.hear();
    programs_.hear(zygote_number_);
    hear_deaths();
    hear_tool();
    hear_zygote();
    watch_clock();
    settle();
  }
}

void Warden::wait() const {
  pollfd entries[] = {{kSocketFd, POLLIN, 0},
                      {deaths_, POLLIN, 0},
                      {zygote_.get(), POLLIN, 0},
                      {zygote_ ? channel_.get() : -1, POLLIN, 0},
                      {settlement_ ? settlement_->watched() : -1, POLLIN, 0},
                      {ends_.fd(), POLLIN, 0},
                      {programs_.fd(), POLLIN, 0}};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(patience());
  ::poll(entries, std::size(entries), static_cast<int>(left.count()));
}

// How long nothing needs to be done if nothing is heard.
base::Duration Warden::patience() const {
  if (!playing_) {
    return kIdle;
  }
  if (ending_ || stop_) {
    return kWhileEnding;
  }
  // A run that begins from now on ends later than this.
  base::Duration left = std::min(base::Duration(header_.timeout_ns), programs_.next_look());
  if (const std::optional<base::Instant> at = deadline()) {
    left = std::min(left, std::clamp(*at - base::now(), kWhileEnding, kIdle));
  }
  return settlement_ ? std::min(left, settlement_->next_look()) : std::min(left, kIdle);
}

std::optional<base::Instant> Warden::began(std::uint32_t run) const {
  if (run >= header_.run_count) {
    return std::nullopt;
  }
  const std::int64_t ns = std::atomic_ref(arena_.run(run).started).load(std::memory_order_acquire);
  return ns == 0 ? std::nullopt : std::optional(base::Instant{ns});
}

std::uint32_t Warden::current_run() const {
  const std::uint32_t next = header_.runs_done.load(std::memory_order_acquire);
  return next == 0 || began(next) ? next : next - 1;
}

std::optional<base::Instant> Warden::deadline() const {
  const auto start = began(header_.runs_done.load(std::memory_order_acquire));
  return start ? std::optional(*start + base::Duration(header_.timeout_ns)) : std::nullopt;
}

void Warden::hear_deaths() const {
  signalfd_siginfo heard;
  while (::read(deaths_, &heard, sizeof heard) > 0) {
  }
  if (playing_) {
    orphans().reap();
  }
}

void Warden::hear_tool() {
  const Received received = poll_message(kSocketFd);
  if (received.what == Received::EndOfFile) {
    end_all();
  }
  if (received.what == Received::Got && received.message.kind == Message::Play) {
    begin_batch();
  }
  if (received.what == Received::Got && received.message.kind == Message::Stop) {
    stop_ = playing_;
    header_.stop.store(1, std::memory_order_relaxed);
  }
}

void Warden::hear_zygote() {
  if (!zygote_) {
    return;
  }
  const Received received = poll_message(channel_.get());
  if (received.what == Received::EndOfFile || os::has_ended(zygote_)) {
    bury_zygote();
  } else if (received.what == Received::Got && received.message.kind == Message::Settle) {
    begin_settlement();
  } else if (received.what == Received::Got && received.message.kind == Message::Played) {
    end_batch();
  }
}

void Warden::watch_clock() {
  if (!playing_) {
    return;
  }
  if (ending_ && ending_->run != current_run()) {
    ending_.reset();  // it had just ended by itself
  }
  if (ending_) {
    if (base::now() - ending_->since > kEndingLimit) {
      give_up(Trouble::EndProcesses, 0);
    } else if (!settlement_) {
      orphans().kill_living();
    }
    return;
  }
  const std::optional<base::Instant> at = deadline();
  if (at && stop_) {
    end_run(Run::kStopped);
  } else if (at && base::now() >= *at) {
    end_run(Run::kTimedOut);
  }
}

// Who lives is noted before the first one is ended. If nobody does, the run is ending by itself.
void Warden::end_run(std::uint32_t why) {
  // What they have printed so far, they have printed by themselves.
  programs_.hear(zygote_number_);
  programs_.record_begun_lines();
  const Ending ending{current_run(), base::now()};
  const Orphans all = orphans();
  bool any = settlement_.has_value();
  for (plan::InstanceId i = 0; i < plan_.instances().size(); ++i) {
    if (const Orphans::Living found = all.living(i)) {
      all.mark(i, found, why == Run::kTimedOut ? Slot::kLeft : 0);
      any = true;
    }
  }
  if (any) {
    arena_.run(ending.run).cut = ending.since.ns;
    arena_.run(ending.run).flags.fetch_or(why, std::memory_order_release);
    ending_ = ending;
    all.kill_living();
  }
}

void Warden::begin_batch() {
  plan_ = plan::Plan({arena_.plan_bytes(), header_.plan_capacity});
  if (!programs_.open(plan_)) {
    give_up(Trouble::WatchPrograms, errno);
    return;
  }
  std::memset(static_cast<void*>(&arena_.run(0)), 0, sizeof(Run) * header_.run_count);
  open_ends();
  playing_ = true;
  batch_over_ = false;
  stop_ = false;
  send(channel_.get(), {Message::Play});
}

void Warden::open_ends() {
  if (plan_.header().watches_ends != 0) {
    ends_.open();
  }
}

// What lives now was started by no step: all slots of all runs have been reaped.
void Warden::end_batch() {
  batch_over_ = true;
  if (Orphans::any_children()) {
    begin_settlement();
    ending_ = Ending{current_run(), base::now()};
    return;
  }
  playing_ = false;
  ending_.reset();
  ends_.forget();
  send(kSocketFd, {Message::Played});
}

void Warden::begin_settlement() {
  settlement_.emplace(arena_, plan_, current_run(), zygote_number_, programs_);
}

void Warden::settle() {
  if (!settlement_ || !settlement_->advance(ending_.has_value())) {
    return;
  }
  programs_.finish();
  Run& run = arena_.run(current_run());
  run.flags.fetch_or(Run::kSettled, std::memory_order_relaxed);
  if (run.ended == 0) {
    run.ended = base::now().ns;
  }
  settlement_.reset();
  ending_.reset();
  go_on_after_settlement();
}

void Warden::go_on_after_settlement() {
  if (batch_over_) {
    end_batch();
  } else if (zygote_) {
    send(channel_.get(), {Message::Settled});
  } else {
    header_.runs_done.store(current_run() + 1, std::memory_order_release);
    replace_zygote();
  }
}

// A run that it was playing cannot be finished: main is an orphan now, like all others.
void Warden::bury_zygote() {
  siginfo_t found{};
  [[maybe_unused]] const int error =
      os::wait_child(P_PIDFD, static_cast<id_t>(zygote_.get()), found, WEXITED | __WALL);
  zygote_.reset();
  if (playing_ && deadline() && !batch_over_) {
    arena_.run(current_run()).flags.fetch_or(Run::kZygoteDied, std::memory_order_relaxed);
    begin_settlement();
    ending_ = Ending{current_run(), base::now()};
  } else {
    replace_zygote();
  }
}

void Warden::replace_zygote() {
  ends_.close();
  programs_.close();
  if (!make_zygote()) {
    give_up(Trouble::MakeZygote, errno);
    return;
  }
  if (!playing_ || batch_over_) {
    return;
  }
  open_ends();
  if (!programs_.open(plan_)) {
    give_up(Trouble::WatchPrograms, errno);
    return;
  }
  if (stop_ || header_.runs_done.load(std::memory_order_relaxed) >= header_.run_count) {
    end_batch();
  } else {
    send(channel_.get(), {Message::Play});
  }
}

// The tool puts an end to this warden then.
void Warden::give_up(Trouble trouble, int error) {
  playing_ = false;
  settlement_.reset();
  ending_.reset();
  send(kSocketFd, {Message::Played, trouble, error});
}

// The tool has ended. An init need only end, too, but for what programs may have written.
void Warden::end_all() const {
  if (in_namespace_) {
    ::kill(-1, SIGKILL);
  } else {
    [[maybe_unused]] const int error = os::send_signal(zygote_, SIGKILL);
    const base::Instant until = base::now() + kEndingLimit;
    while (base::now() < until) {
      orphans().reap();
      if (!Orphans::any_children()) {
        break;
      }
      if (!orphans().kill_living()) {
        orphans().kill_children();
      }
      pollfd entry{deaths_, POLLIN, 0};
      ::poll(&entry, 1, static_cast<int>(kWhileEnding / 1ms));
      hear_deaths();
    }
  }
  os::remove_tree(player::FolderPath(arena_).c_str());
  os::leave(0);
}

bool tool_is_gone() {
  pollfd entry{kSocketFd, POLLIN, 0};
  return ::poll(&entry, 1, 0) > 0 && (entry.revents & POLLHUP) != 0;
}

void close_on_exec(int fd) { ::fcntl(fd, F_SETFD, FD_CLOEXEC); }

// Players begin with what is set here: default actions, no core files.
bool set_up(bool in_namespace) {
  for (const int fd : {kSocketFd, kArenaFd, kProgramFd, kLeaseFd}) {
    close_on_exec(fd);
  }
  os::reset_all_signals();
  os::AllBlocked().forget();
  if (in_namespace) {
    // Our parent's number is 0 in here, before and after its death; so look at its socket to see
    // whether it died before this took effect.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (tool_is_gone()) {
      os::leave(0);
    }
  }
  const rlimit no_core{0, 0};
  return ::setsid() >= 0 && ::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 &&
         ::setrlimit(RLIMIT_CORE, &no_core) == 0 && os::raise_descriptor_limit() != 0;
}

[[noreturn]] void fail(Trouble trouble) {
  send(kSocketFd, {Message::Ready, trouble, errno});
  os::leave(1);
}

}  // namespace

void run_warden(bool in_namespace) {
  if (!set_up(in_namespace)) {
    fail(Trouble::SetUp);
  }
  std::byte* const bytes = os::map_shared_near_program(kArenaFd);
  if (bytes == nullptr) {
    fail(Trouble::MapArena);
  }
  const trace::Arena arena(bytes);
  trace::Header& header = arena.header();
  // Players inherit this mapping: the plan is not theirs to write.
  if (::mprotect(arena.plan_bytes(), header.plan_capacity, PROT_READ) != 0) {
    fail(Trouble::MapArena);
  }
  header.warden_pid = ::getpid();
  os::CpuSet permitted;
  if (os::get_affinity(permitted) != 0) {
    fail(Trouble::SetUp);
  }
  std::copy(permitted.begin(), permitted.end(), header.permitted_cpus);
  header.arena_fd = kArenaFd;
  header.player_fd = kProgramFd;

  sigset_t child_ended;
  ::sigemptyset(&child_ended);
  ::sigaddset(&child_ended, SIGCHLD);
  const int deaths = ::signalfd(-1, &child_ended, SFD_NONBLOCK | SFD_CLOEXEC);
  if (deaths < 0) {
    fail(Trouble::SetUp);
  }
  Warden warden(arena, deaths, in_namespace);
  if (!warden.make_zygote()) {
    fail(Trouble::MakeZygote);
  }
  warden.serve();
}

}  // namespace procession::run
