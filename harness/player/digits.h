// SPDX-License-Identifier: MIT
#pragma once
// A number as decimal text, without a heap.

#include <charconv>
#include <cstdint>
#include <string_view>

namespace procession::player {

class Digits {
 public:
  template <class Integer>
  explicit Digits(Integer number) {
    // The widest number has 20 characters, so this cannot fail; the last byte stays zero.
    end_ = std::to_chars(text_, text_ + sizeof text_ - 1, number).ptr;
  }
  Digits(const Digits&) = delete;
  Digits& operator=(const Digits&) = delete;

  [[nodiscard]] std::string_view text() const { return {text_, end_}; }
  [[nodiscard]] char* c_str() { return text_; }

 private:
  char text_[24] = {};
  const char* end_;
};

}  // namespace procession::player
