// SPDX-License-Identifier: MIT
#include "harness/player/recorder.h"

#include "harness/base/time.h"
#include "harness/player/self.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace procession::player {

namespace {

using trace::Chunk;
using trace::Line;

// A chunk of the own chain and its place in it, so that a line need not be looked for from the
// first one on. It stands in the slot, which is written anyway, as one word: a handler may move it
// at any time.
struct Bookmark {
  std::uint32_t ordinal = 0;
  std::uint32_t chunk = 0;  // 0 = none
};

Bookmark bookmark() {
  return std::bit_cast<Bookmark>(self().slot().bookmark.load(std::memory_order_relaxed));
}
void set_bookmark(Bookmark mark) {
  self().slot().bookmark.store(std::bit_cast<std::uint64_t>(mark), std::memory_order_relaxed);
}

Line lost_line;

void count_lost() {
  self().arena.header().lost.fetch_add(1, std::memory_order_relaxed);
  this_run().flags.fetch_or(trace::Run::kLost, std::memory_order_relaxed);
}

// A fresh chunk, clean; 0 if there is none. The look before the increment keeps the counter of a
// full arena from growing until it wraps.
std::uint32_t take_chunk() {
  trace::Header& header = self().arena.header();
  if (header.next_chunk.load(std::memory_order_relaxed) >= header.chunk_capacity) {
    return 0;
  }
  const std::uint32_t taken = header.next_chunk.fetch_add(1, std::memory_order_relaxed);
  if (taken >= header.chunk_capacity) {
    return 0;
  }
  Chunk& chunk = self().arena.chunk(taken);
  chunk.next.store(0, std::memory_order_relaxed);
  for (Line& line : chunk.lines) {
    line.state.store(Line::Free, std::memory_order_relaxed);
  }
  return taken;
}

// The chunk behind `link`, made if there is none yet; 0 if there is no room. A handler that comes
// in between may have made it first: then ours stays unused.
std::uint32_t follow(std::atomic<std::uint32_t>& link) {
  std::uint32_t next = link.load(std::memory_order_acquire);
  if (next != 0) {
    return next;
  }
  const std::uint32_t fresh = take_chunk();
  if (fresh == 0) {
    return 0;
  }
  return link.compare_exchange_strong(next, fresh, std::memory_order_acq_rel) ? fresh : next;
}

std::uint32_t chunk_at(std::uint32_t ordinal) {
  Bookmark mark = bookmark();
  if (mark.chunk == 0 || mark.ordinal > ordinal) {
    mark = {0, follow(self().slot().first_chunk)};
  }
  while (mark.chunk != 0 && mark.ordinal < ordinal) {
    mark = {mark.ordinal + 1, follow(self().arena.chunk(mark.chunk).next)};
  }
  if (mark.chunk != 0) {
    set_bookmark(mark);
  }
  return mark.chunk;
}

Line& reserve_line() {
  const std::uint32_t index = self().slot().lines.fetch_add(1, std::memory_order_relaxed);
  const std::uint32_t chunk = chunk_at(index / Chunk::kLines);
  if (chunk == 0) {
    count_lost();
    return lost_line;
  }
  return self().arena.chunk(chunk).lines[index % Chunk::kLines];
}

Line& fill_line(Line::Kind kind, plan::StepId step) {
  Line& line = reserve_line();
  line.kind = kind;
  line.step = step;
  line.error = 0;
  line.ret = 0;
  line.answer = 0;
  line.cause_slot = trace::kNoSlot;
  line.cause_line = trace::kEndLine;
  line.call = base::now().ns;
  return line;
}

}  // namespace

trace::Line& open_line(plan::StepId step) {
  Line& line = fill_line(Line::Step, step);
  line.state.store(Line::Open, std::memory_order_release);
  return line;
}

void close_line(trace::Line& line, scenario::Symbol error, std::int64_t answer) {
  line.error = error;
  line.answer = answer;
  line.ret = base::now().ns;
  line.state.store(Line::Done, std::memory_order_release);
}

void note(trace::Line::Kind kind, plan::StepId step, std::int64_t answer) {
  Line& line = fill_line(kind, step);
  line.answer = answer;
  line.ret = line.call;
  line.state.store(Line::Done, std::memory_order_release);
}

std::int64_t note_sample(plan::StepId step, std::int64_t (*read)()) {
  Line& line = fill_line(Line::Sample, step);
  line.answer = read();
  line.ret = base::now().ns;
  line.state.store(Line::Done, std::memory_order_release);
  return line.answer;
}

TextRoom take_text(std::size_t size) {
  const trace::Arena& arena = self().arena;
  std::atomic<std::uint32_t>& next = arena.header().next_text;
  std::uint32_t offset = next.load(std::memory_order_relaxed);
  do {
    if (size > arena.header().text_capacity - offset) {
      count_lost();
      return {};
    }
  } while (!next.compare_exchange_weak(offset, offset + static_cast<std::uint32_t>(size),
                                       std::memory_order_relaxed));
  return {arena.text() + offset, offset, static_cast<std::uint32_t>(size)};
}

std::int64_t keep_text(std::string_view text) {
  const TextRoom room = take_text(text.size());
  std::copy_n(text.data(), room.size, room.data);
  return room.answer(room.size);
}

}  // namespace procession::player
