// SPDX-License-Identifier: MIT
#include "harness/run/programs.h"

#include "harness/os/listening.h"
#include "harness/os/pidfd.h"
#include "harness/os/proc_entry.h"
#include "harness/os/remove_tree.h"
#include "harness/player/gate.h"
#include "harness/player/recorder.h"
#include "harness/player/self.h"
#include "harness/player/text.h"
#include "harness/run/warden_launch.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace procession::run {

namespace {

using plan::Program;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using trace::Slot;

constexpr std::size_t kMostKept = 1 << 20;
constexpr std::size_t kLongestLine = 16 << 10;
constexpr base::Duration kProbe = 1ms;    // between two looks at ports and files, at least
constexpr int kProbeShare = 10;           // one part in so many of the time goes into these looks
constexpr base::Duration kTidying = 2ms;  // between two looks at what a program has left
constexpr base::Duration kNever = 10s;
// How long the processes of a program that has ended may take to end by themselves.
constexpr base::Duration kGrace = 200ms;

bool add(const os::UniqueFd& queue, const os::UniqueFd& fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  return !fd || ::epoll_ctl(queue.get(), EPOLL_CTL_ADD, fd.get(), &event) == 0;
}

}  // namespace

// A living child of the warden that no step has started.
class Orphan {
 public:
  explicit Orphan(os::ProcEntry entry) : entry_(std::move(entry)) {}

  [[nodiscard]] bool is_of(const trace::Arena& arena, const player::ProgramWatch& program) const {
    const player::ProcessMark mark(arena, program.run, program.instance);
    const player::FolderPath folder(arena, program.instance);
    return entry_.has_in_environment(mark.text()) || entry_.works_in(folder.text());
  }
  [[nodiscard]] const os::ProcEntry& entry() const { return entry_; }

 private:
  os::ProcEntry entry_;
};

namespace {

// Calls `use` for each of them.
template <class Use>
void for_each_orphan(int zygote, Use use) {
  const int self = os::own_proc_number();
  os::ProcListing listing;
  while (const char* const name = listing.next()) {
    os::ProcEntry entry = os::ProcEntry::open(name);
    os::ProcEntry::Stat stat;
    if (std::atoi(name) != zygote && entry.read(stat) && stat.parent == self && stat.state != 'Z' &&
        stat.state != 'X' && !entry.runs(kProgramFd)) {
      use(Orphan(std::move(entry)));
    }
  }
}

}  // namespace

bool Programs::open(const plan::Plan& plan) {
  plan_ = plan;
  if (plan.programs().empty() || queue_) {
    return true;
  }
  socket_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  queue_.reset(::epoll_create1(EPOLL_CLOEXEC));
  const player::AbstractAddress address = player::program_watcher_address(arena_);
  if (!socket_ || !queue_ || ::bind(socket_.get(), address.get(), address.size()) != 0 ||
      !add(queue_, socket_)) {
    const int error = errno;
    close();
    errno = error;
    return false;
  }
  return true;
}

base::Duration Programs::next_look() const {
  base::Duration left = kNever;
  for (const Watched& one : all_) {
    if (is_probed(one)) {
      left = std::min(left, std::max(next_probe_ - base::now(), base::Duration{}));
    }
    if (one.ended_at != base::Instant{} && !one.is_tidy) {
      left = std::min(left, kTidying);
    }
  }
  return left;
}

void Programs::hear(int zygote) {
  if (!queue_) {
    return;
  }
  take_up();
  for (Watched& one : all_) {
    look(one, zygote);
  }
  probe();
}

// What nobody tells us of is looked for, as often as it is cheap: a look may be an answer of the
// kernel or the reading of a long table.
void Programs::probe() {
  const base::Instant now = base::now();
  if (now < next_probe_ || std::ranges::none_of(all_, is_probed)) {
    return;
  }
  for (Watched& one : all_) {
    if (is_probed(one)) {
      see_whether_ready(one);
    }
  }
  const base::Instant after = base::now();
  next_probe_ = after + std::max(kProbe, (after - now) * (kProbeShare - 1));
}

