// SPDX-License-Identifier: MIT
#include "harness/trace/read_record.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace procession::trace {

namespace {

// Reads one run. Damage is noted once, by its first cause.
class RunReader {
 public:
  RunReader(const Arena& arena, std::uint32_t index, const ReadingKey& key)
      : arena_(arena), header_(arena.header()), index_(index), key_(key) {}

  Record read(std::uint32_t number) {
    const Run& run = arena_.run(index_);
    const std::uint32_t flags = run.flags.load(std::memory_order_acquire);
    record_.run = number;
    record_.started = {run.started};
    if (run.ended != 0) {
      record_.ended = base::Instant{run.ended};
    }
    cut_ = run.cut != 0 ? run.cut : INT64_MAX;
    record_.timed_out = (flags & Run::kTimedOut) != 0;
    record_.stopped = (flags & Run::kStopped) != 0;
    record_.foreign = run.foreign;
    record_.warden_pid = header_.warden_pid;
    record_.zygote_pid = header_.zygote_pid;
    note_damage_if((flags & Run::kZygoteDied) != 0, "the process that starts main died");
    note_damage_if((flags & Run::kCpuGone) != 0, "a CPU that `cpus` names was taken away");
    note_damage_if((flags & Run::kLost) != 0, "events were lost: the arena was full");
    note_damage_if(run.ended == 0, "the run has not ended");

    record_.processes.resize(key_.starters.size());
    read_lines_.resize(key_.starters.size());
    for (std::uint32_t i = 0; i < key_.starters.size(); ++i) {
      read_process(i);
    }
    settle_causes();
    return std::move(record_);
  }

 private:
  void note_damage_if(bool damaged, std::string_view why) {
    if (damaged && record_.complete) {
      record_.complete = false;
      record_.damage = why;
    }
  }

  void read_process(std::uint32_t instance) {
    const Slot& slot = arena_.slot_of(index_, instance);
    const std::uint32_t state = slot.state.load(std::memory_order_acquire);
    const std::uint32_t flags = slot.flags.load(std::memory_order_relaxed);
    Process& process = record_.processes[instance];
    process.started = state != Slot::Free && (flags & Slot::kStartFailed) == 0;
    if (!process.started) {
      return;
    }
    process.began = slot.begin != 0 && slot.begin < cut_;
    process.pid = slot.pid.load(std::memory_order_relaxed);
    process.ppid = slot.ppid;
    process.begin = {slot.begin};
    for (const std::int64_t seen : {slot.dead_seen, slot.end_seen}) {
      if (seen != 0 && (!process.dead_seen || seen < process.dead_seen->ns)) {
        process.dead_seen = base::Instant{seen};
      }
    }
    if (state == Slot::Reaped) {
      read_end(slot, flags, instance, process);
    }
    process.survived = (flags & Slot::kSurvived) != 0;
    process.left = (flags & Slot::kLeft) != 0 || slot.begin >= cut_;
    process.parent_gone = (flags & Slot::kParentGone) != 0;
    process.left_behind = slot.left_behind;
    process.left_behind_name.assign(slot.left_behind_name,
                                    ::strnlen(slot.left_behind_name, sizeof slot.left_behind_name));
    process.output_cut = (flags & Slot::kOutputCut) != 0;
    read_events(slot, instance, process);
  }

  void read_end(const Slot& slot, std::uint32_t flags, std::uint32_t instance, Process& process) {
    if ((flags & Slot::kStatusLost) != 0) {
      return;
    }
    process.status = slot.status;
    if (slot.reaper == Slot::kByWarden) {
      process.reaper = Process::Reaper::Warden;
    } else if (slot.reaper == Slot::kByZygote) {
      process.reaper = Process::Reaper::Zygote;
    } else if (const std::uint32_t reaper = instance_of(slot.reaper); reaper != kNoSlot) {
      process.reaped_by = reaper;
      process.reaper =
          reaper == key_.starters[instance] ? Process::Reaper::Starter : Process::Reaper::Other;
    }
  }

