// SPDX-License-Identifier: MIT
// exit, exit_now, raise, end_by: how a process ends itself.
#include "harness/os/pidfd.h"
#include "harness/os/process.h"
#include "harness/os/signals.h"
#include "harness/player/children.h"
#include "harness/player/gate.h"
#include "harness/player/handlers.h"
#include "harness/player/recorder.h"
#include "harness/player/steps.h"

#include <cerrno>

namespace procession::player {

namespace {

using plan::Feed;

void note_parent(plan::StepId id) {
  trace::Slot& slot = self().slot();
  const pid_t parent = os::parent_pid();
  if (parent == self().arena.header().warden_pid) {
    slot.flags.fetch_or(trace::Slot::kParentGone, std::memory_order_relaxed);
  }
  if (parent != slot.ppid) {
    note(trace::Line::Orphaned, id, parent);
  }
}

}  // namespace

void exit_in_order(plan::StepId id, trace::Line& line, int status) {
  const plan::Range feeds = the_plan().step(id).feeds;
  end_children();
  note_parent(id);
  arrive(feeds, Feed::Point::Effect);
  close_line(line, 0, 0);
  arrive(feeds, Feed::Point::Return);
  os::leave(status);
}

void exit_now(const plan::Step& step) {
  arrive(step.feeds, Feed::Point::Effect);
  os::leave(static_cast<int>(step.number));
}

// What waits for the error need not wait for the children that the exit joins.
void raise_error(const plan::Step& step, trace::Line& line) {
  line.error = step.raised;
  arrive(step.feeds, Feed::Point::Effect);
  arrive(step.feeds, Feed::Point::Return);
  end_children();
  close_line(line, step.raised, 0);
  os::leave(kStatusOfError);
}

void play_last_exit(int status) {
  const plan::Range line = the_plan().instance(self().instance).steps;
  const plan::StepId exit = line.first + line.count - 1;
  trace::Line& opened = open_line(exit);
  arrive(the_plan().step(exit).feeds, Feed::Point::Call);
  exit_in_order(exit, opened, status);
}

// Comes back only if the signal's default action does not end a process.
Outcome end_by(const plan::Step& step) {
  arrive(step.feeds, Feed::Point::Effect);
  drop_handler(step.signal);
  os::reset_signal(step.signal);
  os::unblock(step.signal);
  const os::UniqueFd me = os::open_pidfd(os::own_pid());
  return Outcome::of_errno(me ? os::send_signal(me, step.signal) : errno);
}

}  // namespace procession::player
