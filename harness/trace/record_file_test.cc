// SPDX-License-Identifier: MIT
#include "harness/trace/record_file.h"

#include "harness/base/hash.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace procession::trace {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

RecordHead head() {
  RecordHead head;
  head.procession = "0.1.0";
  head.started = "2026-01-02T03:04:05Z";
  head.command = "procession run a.yaml --record here";
  head.machine = {{"kernel", "Linux 6.18"}, {"cpus", "2"}};
  head.file = "a.yaml";
  head.text = "scenario: a\n";
  head.id = "a.yaml[way=b]";
  head.seed = 7;
  head.runs_wanted = 2;
  head.timeout = std::chrono::seconds(10);
  head.plan = 0x0123'4567'89AB'CDEF;
  return head;
}

RecordEnd end_after(std::uint32_t runs) {
  RecordEnd end;
  end.runs = runs;
  end.wall = std::chrono::milliseconds(3);
  return end;
}

// Every member has a value that it does not have by default.
Record full_record() {
  Event event;
  event.kind = Line::Got;
  event.step = 3;
  event.call = {10};
  event.returned = base::Instant{11};
  event.error = -4;
  event.answer = INT64_MIN;
  event.text = std::string("any bytes: \0\xFF\n", 14);
  event.place = 5;
  event.cause = {1, kEndLine};
  Event open;
  open.call = {12};
  Process process;
  process.started = process.began = process.survived = process.left = process.parent_gone = true;
  process.pid = 17;
  process.ppid = 16;
  process.begin = {9};
  process.dead_seen = base::Instant{20};
  process.status = signal_status(9, true);
  process.reaper = Process::Reaper::Other;
  process.reaped_by = 2;
  process.left_behind = 3;
  process.left_behind_name = "worker";
  process.output_cut = true;
  process.events = {event, open};
  Record record;
  record.run = 1;
  record.started = {5};
  record.ended = base::Instant{30};
  record.timed_out = record.stopped = true;
  record.complete = false;
  record.damage = "events were lost";
  record.foreign = 2;
  record.warden_pid = 1;
  record.zygote_pid = 2;
  record.processes = {process, Process()};
  LoadPhase phase;
  phase.counts.begin = 1;
  phase.counts.end = 2;
  phase.counts.due = phase.counts.sent = 3;
  phase.counts.dropped = 4;
  phase.counts.answered = 5;
  phase.counts.unfinished = 6;
  phase.counts.ended = 7;
  phase.counts.failed = {1, 2, 3, 4, 5, 6, 7, 8};
  phase.counts.bytes = 9;
  phase.counts.besides = 2;
  phase.counts.population_ns = 10;
  phase.counts.think_ns = 11;
  phase.counts.at_least = {6, 7, 8, 9, 10};
  phase.counts.least_unfinished = {1, 2, 3, 4, 5};
  phase.series = {{1, 3, {{1, 2}, {3, 4}}}};
  record.loads = {{2, 100, {1, 0, 3}, {phase}}, Load()};
  return record;
}

std::string file_of(const std::vector<Record>& runs) {
  RecordWriter writer;
  std::string bytes = writer.head(head());
  for (const Record& run : runs) {
    bytes += writer.run(run);
  }
  return bytes + writer.end(end_after(static_cast<std::uint32_t>(runs.size())));
}

std::string error_of(std::string_view bytes) {
  const base::Result<RecordReader> reader = RecordReader::open(bytes);
  return reader ? "" : reader.error().message;
}

void expect_equal(const Event& a, const Event& b) {
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.step, b.step);
  EXPECT_EQ(a.call, b.call);
  EXPECT_EQ(a.returned, b.returned);
  EXPECT_EQ(a.error, b.error);
  EXPECT_EQ(a.answer, b.answer);
  EXPECT_EQ(a.text, b.text);
  EXPECT_EQ(a.place, b.place);
  EXPECT_EQ(a.cause.instance, b.cause.instance);
  EXPECT_EQ(a.cause.line, b.cause.line);
}

TEST(RecordFile, KeepsEverything) {
  const Record before = full_record();
  const std::string bytes = file_of({before, Record()});
  base::Result<RecordReader> reader = RecordReader::open(bytes);
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ(reader->head(), head());
  EXPECT_EQ(reader->end(), end_after(2));
  ASSERT_EQ(reader->runs(), 2u);
  const auto run = reader->next();
  ASSERT_TRUE(run && *run);
  const Record& after = **run;
  EXPECT_EQ(after.run, 1u);
  EXPECT_EQ(after.started, before.started);
  EXPECT_EQ(after.ended, before.ended);
  EXPECT_TRUE(after.timed_out && after.stopped && !after.complete);
  EXPECT_EQ(after.damage, before.damage);
  EXPECT_EQ(after.foreign, 2u);
  EXPECT_EQ(after.warden_pid, 1);
  EXPECT_EQ(after.zygote_pid, 2);
  ASSERT_EQ(after.processes.size(), 2u);
  const Process& process = after.processes[0];
  EXPECT_TRUE(process.started && process.began && process.survived && process.left &&
              process.parent_gone);
  EXPECT_EQ(process.pid, 17);
  EXPECT_EQ(process.ppid, 16);
  EXPECT_EQ(process.begin, before.processes[0].begin);
  EXPECT_EQ(process.dead_seen, before.processes[0].dead_seen);
  EXPECT_EQ(process.status, before.processes[0].status);
  EXPECT_EQ(process.reaper, Process::Reaper::Other);
  EXPECT_EQ(process.reaped_by, 2u);
  ASSERT_EQ(process.events.size(), 2u);
  expect_equal(process.events[0], before.processes[0].events[0]);
  expect_equal(process.events[1], before.processes[0].events[1]);
  // The same bytes once more: nothing that is read differs from what was written.
  EXPECT_EQ(file_of({after, Record()}), bytes);
  const auto second = reader->next();
  ASSERT_TRUE(second && *second);
  const auto third = reader->next();
  EXPECT_TRUE(third && !*third);
}

