// SPDX-License-Identifier: MIT
#pragma once
// The pipes of a scenario, at descriptors that every process knows: a pipe is made by one and used
// by those that it starts afterwards. Forked children have all that is open in their parent, fresh
// images too; which these are is this process's own knowledge, copied by a fork and looked up anew
// by a fresh image.

#include <cstddef>
#include <cstdint>
#include <span>

namespace procession::player {

inline constexpr std::uint32_t kMostPipes = 512;

// Opens both ends of pipe number `channel`. 0 or errno; EMFILE for a number beyond kMostPipes.
[[nodiscard]] int open_pipe(std::uint32_t channel);
// The descriptor of an end that is open here; −1 if it is not.
[[nodiscard]] int pipe_end(std::uint32_t channel, bool write_end);
// 0 or EBADF.
[[nodiscard]] int close_pipe_end(std::uint32_t channel, bool write_end);

// The descriptors of all open ends; returns how many. `into` has room for 2 · kMostPipes.
std::size_t list_open_pipes(std::span<int> into);
// A fresh image: the ends that it was given become its own, close-on-exec again.
void adopt_pipes();

}  // namespace procession::player
