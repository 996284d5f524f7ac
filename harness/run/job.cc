// SPDX-License-Identifier: MIT
#include "harness/run/job.h"

#include "harness/run/text_answers.h"

#include <chrono>
#include <string>
#include <utility>

namespace procession::run {

namespace {

using std::chrono_literals::operator""s;

// How much longer than a run's timeout a warden may show no progress.
constexpr base::Duration kPatience = 30s;

trace::ReadingKey key_of(const plan::Plan& plan) {
  trace::ReadingKey key;
  for (const plan::Instance& instance : plan.instances()) {
    key.starters.push_back(instance.starter);
  }
  for (const plan::Step& step : plan.steps()) {
    key.text_steps.push_back(answers_text(step.verb));
  }
  return key;
}

}  // namespace

base::Result<std::unique_ptr<Job>> Job::start(int executable, Containment containment,
                                              ArenaSize arena_size) {
  auto arena = ArenaMemory::create(arena_size);
  if (!arena) {
    return std::move(arena).error();
  }
  auto warden = WardenProcess::start(executable, *arena, containment);
  if (!warden) {
    return std::move(warden).error();
  }
  return std::make_unique<Job>(*std::move(arena), *std::move(warden));
}

Job::Job(ArenaMemory arena, WardenProcess warden)
    : arena_(std::move(arena)), warden_(std::move(warden)) {}

void Job::begin(std::size_t number, const Work& work, Observer& observer) {
  base::check(work.timeout > base::Duration::zero(), "a run has a timeout");
  assignment_ = Assignment{number, work, key_of(work.plan)};
  if (!work.plan.programs().empty()) {
    if (auto ready = warden_.have_folder_removed(); !ready) {
      finish(std::move(ready), observer);
      return;
    }
  }
  if (auto loaded = arena_.load(work.plan); !loaded || work.runs == 0) {
    finish(std::move(loaded), observer);
    return;
  }
  begin_batch(observer);
}

void Job::begin_batch(Observer& observer) {
  if (auto begun = arena_.begin_batch(assignment_->work.runs - assignment_->played,
                                      assignment_->work.timeout);
      !begun) {
    finish(std::move(begun), observer);
    return;
  }
  runs_seen_ = 0;
  seen_at_ = base::now();
  warden_.tell(Message::Play);
}

void Job::hear(Observer& observer) {
  const Received received = warden_.hear();
  if (received.what == Received::EndOfFile) {
    bury_warden(observer);
  } else if (received.what == Received::Got && received.message.kind == Message::Played &&
             is_busy()) {
    end_batch(received.message, observer);
  }
}

void Job::end_batch(const Message& played, Observer& observer) {
  const std::uint32_t runs = arena_.header().runs_done.load(std::memory_order_acquire);
  const bool refused = last_run_has(trace::Run::kForkRefused);
  hand_over(refused ? runs - 1 : runs, observer);
  if (played.trouble != Trouble::None) {
    broken_ = true;
    warden_.kill();
    finish(error_for(played.trouble, played.error), observer);
  } else if (refused) {
    finish(error_for(Trouble::ForkMain, arena_.arena().run(runs - 1).error), observer);
  } else if (stop_ &&
             (assignment_->played < assignment_->work.runs || last_run_has(trace::Run::kStopped))) {
    finish(*stop_, observer);
  } else if (assignment_->played == assignment_->work.runs || !assignment_->wanted) {
    finish({}, observer);
  } else {
    begin_batch(observer);
  }
}

bool Job::last_run_has(trace::Run::Flag flag) const {
  const std::uint32_t runs = arena_.header().runs_done.load(std::memory_order_acquire);
  return runs != 0 &&
         (arena_.arena().run(runs - 1).flags.load(std::memory_order_acquire) & flag) != 0;
}

// What the run was about can still be read, but not judged.
void Job::bury_warden(Observer& observer) {
  broken_ = true;
  const std::string why = "the warden " + warden_.bury();
  if (!is_busy()) {
    return;
  }
  const std::uint32_t ended = arena_.header().runs_done.load(std::memory_order_acquire);
  hand_over(ended, observer);
  const bool was_playing =
      ended < arena_.header().run_count && arena_.arena().run(ended).started != 0;
  if (was_playing && assignment_->wanted) {
    trace::Record record =
        trace::read_record(arena_.arena(), ended, assignment_->played, assignment_->key);
    record.loads = arena_.read_loads();
    record.complete = false;
    record.damage = why;
    observer.record(assignment_->number, std::move(record));
  }
  finish(base::Error{base::ErrorKind::Io, why, 0}, observer);
}

void Job::hand_over(std::uint32_t runs, Observer& observer) {
  for (std::uint32_t i = 0; i < runs && assignment_->wanted; ++i) {
    trace::Record record =
        trace::read_record(arena_.arena(), i, assignment_->played, assignment_->key);
    record.loads = arena_.read_loads();
    assignment_->wanted = observer.record(assignment_->number, std::move(record));
    ++assignment_->played;
  }
}

void Job::finish(base::Result<> how, Observer& observer) {
  const std::size_t number = assignment_->number;
  assignment_.reset();
  observer.done(number, std::move(how));
}

void Job::stop(const base::Error& why) {
  stop_ = why;
  if (is_busy()) {
    warden_.tell(Message::Stop);
  }
}

void Job::abandon(Observer& observer) {
  broken_ = true;
  warden_.kill();
  if (is_busy()) {
    finish(*stop_, observer);
  }
}

void Job::check_progress() {
  if (!is_busy()) {
    return;
  }
  const std::uint32_t runs = arena_.header().runs_done.load(std::memory_order_relaxed);
  if (runs != runs_seen_) {
    runs_seen_ = runs;
    seen_at_ = base::now();
  } else if (base::now() - seen_at_ > assignment_->work.timeout + kPatience) {
    warden_.kill();
  }
}

}  // namespace procession::run
