// SPDX-License-Identifier: MIT
#include "harness/trace/arena.h"

namespace procession::trace {

namespace {

constexpr std::uint64_t kPage = 4096;

// Hands out parts of the arena one behind the other, each on a page of its own.
class Layout {
 public:
  std::uint64_t take(std::uint64_t items, std::uint64_t item_size) {
    const std::uint64_t here = end_;
    end_ = (end_ + items * item_size + kPage - 1) / kPage * kPage;
    return here;
  }
  [[nodiscard]] std::uint64_t end() const { return end_; }

 private:
  std::uint64_t end_ = 0;
};

// What every process writes comes first and close together, so that few page tables span it; what
// grows comes after it. The plan, which is mapped read-only, comes last: so the rest is one
// mapping, and each fork copies one less. A process that reads its first page of this has the
// kernel map those behind it, too, as far as they are in use; so behind the header comes what
// seldom is.
Layout lay_out_parts(Header& header, const Arena::Sizes& sizes) {
  Layout layout;
  layout.take(1, sizeof(Header));
  header.words_offset = layout.take(sizes.words, sizeof(std::uint32_t));
  header.runs_offset = layout.take(sizes.runs, sizeof(Run));
  header.slots_offset = layout.take(sizes.slots, sizeof(Slot));
  header.chunks_offset = layout.take(sizes.chunks, sizeof(Chunk));
  header.text_offset = layout.take(sizes.text, 1);
  header.plan_offset = layout.take(sizes.plan, 1);
  return layout;
}

}  // namespace

std::uint64_t Arena::bytes_needed(const Sizes& sizes) {
  Header header{};
  return lay_out_parts(header, sizes).end();
}

Arena Arena::lay_out(std::byte* bytes, const Sizes& sizes, std::uint64_t nonce) {
  Header& header = *reinterpret_cast<Header*>(bytes);
  header.size = lay_out_parts(header, sizes).end();
  header.run_capacity = sizes.runs;
  header.slot_capacity = sizes.slots;
  header.word_capacity = sizes.words;
  header.chunk_capacity = sizes.chunks;
  header.text_capacity = sizes.text;
  header.plan_capacity = sizes.plan;
  header.nonce = nonce;
  header.player_fd = -1;
  header.arena_fd = -1;
  header.next_chunk.store(1, std::memory_order_relaxed);
  header.magic = Header::kMagic;
  return Arena(bytes);
}

}  // namespace procession::trace
