// SPDX-License-Identifier: MIT
#include "harness/trace/read_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string_view>

namespace procession::trace {
namespace {

using testing::ElementsAre;

// An arena in plain memory: two runs of two instances, and helpers that write as players do.
class ReadRecord : public testing::Test {
 protected:
  ReadRecord() {
    const Arena::Sizes sizes{.runs = 2, .slots = 8, .words = 8, .chunks = 8, .text = 64, .plan = 8};
    const std::size_t pages = Arena::bytes_needed(sizes) / sizeof(Page);
    memory_ = std::make_unique<Page[]>(pages);
    arena_ = Arena::lay_out(memory_[0].bytes, sizes, 1);
    arena_.header().slots_per_run = 2;
    arena_.run(kRun).started = 100;
    arena_.run(kRun).ended = 900;
  }

  Slot& begin(std::uint32_t instance, std::int32_t pid) {
    Slot& slot = arena_.slot_of(kRun, instance);
    slot.pid = pid;
    slot.begin = 110;
    slot.state = Slot::Began;
    return slot;
  }

  Line& add_line(std::uint32_t instance, Line::State state, std::uint32_t step) {
    Slot& slot = arena_.slot_of(kRun, instance);
    const std::uint32_t index = slot.lines++;
    std::atomic<std::uint32_t>* link = &slot.first_chunk;
    for (std::uint32_t i = 0; i < index / Chunk::kLines; ++i) {
      link = &arena_.chunk(*link).next;
    }
    if (*link == 0) {
      *link = arena_.header().next_chunk++;
    }
    Line& line = arena_.chunk(*link).lines[index % Chunk::kLines];
    line.state = state;
    line.step = step;
    line.call = 200;
    line.ret = 300;
    line.cause_slot = kNoSlot;
    return line;
  }

  static void reap(Slot& slot, std::int32_t status, std::uint32_t by) {
    slot.status = status;
    slot.reaper = by;
    slot.dead_seen = 800;
    slot.state = Slot::Reaped;
  }

  [[nodiscard]] std::uint32_t slot_index(std::uint32_t instance) const {
    return kRun * arena_.header().slots_per_run + instance;
  }

  [[nodiscard]] Record read() const { return read_record(arena_, kRun, 7, key_); }

  static constexpr std::uint32_t kRun = 1;
  struct alignas(4096) Page {
    std::byte bytes[4096]{};
  };
  std::unique_ptr<Page[]> memory_;
  Arena arena_;
  ReadingKey key_{{kNoSlot, 0}, {false, true}};  // main starts the other; step 1 answers text
};

TEST_F(ReadRecord, TellsTheEarliestObservationOfADeath) {
  reap(begin(0, 20), 0, Slot::kByZygote);
  Slot& watched = begin(1, 21);
  watched.end_seen = 500;
  reap(watched, 0, slot_index(0));
  EXPECT_EQ(read().processes[0].dead_seen, base::Instant{800});
  EXPECT_EQ(read().processes[1].dead_seen, base::Instant{500});
  watched.end_seen = 850;  // the warden was late
  EXPECT_EQ(read().processes[1].dead_seen, base::Instant{800});
  watched.dead_seen = 0;  // the kernel has reaped it
  EXPECT_EQ(read().processes[1].dead_seen, base::Instant{850});
}

TEST_F(ReadRecord, TellsTheRunAndWhoReapedWhom) {
  reap(begin(0, 20), 0, Slot::kByZygote);
  reap(begin(1, 21), signal_status(9, false), slot_index(0));

  const Record record = read();
  EXPECT_EQ(record.run, 7u);
  EXPECT_EQ(record.started.ns, 100);
  EXPECT_EQ(record.ended->ns, 900);
  EXPECT_TRUE(record.complete);
  ASSERT_EQ(record.processes.size(), 2u);
  EXPECT_EQ(record.processes[0].reaper, Process::Reaper::Zygote);
  EXPECT_EQ(record.processes[0].status, 0);
  EXPECT_EQ(record.processes[1].reaper, Process::Reaper::Starter);
  EXPECT_EQ(record.processes[1].reaped_by, 0u);
  EXPECT_EQ(status_signal(*record.processes[1].status), 9);
  EXPECT_EQ(record.processes[1].dead_seen->ns, 800);
}

TEST_F(ReadRecord, AProcessThatWasNeverMadeIsEmpty) {
  reap(begin(0, 20), 0, Slot::kByZygote);
  Slot& failed = arena_.slot_of(kRun, 1);
  failed.state = Slot::Reserved;
  failed.flags = Slot::kStartFailed;
  EXPECT_FALSE(read().processes[1].started);
}

TEST_F(ReadRecord, AnOpenLineHasNoReturnAndATextIsCopied) {
  begin(0, 20);
  std::memcpy(arena_.text() + 3, "hello", 5);
  add_line(0, Line::Done, 1).answer = pack_text(3, 5);
  add_line(0, Line::Done, 1).answer = INT64_MIN;  // end of file
  add_line(0, Line::Open, 0);

  const Record record = read();
  const std::vector<Event>& events = record.processes[0].events;
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].text, "hello");
  EXPECT_EQ(events[1].text, "");
  EXPECT_EQ(events[2].call.ns, 200);
  EXPECT_FALSE(events[2].returned);
}