bool Programs::is_probed(const Watched& one) {
  return one.watch.process && !one.is_ready &&
         (one.program.ready == Program::Ready::Port || one.program.ready == Program::Ready::File);
}

void Programs::record_begun_lines() {
  for (Watched& one : all_) {
    if (!one.line.empty()) {
      record(one);
    }
  }
}

bool Programs::is_tidying() const {
  return std::ranges::any_of(
      all_, [](const Watched& one) { return one.ended_at != base::Instant{} && !one.is_tidy; });
}

void Programs::take_up() {
  for (;;) {
    player::ProgramWatch watch = player::receive_watch(socket_.get());
    if (watch.instance == plan::kNone) {
      return;
    }
    Watched one;
    one.program = plan_.program_of(watch.instance);
    one.is_ready = one.program.ready == Program::Ready::AtOnce;
    one.watch = std::move(watch);
    one.not_ready_at = {slot_of(one).begin};
    {
      const player::StandIn as_it(place_of(one));
      one.ready_text = player::compose(one.program.ready_text);
    }
    add(queue_, one.watch.process);
    add(queue_, one.watch.output);
    add(queue_, one.watch.ready);
    all_.push_back(std::move(one));
  }
}

player::Place Programs::place_of(const Watched& one) const {
  return {arena_, plan_, one.watch.run, one.watch.instance};
}

// In this order: whoever has ended has printed all that it will, and is ready no more.
void Programs::look(Watched& one, int zygote) {
  const base::Instant now = base::now();
  const bool has_ended = one.watch.process && os::has_ended(one.watch.process);
  read_all_output(one);
  if (one.watch.ready) {
    see_whether_ready(one);
  }
  if (has_ended) {
    one.watch.process.reset();
    one.ended_at = now;
  }
  if (one.ended_at != base::Instant{} && !one.is_tidy) {
    tidy(one, zygote);
  }
}

void Programs::see_whether_ready(Watched& one) {
  const base::Instant now = base::now();
  const bool is_seen = shows_ready(one);
  if (one.is_ready || !one.watch.process) {
    return;
  }
  if (is_seen) {
    become_ready(one, base::now());
  } else {
    one.not_ready_at = std::max(one.not_ready_at, now);
  }
}

// As much as there is now, but not for ever.
void Programs::read_all_output(Watched& one) {
  constexpr int kAtOnce = 64;
  for (int k = 0; k < kAtOnce && read_output(one); ++k) {
  }
}

// False if there is nothing to read now.
bool Programs::read_output(Watched& one) {
  if (!one.watch.output) {
    return false;
  }
  char bytes[16 << 10];
  const ssize_t got = ::read(one.watch.output.get(), bytes, sizeof bytes);
  if (got > 0) {
    take(one, {bytes, static_cast<std::size_t>(got)});
    return true;
  }
  if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
    one.watch.output.reset();
    if (!one.line.empty()) {
      record(one);  // no more will come of this line
    }
  }
  return false;
}

void Programs::take(Watched& one, std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    one.line += part.substr(0, kLongestLine - one.line.size());
    bytes.remove_prefix(std::min(part.size() + 1, bytes.size()));
    if (!one.is_ready && one.program.ready == Program::Ready::Line &&
        one.line.find(one.ready_text) != std::string::npos) {
      become_ready(one, base::now());
    }
    if (end != std::string_view::npos) {
      record(one);
    }
  }
}

void Programs::record(Watched& one) {
  if (plan_.output_of(one.watch.instance) == plan::kNone) {
    // Read only to see when it is ready.
  } else if (one.kept + one.line.size() > kMostKept) {
    slot_of(one).flags.fetch_or(Slot::kOutputCut, std::memory_order_relaxed);
    one.kept = kMostKept + 1;
  } else {
    one.kept += one.line.size() + 1;
    const player::StandIn as_it(place_of(one));
    player::note(trace::Line::Output, plan_.instance(one.watch.instance).steps.first,
                 player::keep_text(one.line));
  }
  one.line.clear();
}

