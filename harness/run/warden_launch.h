// SPDX-License-Identifier: MIT
#pragma once
// The launch contract between the tool and the two programs that keep a job's processes together,
// both of them `procession-player`:
//
//   procession-player warden namespace|sweep     the warden: supervises one job (warden.h)
//   procession-player janitor                    ends what a killed warden left behind (janitor.h)
//
// They find their descriptors at fixed numbers, and nothing else is open but stdin and stdout on
// /dev/null and the tool's stderr. What the tool and the warden, and the warden and its zygote, say
// to each other are Messages on sequenced-packet sockets; all else stands in the arena. End of file
// on a socket means that the other side has ended.

#include <cstdint>

namespace procession::run {

inline constexpr int kSocketFd = 3;   // warden: to the tool
inline constexpr int kArenaFd = 4;    // also in every player: Header::arena_fd
inline constexpr int kProgramFd = 5;  // of procession-player; also in every player
inline constexpr int kLeaseFd = 6;    // a pipe; warden: its write end; janitor: its read end

// What may go wrong in a warden beyond what a Record can say.
enum class Trouble : std::int32_t {
  None,
  SetUp,          // of itself: session, reaper, signals
  MapArena,       //
  MakeZygote,     // fork refused
  ForkMain,       // fork refused to the zygote; the run did not take place
  EndProcesses,   // some process of the run would not end
  WatchPrograms,  // no socket to be told of programs at
};

struct Message {
  enum Kind : std::uint32_t {
    Ready,    // warden → tool: set up, or not (`trouble`)
    Play,     // tool → warden → zygote: play the batch that the arena's header describes
    Stop,     // tool → warden: end the batch now, and in it the run that is being played
    Settle,   // zygote → warden: main has ended, others of the run have not all been reaped
    Settled,  // warden → zygote: nothing of the run lives
    Played,   // zygote → warden → tool: the batch has ended after Header::runs_done runs
  };
  Kind kind = Ready;
  Trouble trouble = Trouble::None;
  std::int32_t error = 0;  // errno
};

}  // namespace procession::run
