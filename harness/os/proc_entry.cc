// SPDX-License-Identifier: MIT
#include "harness/os/proc_entry.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace procession::os {

namespace {

constexpr int kReadOnly = O_RDONLY | O_CLOEXEC;

// A file of /proc, read piece by piece.
class Reader {
 public:
  Reader(int directory, const char* name) noexcept : fd_(::openat(directory, name, kReadOnly)) {}

  // What fits behind the first `kept` bytes of the buffer; together a text.
  std::string_view read(char* buffer, std::size_t size, std::size_t kept = 0) noexcept {
    ssize_t got = 0;
    do {
      got = ::read(fd_.get(), buffer + kept, size - kept);
    } while (got < 0 && errno == EINTR);
    read_nothing_ = got <= 0;
    return {buffer, kept + static_cast<std::size_t>(read_nothing_ ? 0 : got)};
  }
  [[nodiscard]] bool read_nothing() const noexcept { return read_nothing_; }

 private:
  UniqueFd fd_;
  bool read_nothing_ = false;
};

// A number as the name of a file.
struct DecimalName {
  char text[16] = {};
  explicit DecimalName(int number) noexcept { std::to_chars(text, text + sizeof text - 1, number); }
};

// What follows `key` in the text; empty if it does not stand there. (No substr: it may throw, and
// who cannot catch should not carry what throwing needs.)
std::string_view after(std::string_view text, std::string_view key) noexcept {
  const std::size_t found = text.find(key);
  text.remove_prefix(found == text.npos ? text.size() : found + key.size());
  return text;
}

std::string_view skip_blanks(std::string_view text) noexcept {
  const std::size_t start = text.find_first_not_of(" \t");
  text.remove_prefix(start == text.npos ? text.size() : start);
  return text;
}

template <class Number>
Number number_at(std::string_view text, int number_base = 10) noexcept {
  text = skip_blanks(text);
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, number_base);
  return number;
}

// The hexadecimal set of signals after `key` in /proc/PID/status.
std::uint64_t signal_set(std::string_view status, std::string_view key) noexcept {
  return number_at<std::uint64_t>(after(status, key), 16);
}

// Whether the name occurs in a file that may be longer than the buffer.
bool mentions(int directory, const char* file, std::string_view name) noexcept {
  char buffer[4096];
  Reader reader(directory, file);
  std::size_t kept = 0;
  for (;;) {
    const std::string_view text = reader.read(buffer, sizeof buffer, kept);
    if (text.find(name) != std::string_view::npos) {
      return true;
    }
    if (reader.read_nothing()) {
      return false;
    }
    kept = text.size() < name.size() ? text.size() : name.size() - 1;
    std::memmove(buffer, text.data() + text.size() - kept, kept);
  }
}

// Fields of /proc/PID/stat, as proc_pid_stat(5) numbers them.
constexpr int kSession = 6;
constexpr int kStarted = 22;

}  // namespace

ProcEntry ProcEntry::open(const char* name) noexcept {
  const UniqueFd proc(::open("/proc", O_DIRECTORY | kReadOnly));
  return ProcEntry(::openat(proc.get(), name, O_DIRECTORY | kReadOnly));
}

ProcEntry ProcEntry::of(const UniqueFd& pidfd) noexcept {
  const int number = proc_number(pidfd);
  if (number == 0) {
    return ProcEntry(-1);
  }
  ProcEntry entry = open(DecimalName(number).text);
  // It had not been reaped before its directory was open, so the number was still its own.
  return proc_number(pidfd) == number ? std::move(entry) : ProcEntry(-1);
}

bool ProcEntry::read(Stat& stat) const noexcept {
  char buffer[1024];
  std::string_view text = Reader(directory_.get(), "stat").read(buffer, sizeof buffer);
  // A program's name may hold blanks and parentheses; the last one closes it.
  const std::size_t name_end = text.rfind(')');
  if (name_end == text.npos) {
    return false;
  }
  text.remove_prefix(name_end);
  const std::string_view state = after(text, " ");
  const std::string_view parent = after(state, " ");
  const std::string_view group = after(parent, " ");
  const std::string_view session = after(group, " ");
  if (session.empty()) {
    return false;
  }
  std::string_view started = session;
  for (int field = kSession; field < kStarted; ++field) {
    started = after(started, " ");
  }
  stat = {state.front(), number_at<int>(parent), number_at<int>(session),
          number_at<std::uint64_t>(started)};
  return true;
}

