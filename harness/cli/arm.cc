// SPDX-License-Identifier: MIT
#include "harness/cli/arm.h"

#include "harness/base/text.h"
#include "harness/os/execute.h"
#include "harness/os/pidfd.h"
#include "harness/os/signals.h"
#include "harness/os/unique_fd.h"
#include "harness/report/printable.h"
#include "harness/report/read_result.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <poll.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <utility>

extern char** environ;

namespace procession::cli {

namespace {

constexpr int kResult = 3;  // the program's descriptor of the pipe
constexpr const char* kResultPath = "/dev/fd/3";
// For ending in order once its deadline has passed, or a signal has come.
constexpr base::Duration kGrace = std::chrono::seconds(30);

// With PROCESSION_… of the user left out: those are defaults of `run`, and an arm is to be what it
// is asked for.
std::vector<std::string> environment_with(std::size_t padding) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string_view(*entry).starts_with("PROCESSION_")) {
      all.emplace_back(*entry);
    }
  }
  all.push_back("PROCESSION_PADDING=" + std::string(padding, 'x'));
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

// What a program has answered.
struct Answer {
  int status = -1;      // exit status, or −signal
  std::string result;   // what it wrote to `kResult`
  std::string printed;  // to standard output and standard error
};

class Conversation {
 public:
  explicit Conversation(const HeldSignals& signals)
      : signals_(::signalfd(-1, &signals.held(), SFD_NONBLOCK | SFD_CLOEXEC)) {}

  base::Result<Answer> hold(std::vector<std::string> arguments, std::size_t padding,
                            base::Duration at_most) {
    if (base::Result<> started = start(std::move(arguments), padding); !started) {
      return started.error();
    }
    const base::Instant end = base::now() + at_most;
    while (!os::has_ended(process_)) {
      wait(end);
    }
    read_some();
    return answer();
  }

 private:
  base::Result<> start(std::vector<std::string> arguments, std::size_t padding) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
      return base::system_error("make a pipe", errno);
    }
    result_.reset(ends[0]);
    os::UniqueFd writer(ends[1]);
    // Blocking for the program: the flag belongs to the end, not to the pipe.
    (void)::fcntl(writer.get(), F_SETFL, 0);
    printed_.reset(::memfd_create("printed", MFD_CLOEXEC));
    const os::UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!printed_ || !nothing || !signals_) {
      return base::system_error("start an arm", errno);
    }
    const std::array<os::Execution::Descriptor, 4> descriptors = {
        {{nothing.get(), 0}, {printed_.get(), 1}, {printed_.get(), 2}, {writer.get(), kResult}}};
    std::vector<std::string> environment = environment_with(padding);
    const std::vector<char*> argv = pointers_to(arguments);
    const std::vector<char*> envp = pointers_to(environment);
    os::Execution execution;
    execution.argv = argv.data();
    execution.envp = envp.data();
    execution.directory = ".";
    execution.descriptors = descriptors;
    execution.at_our_end = SIGTERM;  // so it ends in order, too
    execution.shares_memory = true;
    const os::AllBlocked blocked;
    const os::Spawned spawned = os::execute(execution);
    if (spawned.pid < 0) {
      return base::system_error("execute " + arguments[0], spawned.error);
    }
    pid_ = spawned.pid;
    process_ = os::open_pidfd(pid_);  // it is not reaped: the number is its own
    return process_ ? base::Result<>() : give_up(errno);
  }

  base::Result<> give_up(int error) const {
    ::kill(pid_, SIGKILL);
    siginfo_t ended{};
    (void)os::wait_child(P_PID, static_cast<id_t>(pid_), ended, WEXITED);
    return base::system_error("hold an arm", error);
  }

  void wait(base::Instant end) {
    std::array<pollfd, 3> ready = {
        {{process_.get(), POLLIN, 0}, {signals_.get(), POLLIN, 0}, {result_.get(), POLLIN, 0}}};
    // Once it has closed the pipe, there is nothing to be read there.
    ready[2].fd = result_ended_ ? -1 : ready[2].fd;
    const base::Duration left = std::max(end - base::now(), base::Duration(0));
    const auto at_most = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    (void)::poll(ready.data(), ready.size(),
                 static_cast<int>(std::min<std::int64_t>(at_most, 1 << 30)));
    if (ready[1].revents != 0) {
      hand_on_signal();
    }
    if (ready[2].revents != 0) {
      read_some();
    }
    if (base::now() >= end && !std::exchange(killed_, true)) {
      (void)os::send_signal(process_, SIGKILL);
    }
  }

  void hand_on_signal() {
    signalfd_siginfo heard{};
    if (::read(signals_.get(), &heard, sizeof heard) == ssize_t{sizeof heard}) {
      interrupted_by_ = static_cast<int>(heard.ssi_signo);
      (void)os::send_signal(process_, interrupted_by_);
    }
  }

  void read_some() {
    std::array<char, 65536> bytes;
    for (;;) {
      const ssize_t got = ::read(result_.get(), bytes.data(), bytes.size());
      if (got > 0) {
        text_.append(bytes.data(), static_cast<std::size_t>(got));
      } else if (got == 0 || errno != EINTR) {
        result_ended_ = got == 0;
        return;
      }
    }
  }

  std::string read_printed() const {
    std::string text(
        static_cast<std::size_t>(std::max<off_t>(::lseek(printed_.get(), 0, SEEK_END), 0)), '\0');
    const ssize_t got = ::pread(printed_.get(), text.data(), text.size(), 0);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
  }

  base::Result<Answer> answer() {
    siginfo_t ended{};
    if (const int error = os::wait_child(P_PID, static_cast<id_t>(pid_), ended, WEXITED);
        error != 0) {
      return base::system_error("wait for an arm", error);
    }
    if (interrupted_by_ != 0) {
      return base::Error{
          base::ErrorKind::Interrupted,
          fmt::format("ended by {}", interrupted_by_ == SIGTERM ? "SIGTERM" : "SIGINT"),
          interrupted_by_};
    }
    if (killed_) {
      return base::Error{base::ErrorKind::Io, "it did not end, and was killed"};
    }
    return Answer{ended.si_code == CLD_EXITED ? ended.si_status : -ended.si_status,
                  std::move(text_), read_printed()};
  }

  os::UniqueFd signals_;
  os::UniqueFd result_;
  os::UniqueFd printed_;
  os::UniqueFd process_;
  pid_t pid_ = -1;
  std::string text_;
  bool result_ended_ = false;
  bool killed_ = false;
  int interrupted_by_ = 0;
};