// Who lives when the harness ends a run may see others die by its hand.
TEST_F(ReadRecord, WhatCameAfterTheCutIsNoEvent) {
  begin(0, 20);
  add_line(0, Line::Done, 0);            // 200 to 300
  add_line(0, Line::Done, 0).ret = 600;  // a wait that only the cut has ended
  add_line(0, Line::Done, 0).call = 600;
  begin(1, 21).begin = 550;
  arena_.run(kRun).flags = Run::kTimedOut;
  arena_.run(kRun).cut = 500;

  const Record record = read();
  const std::vector<Event>& events = record.processes[0].events;
  ASSERT_EQ(events.size(), 2u);
  EXPECT_TRUE(events[0].returned);
  EXPECT_FALSE(events[1].returned);
  EXPECT_FALSE(record.processes[1].began);
  EXPECT_TRUE(record.processes[1].left);
}

TEST_F(ReadRecord, FollowsTheChainOfChunks) {
  begin(0, 20);
  for (std::uint32_t i = 0; i < 2 * Chunk::kLines + 1; ++i) {
    add_line(0, Line::Done, 0).answer = i;
  }
  const Record record = read();
  ASSERT_EQ(record.processes[0].events.size(), 2 * Chunk::kLines + 1);
  EXPECT_EQ(record.processes[0].events.back().answer, 2 * Chunk::kLines);
}

TEST_F(ReadRecord, CausesPointAtEventsThoughReservedLinesAreSkipped) {
  begin(0, 20);
  begin(1, 21);
  add_line(0, Line::Free, 0);  // its process was killed right there
  add_line(0, Line::Done, 0);
  Line& caused = add_line(1, Line::Done, 0);
  caused.cause_slot = slot_index(0);
  caused.cause_line = 1;
  Line& by_end = add_line(1, Line::Done, 0);
  by_end.cause_slot = slot_index(0);
  by_end.cause_line = kEndLine;
  Line& astray = add_line(1, Line::Done, 0);
  astray.cause_slot = slot_index(0);
  astray.cause_line = 0;

  const Record record = read();
  ASSERT_EQ(record.processes[0].events.size(), 1u);
  const std::vector<Event>& events = record.processes[1].events;
  EXPECT_EQ(events[0].cause.instance, 0u);
  EXPECT_EQ(events[0].cause.line, 0u);
  EXPECT_EQ(events[1].cause.line, kEndLine);
  EXPECT_EQ(events[2].cause.instance, kNoSlot);
}

TEST_F(ReadRecord, MissingEventsAreDamage) {
  begin(0, 20);
  add_line(0, Line::Done, 0);
  arena_.slot_of(kRun, 0).lines += Chunk::kLines;  // the chunk for the last line is missing
  const Record record = read();
  EXPECT_FALSE(record.complete);
  EXPECT_THAT(record.damage, testing::HasSubstr("events were lost"));
}

TEST_F(ReadRecord, TheLineThatAKilledProcessWasAboutToOpenIsNoDamage) {
  Slot& killed = begin(0, 20);
  killed.lines = 1;
  reap(killed, signal_status(9, false), Slot::kByZygote);
  EXPECT_TRUE(read().complete);
}

TEST_F(ReadRecord, FlagsOfTheRunBecomeFacts) {
  begin(0, 20).flags = Slot::kLeft | Slot::kParentGone;
  begin(1, 21).flags = Slot::kSurvived;
  arena_.run(kRun).flags = Run::kTimedOut | Run::kStopped | Run::kForeign;
  arena_.run(kRun).foreign = 2;

  const Record record = read();
  EXPECT_TRUE(record.timed_out);
  EXPECT_TRUE(record.stopped);
  EXPECT_EQ(record.foreign, 2u);
  EXPECT_TRUE(record.processes[0].left);
  EXPECT_TRUE(record.processes[0].parent_gone);
  EXPECT_TRUE(record.processes[1].survived);
}

TEST_F(ReadRecord, ARunThatHasNotEndedIsDamaged) {
  arena_.run(kRun).ended = 0;
  EXPECT_FALSE(read().complete);
  EXPECT_FALSE(read().ended);
}

TEST_F(ReadRecord, BelievesNoIndexOutOfRange) {
  Slot& slot = begin(0, 20);
  slot.lines = 1;
  slot.first_chunk = 4'000'000;
  EXPECT_FALSE(read().complete);

  slot.first_chunk = 0;
  slot.lines = 0;
  add_line(0, Line::Done, 1).answer = pack_text(60, 5);  // the text ends at 64
  EXPECT_FALSE(read().complete);
}

}  // namespace
}  // namespace procession::trace