bool ProcEntry::has_signal_to_take() const noexcept {
  char buffer[4096];
  const std::string_view status = Reader(directory_.get(), "status").read(buffer, sizeof buffer);
  const std::uint64_t pending = signal_set(status, "\nSigPnd:") | signal_set(status, "\nShdPnd:");
  return (pending & ~signal_set(status, "\nSigBlk:") & ~signal_set(status, "\nSigIgn:")) != 0;
}

std::string_view ProcEntry::name(std::span<char> into) const noexcept {
  std::string_view name = Reader(directory_.get(), "comm").read(into.data(), into.size());
  if (name.ends_with('\n')) {
    name.remove_suffix(1);
  }
  return name;
}

bool ProcEntry::has_in_environment(std::string_view text) const noexcept {
  return mentions(directory_.get(), "environ", text);
}

bool ProcEntry::works_in(std::string_view folder) const noexcept {
  char target[1024];
  const ssize_t size = ::readlinkat(directory_.get(), "cwd", target, sizeof target);
  const std::string_view cwd(target, static_cast<std::size_t>(size < 0 ? 0 : size));
  return cwd.starts_with(folder) && (cwd.size() == folder.size() || cwd[folder.size()] == '/');
}

bool ProcEntry::runs(int executable) const noexcept {
  struct stat ours {};
  struct stat theirs {};
  return ::fstat(executable, &ours) == 0 && ::fstatat(directory_.get(), "exe", &theirs, 0) == 0 &&
         ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

bool ProcEntry::uses_file(std::string_view name) const noexcept {
  if (mentions(directory_.get(), "maps", name)) {
    return true;
  }
  const UniqueFd descriptors(::openat(directory_.get(), "fd", O_DIRECTORY | kReadOnly));
  // Whoever was started with a descriptor for it has a low one.
  constexpr int kHighest = 63;
  for (int fd = 0; fd <= kHighest; ++fd) {
    char target[256];
    const ssize_t size =
        ::readlinkat(descriptors.get(), DecimalName(fd).text, target, sizeof target);
    if (size > 0 && std::string_view(target, static_cast<std::size_t>(size)).find(name) !=
                        std::string_view::npos) {
      return true;
    }
  }
  return false;
}

int ProcEntry::send_signal(int signal) const noexcept {
  // pidfd_send_signal(2): a descriptor of a /proc/PID directory will do, too.
  return ::syscall(SYS_pidfd_send_signal, directory_.get(), signal, nullptr, 0U) == 0 ? 0 : errno;
}

// /proc/PID/fdinfo/N of a pidfd tells the number in /proc's own namespace, −1 once reaped
// (proc(5)).
int proc_number(const UniqueFd& pidfd) noexcept {
  const UniqueFd infos(::open("/proc/self/fdinfo", O_DIRECTORY | kReadOnly));
  char buffer[1024];
  const std::string_view info =
      Reader(infos.get(), DecimalName(pidfd.get()).text).read(buffer, sizeof buffer);
  const int number = number_at<int>(after(info, "\nPid:"));
  return number > 0 ? number : 0;
}

int own_proc_number() noexcept {
  char target[16] = {};
  return ::readlink("/proc/self", target, sizeof target - 1) > 0 ? number_at<int>(target) : 0;
}

ProcListing::ProcListing() noexcept : directory_(::open("/proc", O_DIRECTORY | kReadOnly)) {}

const char* ProcListing::next() noexcept {
  for (;;) {
    if (position_ >= filled_) {
      filled_ = ::syscall(SYS_getdents64, directory_.get(), buffer_, sizeof buffer_);
      position_ = 0;
      if (filled_ <= 0) {
        return nullptr;
      }
    }
    const auto* const entry = reinterpret_cast<const dirent64*>(buffer_ + position_);
    position_ += entry->d_reclen;
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') {
      return entry->d_name;
    }
  }
}

}  // namespace procession::os