// A file of this version stays readable: its bytes do not change by accident.
TEST(RecordFile, OfVersion3HasTheseBytes) {
  EXPECT_EQ(base::hash_of(file_of({full_record()})), 3212333036848836231u);
}

TEST(RecordFile, CutOffAnywhereIsTold) {
  const std::string bytes = file_of({full_record()});
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    ASSERT_EQ(error_of(std::string_view(bytes).substr(0, size)), "is cut off: it has no end")
        << size;
  }
}

TEST(RecordFile, AlteredAnywhereIsTold) {
  const std::string bytes = file_of({full_record()});
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string altered = bytes;
    altered[at] = static_cast<char>(altered[at] ^ 0x10);
    ASSERT_THAT(error_of(altered), AnyOf(StartsWith("is damaged"), StartsWith("is cut off"),
                                         StartsWith("is no Record"), StartsWith("has format")))
        << at;
  }
}

TEST(RecordFile, OfAnotherKindIsTold) {
  EXPECT_EQ(error_of(""), "is no Record file");
  EXPECT_EQ(error_of("scenario: not this\n"), "is no Record file");
  EXPECT_EQ(error_of(file_of({}) + "x"),
            "is damaged: what follows its end is not what was written");
}

TEST(RecordFile, OfAnotherVersionIsTold) {
  std::string bytes = file_of({});
  bytes[8] = 2;
  EXPECT_EQ(error_of(bytes), "has format version 2; this procession reads version 3");
}

TEST(RecordFile, WithRunsThatChangedPlacesIsTold) {
  Record first;
  Record second;
  second.run = 1;
  RecordWriter writer;
  const std::string front = writer.head(head());
  const std::string one = writer.run(first);
  const std::string two = writer.run(second);
  const std::string back = writer.end(end_after(2));
  EXPECT_EQ(error_of(front + one + two + back), "");
  EXPECT_THAT(error_of(front + two + one + back), HasSubstr("damaged"));
  EXPECT_THAT(error_of(front + one + back), HasSubstr("damaged"));
}

// The hash says that nothing happened by accident, not that nobody meant harm.
TEST(RecordFile, ThatLiesWithARightHashIsStillNotBelieved) {
  const std::string good = RecordWriter().run(full_record());
  std::mt19937 random(1);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string body = good.substr(12, good.size() - 20);
    for (int k = 0; k < 3; ++k) {
      body[random() % body.size()] = static_cast<char>(random());
    }
    // As the writer does, with a body of its own.
    RecordWriter writer;
    std::string bytes = writer.head(head());
    const std::string front = good.substr(0, 12);
    std::uint64_t hash = base::hash_of(bytes.substr(0, 12));
    hash = base::hash_of(bytes.substr(12, bytes.size() - 20), hash);
    const std::uint64_t of_run = base::hash_of(front + body, hash);
    bytes += front + body + std::string(reinterpret_cast<const char*>(&of_run), sizeof of_run);
    RecordWriter last;
    const std::string end = last.end(end_after(1));
    const std::uint64_t of_end = base::hash_of(end.substr(0, end.size() - 8), of_run);
    bytes += end.substr(0, end.size() - 8) +
             std::string(reinterpret_cast<const char*>(&of_end), sizeof of_end);
    base::Result<RecordReader> reader = RecordReader::open(bytes);
    ASSERT_TRUE(reader) << reader.error().message;
    refused += reader->next() ? 0 : 1;  // and what is taken is a Record, whatever it says
  }
  EXPECT_GT(refused, 100);
}

TEST(RecordFile, OfAMillionEventsComesBackWhole) {
  Record record;
  record.processes.resize(10);
  std::int64_t clock = 0;
  for (Process& process : record.processes) {
    process.events.resize(100'000);
    for (Event& event : process.events) {
      event.call = {++clock};
      event.returned = base::Instant{++clock};
    }
  }
  const std::string bytes = file_of({record});
  base::Result<RecordReader> reader = RecordReader::open(bytes);
  ASSERT_TRUE(reader);
  const auto run = reader->next();
  ASSERT_TRUE(run && *run);
  EXPECT_EQ((*run)->processes[9].events.back().returned, base::Instant{clock});
}

}  // namespace
}  // namespace procession::trace