bool Programs::shows_ready(Watched& one) const {
  switch (one.program.ready) {
    case Program::Ready::Port: {
      const plan::Listener& listener = plan_.listeners()[one.program.listener];
      return os::is_listening(static_cast<std::uint16_t>(
          arena_.word(one.watch.run, listener.port_word).load(std::memory_order_acquire)));
    }
    case Program::Ready::File: {
      const bool is_absolute = one.ready_text.starts_with('/');
      const player::FolderPath folder(arena_, one.watch.instance);
      const std::string path =
          (is_absolute ? "" : std::string(folder.text()) + "/") + one.ready_text.c_str();
      return ::access(path.c_str(), F_OK) == 0;
    }
    // Read to its end also by one that is ready: else what has been closed would wake us for ever.
    case Program::Ready::Descriptor: {
      char bytes[256];
      const ssize_t got = ::read(one.watch.ready.get(), bytes, sizeof bytes);
      if (got == 0) {
        one.watch.ready.reset();
      }
      return got > 0 && std::string_view(bytes, static_cast<std::size_t>(got)).find('\n') !=
                            std::string_view::npos;
    }
    case Program::Ready::AtOnce:
    case Program::Ready::Line:
      return false;
  }
  return false;
}

// What has ended is not: so its end is sure to come later.
void Programs::become_ready(Watched& one, base::Instant at) {
  if (!one.watch.process || os::has_ended(one.watch.process)) {
    return;
  }
  one.is_ready = true;
  const player::StandIn as_it(place_of(one));
  const plan::Step& step = plan_.step(plan_.instance(one.watch.instance).steps.first);
  trace::Line& line =
      arena_.chunk(slot_of(one).first_chunk.load(std::memory_order_acquire)).lines[0];
  line.call = std::max(line.call, one.not_ready_at.ns);
  line.ret = std::max(line.call, at.ns);
  line.state.store(trace::Line::Done, std::memory_order_release);
  player::arrive(step.feeds, plan::Feed::Point::Effect);
  player::arrive(step.feeds, plan::Feed::Point::Return);
}

bool Programs::belongs(const Watched& one, const Orphan& orphan) const {
  if (orphan.is_of(arena_, one.watch)) {
    return true;
  }
  return std::ranges::none_of(all_, [&](const Watched& other) {
    return &other != &one &&
           (other.ended_at == base::Instant{} || orphan.is_of(arena_, other.watch));
  });
}

// The children of what is ended here become orphans, too, and are found by the next look.
void Programs::tidy(Watched& one, int zygote) {
  const bool may_wait = base::now() - one.ended_at < kGrace;
  Slot& slot = slot_of(one);
  std::uint32_t found = 0;
  for_each_orphan(zygote, [&](const Orphan& orphan) {
    if (!belongs(one, orphan)) {
      return;
    }
    ++found;
    if (!may_wait) {
      if (slot.left_behind_name[0] == '\0') {
        char room[sizeof slot.left_behind_name];
        const std::string_view name = orphan.entry().name(room);
        std::ranges::copy(name, slot.left_behind_name);
      }
      [[maybe_unused]] const int error = orphan.entry().send_signal(SIGKILL);
    }
  });
  slot.left_behind = may_wait ? 0 : std::max(slot.left_behind, found);
  one.is_tidy = found == 0;
}

void Programs::finish() {
  if (!queue_) {
    return;
  }
  take_up();
  for (Watched& one : all_) {
    while (read_output(one)) {
    }
  }
  record_begun_lines();
  all_.clear();
  os::remove_tree(player::FolderPath(arena_).c_str());
}

void Programs::close() {
  all_.clear();
  queue_.reset();
  socket_.reset();
}

}  // namespace procession::run
