// SPDX-License-Identifier: MIT
#include "harness/player/program.h"

#include "harness/os/execute.h"
#include "harness/os/listening.h"
#include "harness/os/pidfd.h"
#include "harness/player/gate.h"
#include "harness/player/program_watch.h"
#include "harness/player/recorder.h"
#include "harness/player/self.h"
#include "harness/player/surroundings.h"
#include "harness/player/text.h"

#include <algorithm>
#include <alloca.h>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace procession::player {

namespace {

using plan::InstanceId;
using plan::Program;

// Below the range from which the kernel gives out ports by itself (ip(7), ip_local_port_range), so
// that no connection takes one between now and when the program listens.
constexpr std::uint32_t kFirstFree = 20'000;
constexpr std::uint32_t kFreePorts = 12'000;
constexpr std::uint32_t kTries = 100;

// Nobody has it, nor had it a moment ago: without SO_REUSEADDR that counts, too, and the program
// may do without.
bool is_free(std::uint32_t port) {
  const os::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return !os::is_listening(static_cast<std::uint16_t>(port)) &&
         ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// A name that one process of this machine can have at a time: who has it, has the port.
os::UniqueFd claim(std::uint32_t port) {
  os::UniqueFd claim(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const AbstractAddress address("port", 0, port, 0);
  if (claim && ::bind(claim.get(), address.get(), address.size()) != 0) {
    claim.reset();
  }
  return claim;
}

// Tries of one process never meet those of another one of the run.
std::uint32_t choose_port(InstanceId instance, os::UniqueFd& claimed) {
  const std::uint32_t count = self().arena.header().slots_per_run;
  const std::uint64_t first = self().arena.header().nonce + self().run * 7919ULL + instance;
  for (std::uint32_t k = 0; k < kTries; ++k) {
    const auto port =
        static_cast<std::uint32_t>(kFirstFree + (first + std::uint64_t{k} * count) % kFreePorts);
    claimed = claim(port);
    if (claimed && is_free(port)) {
      return port;
    }
  }
  claimed.reset();
  return 0;
}

// A port that the file gives: two programs of one run may have it one after the other.
bool is_of_this_run(std::uint32_t port) {
  return std::ranges::any_of(the_plan().listeners(), [port](const plan::Listener& listener) {
    return listener.program != plan::kNone &&
           the_plan().program_of(listener.program).port == port &&
           word(listener.port_word).load(std::memory_order_acquire) != 0;
  });
}

bool may_have(std::uint32_t port, os::UniqueFd& claimed) {
  const bool is_ours = is_of_this_run(port);
  claimed = is_ours ? os::UniqueFd() : claim(port);
  return (is_ours || claimed) && !os::is_listening(static_cast<std::uint16_t>(port));
}

// 0 or errno.
int find_port(InstanceId instance, os::UniqueFd& claimed) {
  const Program& program = the_plan().program_of(instance);
  if (program.listener == plan::kNone) {
    return 0;
  }
  std::uint32_t port = program.port;
  if (port == 0) {
    port = choose_port(instance, claimed);
  } else if (!may_have(port, claimed)) {
    port = 0;
  }
  if (port == 0) {
    return EADDRINUSE;
  }
  word(the_plan().listeners()[program.listener].port_word).store(port, std::memory_order_release);
  return 0;
}

int make_folder(const FolderPath& folder) {
  if (::mkdir(FolderPath(self().arena).c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return errno;
  }
  return ::mkdir(folder.c_str(), S_IRWXU) == 0 ? 0 : errno;
}

// Texts with their end, one behind the other; false if there was no room for one.
bool list_texts(plan::Range texts, char** into) {
  for (const plan::Range text : the_plan().texts(texts)) {
    const std::string_view composed = compose(text);
    if (composed.empty() || composed.back() != '\0') {
      return false;
    }
    *into++ = const_cast<char*>(composed.data());  // execve(2) does not write to it
  }
  return true;
}

struct Pipe {
  os::UniqueFd read_end;
  os::UniqueFd write_end;

  int make() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) {
      return errno;
    }
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
    return ::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 ? 0 : errno;
  }
};

// What the program gets: nothing to read, one pipe for all that it says, one to say that it is
// ready.
class Descriptors {
 public:
  // 0 or errno.
  int make(InstanceId instance) {
    const Program& program = the_plan().program_of(instance);
    const bool is_read =
        the_plan().output_of(instance) != plan::kNone || program.ready == Program::Ready::Line;
    null_.reset(::open("/dev/null", O_RDWR | O_CLOEXEC));
    int error = null_ ? 0 : errno;
    if (error == 0 && is_read) {
      error = output.make();
    }
    const int said = is_read ? output.write_end.get() : null_.get();
    list_[0] = {null_.get(), STDIN_FILENO};
    list_[1] = {said, STDOUT_FILENO};
    list_[2] = {said, STDERR_FILENO};
    count_ = 3;
    if (error == 0 && program.ready == Program::Ready::Descriptor) {
      error = ready.make();
      list_[count_++] = {ready.write_end.get(), static_cast<int>(program.ready_fd)};
    }
    return error;
  }
  [[nodiscard]] std::span<const os::Execution::Descriptor> list() const {
    return {list_.data(), count_};
  }

  Pipe output;
  Pipe ready;

 private:
  os::UniqueFd null_;
  std::array<os::Execution::Descriptor, 4> list_;
  std::size_t count_ = 0;
};

os::Spawned execute(InstanceId instance, const Descriptors& descriptors, const FolderPath& folder,
                    bool by_vfork) {
  const Program& program = the_plan().program_of(instance);
  auto** const words = static_cast<char**>(::alloca((program.words.count + 1) * sizeof(char*)));
  auto** const own = static_cast<char**>(::alloca((program.variables.count + 1) * sizeof(char*)));
  if (!list_texts(program.words, words) || !list_texts(program.variables, own)) {
    return {-1, ENOBUFS};
  }
  words[program.words.count] = nullptr;
  ProcessMark mark(self().arena, self().run, instance);
  const std::size_t own_count = program.variables.count + 1;
  own[own_count - 1] = mark.c_str();
  const std::size_t places = places_for_environment(instance, own_count);
  auto** const environment = static_cast<char**>(::alloca(places * sizeof(char*)));
  list_environment(instance, {environment, places}, {own, own_count});

  const os::CpuSet cpus = cpus_of(instance);
  const bool has_cpus = the_plan().instance(instance).cpus.count != 0;
  return os::execute({.argv = words,
                      .envp = environment,
                      .directory = folder.c_str(),
                      .descriptors = descriptors.list(),
                      .cpus = has_cpus ? &cpus : nullptr,
                      .shares_memory = by_vfork});
}

// What a player does at its begin, done for it. Its first line, in which it becomes ready, stays
// open if that is still to be seen.
void begin_for(InstanceId instance) {
  const StandIn as_it({self().arena, self().plan, self().run, instance});
  arrive(the_plan().instance(instance).begin_feeds, plan::Feed::Point::Begin);
  const plan::StepId step = the_plan().instance(instance).steps.first;
  trace::Line& line = open_line(step);
  arrive(the_plan().step(step).feeds, plan::Feed::Point::Call);
  if (the_plan().program_of(instance).ready == Program::Ready::AtOnce) {
    close_line(line, 0, 0);
    arrive(the_plan().step(step).feeds, plan::Feed::Point::Effect);
    arrive(the_plan().step(step).feeds, plan::Feed::Point::Return);
  }
}

// Nobody would read what it says, nor see its end.
int take_back(pid_t pid, int error) {
  (void)::kill(pid, SIGKILL);  // our child: the number is its own until we reap it
  siginfo_t found;
  (void)os::wait_child(P_PID, static_cast<id_t>(pid), found, WEXITED);
  return error;
}

}  // namespace

int start_program(InstanceId instance, bool by_vfork) {
  ProgramWatch watch;
  watch.run = self().run;
  watch.instance = instance;
  Descriptors descriptors;
  const FolderPath folder(self().arena, instance);
  int error = find_port(instance, watch.port);
  error = error != 0 ? error : descriptors.make(instance);
  error = error != 0 ? error : make_folder(folder);
  if (error != 0) {
    return error;
  }
  this_run().programs.fetch_add(1, std::memory_order_acq_rel);
  const os::Spawned made = execute(instance, descriptors, folder, by_vfork);
  if (made.error != 0) {
    return made.error;
  }
  trace::Slot& slot = slot_of(instance);
  slot.begin = base::now().ns;
  slot.ppid = os::own_pid();
  slot.pid.store(made.pid, std::memory_order_release);
  slot.state.store(trace::Slot::Began, std::memory_order_release);
  begin_for(instance);

  watch.process = os::open_pidfd(made.pid);
  watch.output = std::move(descriptors.output.read_end);
  watch.ready = std::move(descriptors.ready.read_end);
  error = watch.process ? send_watch(self().arena, watch) : errno;
  return error == 0 ? 0 : take_back(made.pid, error);
}

}  // namespace procession::player
