// SPDX-License-Identifier: MIT
#include "harness/run/warden_process.h"

#include "harness/os/process.h"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace procession::run {

namespace {

using std::chrono_literals::operator""s;

constexpr base::Duration kStartLimit = 30s;
constexpr base::Duration kEndLimit =
    15s;  // longer than the warden and the janitor allow themselves

enum class Space { PidNamespace, UserAndPidNamespace, None };

// Why a namespace may be refused that does not keep the next way from working.
bool may_try_next(int number) {
  return number == EPERM || number == EINVAL || number == ENOSPC || number == EUSERS ||
         number == ENOSYS || number == EACCES;
}

os::UniqueFd open_null() { return os::UniqueFd(::open("/dev/null", O_RDWR | O_CLOEXEC)); }

struct Pipe {
  os::UniqueFd read_end;
  os::UniqueFd write_end;
};

base::Result<Pipe> make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return base::system_error("make a pipe", errno);
  }
  return Pipe{os::UniqueFd(ends[0]), os::UniqueFd(ends[1])};
}

base::Result<os::Child> start_janitor(int executable, int arena, int null, int lease) {
  os::Launch launch;
  launch.executable = executable;
  launch.arguments = {"procession-player", "janitor"};
  launch.descriptors = {{null, STDIN_FILENO}, {null, STDOUT_FILENO},    {null, STDERR_FILENO},
                        {arena, kArenaFd},    {executable, kProgramFd}, {lease, kLeaseFd}};
  auto janitor = os::Child::start(launch);
  return janitor ? std::move(janitor) : std::move(janitor).error().context("start the janitor");
}

base::Result<os::Child> start_warden(int executable, const ArenaMemory& arena, int null, int lease,
                                     int socket, Space space) {
  os::Launch launch;
  launch.executable = executable;
  launch.arguments = {"procession-player", "warden", space == Space::None ? "sweep" : "namespace"};
  launch.descriptors = {{null, STDIN_FILENO},   {null, STDOUT_FILENO},    {socket, kSocketFd},
                        {arena.fd(), kArenaFd}, {executable, kProgramFd}, {lease, kLeaseFd}};
  launch.own_pid_namespace = space != Space::None;
  launch.own_user_namespace = space == Space::UserAndPidNamespace;
  auto warden = os::Child::start(launch);
  return warden ? std::move(warden) : std::move(warden).error().context("start the warden");
}

base::Result<> wait_until_ready(int socket) {
  pollfd entry{socket, POLLIN, 0};
  const base::Instant until = base::now() + kStartLimit;
  int ready = 0;
  do {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - base::now());
    ready = ::poll(&entry, 1, static_cast<int>(std::max(left.count(), std::int64_t{0})));
  } while (ready < 0 && errno == EINTR);
  const Received received = ready > 0 ? poll_message(socket) : Received{};
  if (received.what != Received::Got) {
    return base::Error{base::ErrorKind::Io, "the warden does not answer", 0};
  }
  if (received.message.trouble != Trouble::None) {
    return error_for(received.message.trouble, received.message.error);
  }
  return {};
}

std::string_view name_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::None:
      return "nothing";
    case Trouble::SetUp:
      return "set up the warden";
    case Trouble::MapArena:
      return "map the arena";
    case Trouble::MakeZygote:
      return "make the process that starts main";
    case Trouble::ForkMain:
      return "make the process main";
    case Trouble::EndProcesses:
      return "end the processes of a run";
    case Trouble::WatchPrograms:
      return "watch the programs of a run";
  }
  return "unknown trouble";
}

}  // namespace

base::Error error_for(Trouble trouble, int number) {
  if (number == 0) {
    return {base::ErrorKind::Io, std::string(name_of(trouble)) + ": it took too long", 0};
  }
  return base::system_error(name_of(trouble), number);
}

struct WardenProcess::Maker {
  int executable;
  const ArenaMemory& arena;

