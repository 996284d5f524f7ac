// SPDX-License-Identifier: MIT
// The loop of every player: begin, then one step after the other.
#include "harness/base/check.h"
#include "harness/os/proc_entry.h"
#include "harness/os/process.h"
#include "harness/os/signals.h"
#include "harness/player/gate.h"
#include "harness/player/handlers.h"
#include "harness/player/recorder.h"
#include "harness/player/self.h"
#include "harness/player/steps.h"
#include "harness/player/surroundings.h"

#include <algorithm>

namespace procession::player {

namespace {

using plan::Feed;
using plan::Step;
using plan::StepId;
using scenario::Verb;

Outcome act(StepId id, const Step& step, trace::Line& line) {
  if (step.known_error != 0) {
    return Outcome::failed(step.known_error);
  }
  switch (step.verb) {
    case Verb::Start:
      return start(step);
    case Verb::Join:
      return join(step);
    case Verb::IsAlive:
      return is_alive(step);
    case Verb::Exitcode:
      return exitcode(step);
    case Verb::ActiveChildren:
      return active_children(id);
    case Verb::Close:
      return close_child(step);
    case Verb::Signal:
    case Verb::Terminate:
    case Verb::Kill:
    case Verb::Interrupt:
    case Verb::Resume:
      return send_signal(step);
    case Verb::Suspend:
      return suspend(step);
    case Verb::Exit:
      exit_in_order(id, line, static_cast<int>(step.number));
    case Verb::ExitNow:
      exit_now(step);
    case Verb::Raise:
      raise_error(step, line);
    case Verb::EndBy:
      return end_by(step);
    case Verb::Handle:
      return Outcome::of_errno(install_handler(id));
    case Verb::Block:
      return block_signal(step);
    case Verb::Unblock:
      return unblock_signal(step);
    case Verb::Setsid:
      return lead_session();
    case Verb::Setpgid:
      return lead_group();
    case Verb::Subreaper:
      return adopt_orphans();
    case Verb::ParentDeathSignal:
      return arm_parent_death(step);
    case Verb::Print:
      return print(step);
    case Verb::Sleep:
      return sleep(step);
    case Verb::Spin:
      return spin(id);
    case Verb::Allocate:
      return allocate(step);
    case Verb::Await:
    case Verb::Barrier:
      return await(step);
    case Verb::Pipe:
      return make_pipe(step);
    case Verb::Send:
      return send_text(step);
    case Verb::Receive:
      return receive(step);
    case Verb::CloseEnd:
      return close_end(step);
    case Verb::Listen:
      return listen(step);
    case Verb::Serve:
      return serve(step);
    case Verb::Connect:
      return connect(step);
    case Verb::Request:
      return request(step);
    case Verb::Disconnect:
      return disconnect(step);
    case Verb::Load:
      return load_server(id, step);
    case Verb::Talk:
      return talk(step);
    case Verb::Mark:
    case Verb::SetName:    // Names and daemon flags
    case Verb::SetDaemon:  // stand in the plan.
      return {};
    case Verb::Ready:
    case Verb::Run:
    case Verb::Repeat:
      break;
  }
  base::fail_check("the verb reaches a plan", std::source_location::current());
}

bool process_goes_on(const Step& step, scenario::Symbol error) {
  if (error == 0) {
    return !step.has_fails || step.may_succeed;
  }
  const auto fails = the_plan().symbols(step.fails);
  return step.has_fails && std::find(fails.begin(), fails.end(), error) != fails.end();
}

Then play_line() {
  const plan::Range line = the_plan().instance(self().instance).steps;
  for (StepId id = line.first; id < line.first + line.count; ++id) {
    if (play_step(id) == Then::BeginAsChild) {
      return Then::BeginAsChild;
    }
  }
  base::fail_check("a line ends with an exit", std::source_location::current());
}

}  // namespace

Then play_step(StepId id) {
  const Step& step = the_plan().step(id);
  trace::Line& line = open_line(id);
  arrive(step.feeds, Feed::Point::Call);
  const Outcome outcome = act(id, step, line);
  if (outcome.is_child) {
    return Then::BeginAsChild;
  }
  if (outcome.error == 0) {
    arrive(step.feeds, Feed::Point::Effect);
  }
  if (outcome.after_end_of != plan::kNone) {
    line.cause_slot = slot_index(outcome.after_end_of);
    line.cause_line = trace::kEndLine;
  }
  close_line(line, outcome.error, outcome.answer);
  if (!process_goes_on(step, outcome.error)) {
    play_last_exit(kStatusOfError);
  }
  arrive(step.feeds, Feed::Point::Return);
  return Then::GoOn;
}

void begin() {
  keep_to_cpus();
  trace::Slot& slot = self().slot();
  slot.begin = base::now().ns;
  slot.pid.store(os::own_pid(), std::memory_order_release);
  slot.ppid = os::parent_pid();
  if (the_plan().loses_ends()) {
    os::ProcEntry::Stat stat;
    slot.proc_started = os::ProcEntry::open("self").read(stat) ? stat.started : 0;
  }
  slot.state.store(trace::Slot::Began, std::memory_order_release);
  arrive(the_plan().instance(self().instance).begin_feeds, Feed::Point::Begin);
  os::unblock_all();
}

// A child is born inside a step of its parent; it comes back here, so that a family of ten thousand
// generations needs no deeper stack than one process.
void live() {
  for (;;) {
    begin();
    (void)play_line();
  }
}

}  // namespace procession::player
