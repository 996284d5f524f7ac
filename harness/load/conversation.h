// SPDX-License-Identifier: MIT
#pragma once
// What a server does with the bytes of one connection, and nothing of how it waits for them: every
// handler receives into `room`, sends what `reply` returns, and at the end of the input what
// `rest` returns. A stream has no messages: whatever has come is answered, but for half a letter at
// its end, so nothing grows with the length of a text.
//
// Plain data, zero = a new connection. The buffer is the caller's; nothing is kept in it from one
// reply to the next, so one buffer may serve all connections of a thread.

#include "harness/load/answer.h"

#include <algorithm>

namespace procession::load {

// How much is received at a time. Untouched parts of a buffer cost no memory.
inline constexpr std::size_t kBufferSize = 64 * 1024;
using Buffer = std::span<char, kBufferSize>;

class Conversation {
 public:
  // Where in the buffer to receive next.
  [[nodiscard]] std::span<char> room(Buffer buffer) const { return buffer.subspan(kept_); }

  // The answer to what is kept and the `received` bytes that have come into `room`.
  [[nodiscard]] std::span<char> reply(Buffer buffer, std::size_t received, Answer answer) {
    const std::span<char> text = buffer.first(rest(buffer).size() + received);
    const std::size_t done = answer(text);
    kept_ = static_cast<unsigned char>(text.size() - done);
    std::copy_n(text.data() + done, kept_, half_letter_);
    return text.first(done);
  }

  // What is answered when nothing more comes: what is kept, as it is.
  [[nodiscard]] std::span<char> rest(Buffer buffer) const {
    std::copy_n(half_letter_, kept_, buffer.data());
    return buffer.first(kept_);
  }

 private:
  unsigned char kept_ = 0;
  char half_letter_[kMostKept] = {};
};

}  // namespace procession::load
