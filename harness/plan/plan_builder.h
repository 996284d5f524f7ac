// SPDX-License-Identifier: MIT
#pragma once
// PlanBuilder: collects a Plan's arrays and lays them out as one block of bytes. Used by make_plan
// and by tests that want a Plan without a file. The arrays are open: fill them, then `build`.

#include "harness/plan/plan.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace procession::plan {

// A Plan together with its bytes. Moving it leaves the bytes where they are.
class OwnedPlan {
 public:
  OwnedPlan() = default;
  [[nodiscard]] Plan view() const { return Plan({bytes_.get(), size_}); }
  [[nodiscard]] explicit operator bool() const { return bytes_ != nullptr; }

 private:
  friend class PlanBuilder;
  std::unique_ptr<std::byte[]> bytes_;
  std::size_t size_ = 0;
};

class PlanBuilder {
 public:
  Header header;  // sizes and offsets are filled in by `build`
  std::vector<Instance> instances;
  std::vector<Step> steps;
  std::vector<Gate> gates;
  std::vector<Feed> feeds;
  std::vector<Piece> pieces;
  std::vector<Pipe> pipes;
  std::vector<Listener> listeners;
  std::vector<Load> loads;
  std::vector<std::uint32_t> ids;
  std::vector<scenario::Symbol> symbols;
  std::vector<TextRef> raised;
  std::vector<TextRef> variables;
  std::vector<Program> programs;
  std::vector<Range> texts;

  [[nodiscard]] TextRef text(std::string_view text);  // equal texts are kept once
  [[nodiscard]] std::string_view text_of(TextRef ref) const {
    return std::string_view(text_).substr(ref.offset, ref.size);
  }
  [[nodiscard]] std::size_t text_size() const { return text_.size(); }
  [[nodiscard]] Range literal(std::string_view text);  // as one piece
  [[nodiscard]] Range id_range(const std::vector<std::uint32_t>& values);
  [[nodiscard]] std::uint32_t new_word() { return header.word_count++; }

  [[nodiscard]] OwnedPlan build() const;

 private:
  std::string text_;
  std::unordered_map<std::string, TextRef> known_;
};

}  // namespace procession::plan