// The last line that is not empty, without "procession: ".
std::string last_line(std::string_view text) {
  std::string_view last;
  for (const std::string_view line : base::split(text, '\n')) {
    last = base::trim(line).empty() ? last : line;
  }
  constexpr std::string_view kName = "procession: ";
  last.remove_prefix(last.starts_with(kName) ? kName.size() : 0);
  return report::printable(last);
}

}  // namespace

base::Result<Arm> make_arm(std::string program, std::string instance, const HeldSignals& signals) {
  const base::Result<Answer> help =
      Conversation(signals).hold({program, "run", "--help"}, 0, kGrace);
  if (!help) {
    return help.error().kind == base::ErrorKind::Interrupted
               ? help.error()
               : base::Error{base::ErrorKind::BadInput, help.error().message};
  }
  if (help->status != 0 || help->printed.find("--json") == std::string::npos) {
    return base::Error{
        base::ErrorKind::BadInput,
        report::printable(program) + " is no build of procession: it does not know `run --json`"};
  }
  Arm arm{std::move(program), std::move(instance), {}};
  if (help->printed.find("--no-results") != std::string::npos) {
    arm.options.emplace_back("--no-results");
  }
  return arm;
}

base::Result<report::ScenarioResult> play_arm(const Arm& arm, const ArmPlay& play,
                                              const HeldSignals& signals) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(play.deadline).count();
  std::vector<std::string> arguments = {arm.program,
                                        "run",
                                        arm.instance,
                                        "--seed",
                                        std::to_string(play.seed),
                                        "--json",
                                        kResultPath,
                                        "--deadline",
                                        fmt::format("{}s", seconds),
                                        "--no-progress",
                                        "--color",
                                        "never"};
  if (play.runs > 0) {
    arguments.insert(arguments.end(), {"--runs", std::to_string(play.runs)});
  }
  arguments.insert(arguments.end(), arm.options.begin(), arm.options.end());
  base::Result<Answer> answer =
      Conversation(signals).hold(std::move(arguments), play.padding, play.deadline + kGrace);
  if (!answer) {
    return answer.error();
  }
  base::Result<report::SessionResult> session = report::read_result(answer->result);
  if (!session || session->scenarios.size() != 1) {
    const std::string said = last_line(answer->printed);
    return base::Error{answer->status == 2 ? base::ErrorKind::BadInput : base::ErrorKind::Io,
                       fmt::format("{} gave no result{}{}", report::printable(arm.instance),
                                   said.empty() ? "" : ": ", said)};
  }
  return std::move(session->scenarios.front());
}

}  // namespace procession::cli