  // Root may make a PID namespace; everybody else needs a user namespace around it, in which they
  // may.
  base::Result<WardenProcess> make_in_namespace() const {
    auto made = make(Space::PidNamespace);
    if (made || !may_try_next(made.error().number)) {
      return made;
    }
    auto wrapped = make(Space::UserAndPidNamespace);
    return wrapped ? std::move(wrapped) : std::move(wrapped).error().context("in a PID namespace");
  }

  base::Result<WardenProcess> make(Space space) const {
    const os::UniqueFd null = open_null();
    if (!null) {
      return base::system_error("open /dev/null", errno);
    }
    int pair[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
      return base::system_error("make a socket to the warden", errno);
    }
    os::UniqueFd ours(pair[0]);
    os::UniqueFd theirs(pair[1]);
    Pipe lease;
    os::Child janitor;
    if (space == Space::None) {
      auto made = make_pipe();
      if (!made) {
        return std::move(made).error();
      }
      lease = *std::move(made);
      auto started = start_janitor(executable, arena.fd(), null.get(), lease.read_end.get());
      if (!started) {
        return std::move(started).error();
      }
      janitor = *std::move(started);
    }
    auto warden =
        start_warden(executable, arena, null.get(),
                     lease.write_end ? lease.write_end.get() : null.get(), theirs.get(), space);
    if (!warden) {
      return std::move(warden).error();
    }
    theirs.reset();
    WardenProcess process(*std::move(warden), std::move(janitor), std::move(ours), executable,
                          arena.fd());
    if (auto ready = wait_until_ready(process.socket()); !ready) {
      return std::move(ready).error();
    }
    return process;
  }
};

WardenProcess::WardenProcess(os::Child warden, os::Child janitor, os::UniqueFd socket,
                             int executable, int arena)
    : warden_(std::move(warden)),
      janitor_(std::move(janitor)),
      socket_(std::move(socket)),
      executable_(executable),
      arena_(arena) {}

base::Result<> WardenProcess::have_folder_removed() {
  if (janitor_) {
    return {};
  }
  const os::UniqueFd null = open_null();
  auto lease = make_pipe();
  if (!lease) {
    return std::move(lease).error();
  }
  auto started = start_janitor(executable_, arena_, null.get(), lease->read_end.get());
  if (!started) {
    return std::move(started).error();
  }
  janitor_ = *std::move(started);
  lease_ = std::move(lease->write_end);
  return {};
}

base::Result<WardenProcess> WardenProcess::start(int executable, const ArenaMemory& arena,
                                                 Containment containment) {
  // Pipes and connections lie above these: os/child.h.
  if (const auto most = os::raise_descriptor_limit(); most <= os::Child::kOwnDescriptor) {
    return base::Error{base::ErrorKind::Io,
                       "a process may have " + std::to_string(most) +
                           " open descriptors, too few to play anything: raise the hard limit, as "
                           "by `ulimit -Hn 1024` or nofile in limits.conf(5)",
                       0};
  }
  const Maker maker{executable, arena};
  if (containment == Containment::Sweep) {
    return maker.make(Space::None);
  }
  auto made = maker.make_in_namespace();
  const bool may_do_without = containment == Containment::Automatic;
  if (made || !may_do_without || !may_try_next(made.error().number)) {
    return made;
  }
  return maker.make(Space::None);
}

WardenProcess::~WardenProcess() {
  if (warden_) {
    socket_.reset();  // at its end of file the warden ends what lives
    if (!warden_.wait(kEndLimit)) {
      warden_.kill();
    }
    [[maybe_unused]] const std::string how = bury();
  }
}

std::string WardenProcess::bury() {
  socket_.reset();
  std::string how = warden_.reap();
  lease_.reset();
  if (janitor_) {
    if (!janitor_.wait(kEndLimit)) {
      janitor_.kill();
    }
    [[maybe_unused]] const std::string its_end = janitor_.reap();
  }
  return how;
}

}  // namespace procession::run
