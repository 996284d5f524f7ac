// SPDX-License-Identifier: MIT
#pragma once
// Messages: what the clients of a load send, and what must come back. A message is a text of
// letters alone, so that a server may change them to upper case: 16 letters that say which request
// of which connection of which client it is, and how they must fit together; then a part of a text
// that was drawn by lot once, which part depends on the request; then, for sizes that are no
// multiple of 8, a few letters `z`. Of a size below 16 the first letters of that.
//
// Nothing is copied: a message is a list of parts that lie in memory already, and a reply is
// compared as it comes, piece by piece.

#include "harness/load/pages.h"
#include "harness/load/workload.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <sys/uio.h>

namespace procession::load {

// Which request: the client and the connection are numbers within the scenario and the client, the
// sequence goes on over new connections.
struct Identity {
  std::uint32_t client = 0;
  std::uint32_t connection = 0;
  std::uint32_t sequence = 0;

  // So much of it as is told by the letters of a message.
  [[nodiscard]] constexpr Identity as_told() const {
    return {client & 0xFFF, connection & 0xF'FFFF, sequence & 0xFF'FFFF};
  }
  friend bool operator==(const Identity&, const Identity&) = default;
};

inline constexpr std::size_t kIdentityLetters = 16;

// The parts of a message, and of what a protocol puts round it.
class Parts {
 public:
  void add(const char* data, std::size_t size) {
    if (size != 0) {
      parts_[count_++] = {const_cast<char*>(data), size};
      size_ += size;
    }
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  // What lies behind the first `done` bytes, at most as many as fit in; the number of entries.
  std::size_t behind(std::size_t done, std::span<iovec> into) const;
  // Whether `bytes` are what stands from `at` on; they do not go beyond the end.
  [[nodiscard]] bool matches(std::size_t at, std::span<const char> bytes) const;

 private:
  std::array<iovec, 5> parts_ = {};
  std::size_t count_ = 0;
  std::size_t size_ = 0;
};

class Messages {
 public:
  explicit Messages(const Workload& work);
  [[nodiscard]] bool has_room() const { return static_cast<bool>(pages_); }

  [[nodiscard]] std::size_t size_of(std::uint32_t sequence) const {
    return work_.sizes.size() == 1 ? work_.sizes[0] : work_.sizes[sequence % work_.sizes.size()];
  }
  // Adds the text of a request, and of its reply, to `parts`. The letters that identify it are put
  // into `identity`, which must outlive the parts.
  using Letters = std::array<char, kIdentityLetters>;
  void add_request(const Identity& who, Letters& identity, Parts& parts) const;
  void add_reply(const Identity& who, Letters& identity, Parts& parts) const;

  // Whose reply begins with these letters; none if it is nobody's.
  [[nodiscard]] static std::optional<Identity> identity_in(std::span<const char> letters);

 private:
  void add(const Identity& who, const Letters& identity, std::span<const char> text,
           const char* filling, Parts& parts) const;
  static void spell(const Identity& who, char first, Letters& letters);

  Workload work_;
  Pages pages_;
  std::span<char> sent_;   // the text of requests
  std::span<char> comes_;  // and what the server makes of it
};

}  // namespace procession::load
