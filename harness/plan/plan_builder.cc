// SPDX-License-Identifier: MIT
#include "harness/plan/plan_builder.h"

#include <cstring>
#include <type_traits>

namespace procession::plan {

namespace {

constexpr std::uint64_t kAlignment = 64;

// Gives each array its place behind the last one, then copies it there.
class Layout {
 public:
  template <class T>
  void place(Header::Array& where, std::span<const T> items) {
    static_assert(std::is_trivially_copyable_v<T>);
    size_ = (size_ + kAlignment - 1) / kAlignment * kAlignment;
    where = {size_, items.size()};
    parts_.push_back({size_, std::as_bytes(items)});
    size_ += items.size_bytes();
  }

  [[nodiscard]] std::uint64_t size() const { return size_; }

  void copy_to(std::byte* bytes) const {
    for (const Part& part : parts_) {
      if (!part.bytes.empty()) {
        std::memcpy(bytes + part.offset, part.bytes.data(), part.bytes.size());
      }
    }
  }

 private:
  struct Part {
    std::uint64_t offset;
    std::span<const std::byte> bytes;
  };
  std::vector<Part> parts_;
  std::uint64_t size_ = sizeof(Header);
};

}  // namespace

TextRef PlanBuilder::text(std::string_view text) {
  const auto [known, is_new] = known_.try_emplace(std::string(text));
  if (is_new) {
    known->second = {static_cast<std::uint32_t>(text_.size()),
                     static_cast<std::uint32_t>(text.size())};
    text_ += text;
  }
  return known->second;
}

Range PlanBuilder::literal(std::string_view words) {
  pieces.push_back({Piece::Kind::Literal, text(words), kNone});
  return {static_cast<std::uint32_t>(pieces.size() - 1), 1};
}

Range PlanBuilder::id_range(const std::vector<std::uint32_t>& values) {
  const Range range{static_cast<std::uint32_t>(ids.size()),
                    static_cast<std::uint32_t>(values.size())};
  ids.insert(ids.end(), values.begin(), values.end());
  return range;
}

OwnedPlan PlanBuilder::build() const {
  Header head = header;
  Layout layout;
  layout.place<Instance>(head.instances, instances);
  layout.place<Step>(head.steps, steps);
  layout.place<Gate>(head.gates, gates);
  layout.place<Feed>(head.feeds, feeds);
  layout.place<Piece>(head.pieces, pieces);
  layout.place<Pipe>(head.pipes, pipes);
  layout.place<Listener>(head.listeners, listeners);
  layout.place<Load>(head.loads, loads);
  layout.place<std::uint32_t>(head.ids, ids);
  layout.place<scenario::Symbol>(head.symbols, symbols);
  layout.place<TextRef>(head.raised, raised);
  layout.place<TextRef>(head.variables, variables);
  layout.place<Program>(head.programs, programs);
  layout.place<Range>(head.texts, texts);
  layout.place<char>(head.text, std::span(text_.data(), text_.size()));
  head.size = layout.size();

  OwnedPlan plan;
  plan.size_ = layout.size();
  plan.bytes_ = std::make_unique<std::byte[]>(plan.size_);
  std::memcpy(plan.bytes_.get(), &head, sizeof head);
  layout.copy_to(plan.bytes_.get());
  return plan;
}

}  // namespace procession::plan
