// SPDX-License-Identifier: MIT
#pragma once
// What an arena's shared memory is called. /proc shows the name of what a process has mapped and
// opened, so it tells the processes of a job from all others. No heap.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace procession::run {

class ArenaName {
 public:
  explicit ArenaName(std::uint64_t nonce) {
    for (std::size_t i = 0; i < kDigits; ++i) {
      text_[kPrefix.size() + i] = "0123456789abcdef"[(nonce >> (4 * i)) & 0xF];
    }
  }
  [[nodiscard]] const char* c_str() const { return text_; }
  [[nodiscard]] std::string_view view() const { return {text_, kPrefix.size() + kDigits}; }

 private:
  static constexpr std::string_view kPrefix = "procession-arena-";
  static constexpr std::size_t kDigits = 16;
  char text_[kPrefix.size() + kDigits + 1] = "procession-arena-";
};

}  // namespace procession::run