  // What happened when the harness had begun to end the run is none of its events: who still lives
  // then may see others die by its hand.
  //
  // Lines that were reserved but never opened (their process was killed just there) are no events;
  // `read_lines_` keeps for each event the line that it was, so that causes still find it.
  void read_events(const Slot& slot, std::uint32_t instance, Process& process) {
    const std::uint32_t reserved = slot.lines.load(std::memory_order_acquire);
    std::uint32_t chunk = slot.first_chunk.load(std::memory_order_acquire);
    for (std::uint32_t line = 0; line < reserved; ++line) {
      if (line != 0 && line % Chunk::kLines == 0) {
        chunk = arena_.chunk(chunk).next.load(std::memory_order_acquire);
      }
      if (chunk == 0 || chunk >= header_.chunk_capacity) {
        note_missing_chunk(slot, line, reserved);
        return;
      }
      const Line& found = arena_.chunk(chunk).lines[line % Chunk::kLines];
      const std::uint32_t state = found.state.load(std::memory_order_acquire);
      if (state != Line::Free && found.call < cut_) {
        process.events.push_back(read_event(found, state == Line::Done && found.ret < cut_));
        read_lines_[instance].push_back(line);
      }
    }
  }

  // A process that was killed between reserving a line and linking the chunk for it has lost
  // nothing but that line; more missing lines than one are events that happened.
  void note_missing_chunk(const Slot& slot, std::uint32_t line, std::uint32_t reserved) {
    const bool was_killed =
        slot.state.load(std::memory_order_relaxed) == Slot::Reaped && ended_by_signal(slot.status);
    note_damage_if(!was_killed || reserved - line > 1, "events were lost: a log has a gap");
  }

  Event read_event(const Line& line, bool done) {
    Event event;
    event.kind = static_cast<Line::Kind>(line.kind);
    event.step = line.step;
    event.call = {line.call};
    event.error = line.error;
    event.cause = {instance_of(line.cause_slot), line.cause_line};
    if (!done) {
      return event;
    }
    event.returned = base::Instant{line.ret};
    event.answer = line.answer;
    const bool is_text = event.kind == Line::Output ||
                         (event.kind == Line::Step && event.step < key_.text_steps.size() &&
                          key_.text_steps[event.step]);
    if (is_text && event.error == 0 && event.answer != kNoAnswer) {
      event.text = read_text(line.answer);
      event.place = text_offset(line.answer);
    }
    return event;
  }

  std::string read_text(std::int64_t answer) {
    const std::uint64_t offset = text_offset(answer);
    const std::uint64_t size = text_size(answer);
    if (offset + size > header_.text_capacity) {
      note_damage_if(true, "a text was lost: the arena was full");
      return {};
    }
    return {arena_.text() + offset, size};
  }

  [[nodiscard]] std::uint32_t instance_of(std::uint32_t slot) const {
    const std::uint32_t first = index_ * header_.slots_per_run;
    const bool ours = slot >= first && slot - first < key_.starters.size();
    return ours ? slot - first : kNoSlot;
  }

  // Line numbers in causes become indices of events.
  void settle_causes() {
    for (Process& process : record_.processes) {
      for (Event& event : process.events) {
        settle(event.cause);
      }
    }
  }

  void settle(Cause& cause) const {
    if (cause.instance == kNoSlot || cause.line == kEndLine) {
      return;
    }
    const std::vector<std::uint32_t>& lines = read_lines_[cause.instance];
    const auto found = std::lower_bound(lines.begin(), lines.end(), cause.line);
    if (found == lines.end() || *found != cause.line) {
      cause = {};
    } else {
      cause.line = static_cast<std::uint32_t>(found - lines.begin());
    }
  }

  const Arena& arena_;
  const Header& header_;
  std::uint32_t index_;
  std::int64_t cut_ = INT64_MAX;
  const ReadingKey& key_;
  Record record_;
  std::vector<std::vector<std::uint32_t>> read_lines_;
};

}  // namespace

Record read_record(const Arena& arena, std::uint32_t index, std::uint32_t number,
                   const ReadingKey& key) {
  return RunReader(arena, index, key).read(number);
}

}  // namespace procession::trace
