// SPDX-License-Identifier: MIT
#pragma once
// What the starter of a program hands to the warden, by a datagram with descriptors: whoever reads
// the program's output and sees its end must live longer than its starter may. Also the names that
// both must know: of the folder that programs run in, and of the variable by which a program's own
// children are known.

#include "harness/os/unique_fd.h"
#include "harness/player/abstract_address.h"
#include "harness/player/launch.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace procession::player {

struct ProgramWatch {
  std::uint32_t run = 0;
  plan::InstanceId instance = plan::kNone;
  os::UniqueFd process;  // its pidfd
  os::UniqueFd output;   // the reading end of its standard output and error; none: not read
  os::UniqueFd ready;    // the reading end of what it writes when it is ready; none: otherwise
  os::UniqueFd port;     // keeps its port from other runs as long as it is open
};

// Waits for room. 0 or errno.
[[nodiscard]] int send_watch(const trace::Arena& arena, const ProgramWatch& watch);
// The next one that has come to `socket`; `instance` is kNone if there is none.
[[nodiscard]] ProgramWatch receive_watch(int socket);

// The datagram socket at which the warden gets them.
[[nodiscard]] AbstractAddress program_watcher_address(const trace::Arena& arena);

// A path in fixed room; too long: empty.
class FolderPath {
 public:
  // Of all programs of a job.
  explicit FolderPath(const trace::Arena& arena);
  // Of one of them.
  FolderPath(const trace::Arena& arena, plan::InstanceId instance);

  [[nodiscard]] const char* c_str() const { return path_.data(); }
  [[nodiscard]] std::string_view text() const { return path_.data(); }

 private:
  void put(std::string_view part);

  std::array<char, 512> path_{};
  std::size_t used_ = 0;
};

// "PROCESSION_PROCESS=NONCE-": so begin the marks of all programs of a job.
class JobMark {
 public:
  explicit JobMark(const trace::Arena& arena);
  [[nodiscard]] std::string_view text() const { return {text_.data(), used_}; }

 protected:
  void put(std::string_view part);

  std::array<char, 80> text_{};
  std::size_t used_ = 0;
};

// "PROCESSION_PROCESS=NONCE-RUN-INSTANCE": in the environment of a program, and so of what it
// starts.
class ProcessMark : public JobMark {
 public:
  ProcessMark(const trace::Arena& arena, std::uint32_t run, plan::InstanceId instance);
  [[nodiscard]] char* c_str() { return text_.data(); }
  // With its end, so that none is the beginning of another one.
  [[nodiscard]] std::string_view text() const { return {text_.data(), used_ + 1}; }
};

}  // namespace procession::player
