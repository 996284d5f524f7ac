// SPDX-License-Identifier: MIT
#include "harness/testing/turn.h"

#include <algorithm>
#include <csignal>
#include <span>

namespace procession::testing {

using plan::Feed;
using plan::InstanceId;
using scenario::Symbol;
using scenario::Verb;

namespace {

bool never_returns(const plan::Step& step) {
  return step.verb == Verb::Exit || step.verb == Verb::ExitNow || step.verb == Verb::Raise ||
         (step.verb == Verb::EndBy && step.signal != SIGCHLD && step.signal != SIGCONT);
}

}  // namespace

void Turn::take() {
  switch (process_.life) {
    case Process::Requested:
      be_made();
      return;
    case Process::Made:
      take_signals();
      if (process_.stopped == 0) {
        begin();
      }
      return;
    case Process::Begun:
      take_signals();
      if (process_.stopped != 0) {
        return;
      }
      if (is_program(self_)) {
        go_on_as_program();
      } else {
        go_on();
      }
      return;
    case Process::Dying:
      move([&](Move& move) { end(move); });
      return;
    default:
      return;
  }
}

void Turn::happens(Move& move, EventNumber event) {
  base::check(move.event_count < move.events.size(), "a move has few events");
  move.events[move.event_count++] = event;
  move.next.happened.insert(event);
}

// What this process can do now whatever the others do, and what nobody else can notice, belongs
// to the same move. No order of two events is lost: in a run up to some event, either both parts
// have happened, then they may as well have happened together, or only the first has, then it may
// as well have come later.
void Turn::settle(Move& move) const {
  for (;;) {
    const Process& me = this->me(move);
    if (me.life != Process::Begun || me.stopped != 0) {
      return;
    }
    const Frame::Stage stage = static_cast<Frame::Stage>(top(move).stage);
    if (stage == Frame::Next) {
      happens(move, meaning_.of_step(Event::Call, top(move).step));
      enter(move, Frame::Called);
    } else if (stage == Frame::Acted && !is_noticed(plan_.step(top(move).step))) {
      succeed_and_return(move);
    } else {
      return;
    }
  }
}

// Whether somebody could tell that the step has acted though it has not returned yet.
bool Turn::is_noticed(const plan::Step& step) const {
  if (arrivals(Frame::Acted, step) != 0) {
    return true;
  }
  switch (step.verb) {
    case Verb::Exit:
    case Verb::ExitNow:
    case Verb::Join:
    case Verb::IsAlive:
    case Verb::Exitcode:
    case Verb::ActiveChildren:
    case Verb::SetName:
    case Verb::SetDaemon:
    case Verb::Close:
    case Verb::Print:
    case Verb::Sleep:
    case Verb::Spin:
    case Verb::Allocate:
    case Verb::Mark:
    case Verb::Await:
    case Verb::Barrier:
      return false;
    default:
      return true;
  }
}

// ---- the life of a process

void Turn::begin() {
  move([&](Move& move) {
    Process& me = this->me(move);
    happens(move, meaning_.begin(self_));
    me.life = Process::Begun;
    me.depth = 1;
    me.frames[0] = {
        .step = static_cast<std::uint8_t>(plan_.instance(self_).steps.first),
        .stage = plan_.instance(self_).begin_feeds.count == 0 ? Frame::Next : Frame::Beginning};
  });
}

// The process runs no more: its line is over, its descriptors are closed.
void Turn::die(Move& move) const {
  const bool unnoticed = dies_unnoticed(move.next);
  Process dying;
  dying.life = Process::Dying;
  dying.parent = me(move).parent;
  dying.group = me(move).group;
  dying.session = me(move).session;
  me(move) = dying;
  for (Listener& listener : move.next.listeners) {
    if (listener.phase == Listener::Open && listener.owner == self_) {
      listener.phase = Listener::Closed;
    }
  }
  if (unnoticed) {
    end(move);
  }
}

// Whether nobody can tell that this process runs no more before its end is announced.
bool Turn::dies_unnoticed(const State& state) const {
  const Process& process = state.processes[self_];
  return plan_.instance(self_).kind == plan::Instance::Kind::Player && process.read_ends == 0 &&
         process.write_ends == 0 && process.connections == 0 &&
         std::ranges::none_of(state.listeners,
                              [&](const Listener& listener) {
                                return listener.phase == Listener::Open && listener.owner == self_;
                              }) &&
         !serves_any();
}

void Turn::end(Move& move) const {
  me(move).life = Process::Dead;
  happens(move, meaning_.end(self_));
  leave_children(move);
  tell_parent_of(move.next, self_);
}

// ---- a line of steps

void Turn::go_on() {
  const plan::Step& step = plan_.step(current());
  if (arrive()) {
    return;
  }
  if (top().stage == Frame::Called) {
    act(step);
  } else if (step.verb == Verb::Raise) {
    end_in_order();
  } else {
    move([&](Move& move) { succeed_and_return(move); });
  }
}

// The next arrival that is due at the line's stage; false if there is none left.
bool Turn::arrive() {
  const auto stage = static_cast<Frame::Stage>(top().stage);
  const plan::Step& step = plan_.step(current());
  std::uint8_t skip = top().arrived;
  for (const Feed& feed : feeds_at(stage, step)) {
    if (!arrives_at(stage, step, feed) || skip-- != 0) {
      continue;
    }
    move([&](Move& move) {
      move.next.arrived |= std::uint64_t{1} << feed.word;
      const bool last = ++top(move).arrived == arrivals(stage, step);
      if (last && stage == Frame::Beginning) {
        enter(move, Frame::Next);
      } else if (last && stage == Frame::Returned) {
        step_on(move);
      }
    });
    return true;
  }
  return false;
}

std::span<const Feed> Turn::feeds_at(Frame::Stage stage, const plan::Step& step) const {
  return plan_.feeds(stage == Frame::Beginning ? plan_.instance(self_).begin_feeds : step.feeds);
}

// A step that ends its process never returns: what waits for its return waits for its effect.
bool Turn::arrives_at(Frame::Stage stage, const plan::Step& step, const Feed& feed) {
  switch (stage) {
    case Frame::Beginning:
      return true;
    case Frame::Called:
      return feed.point == Feed::Point::Call;
    case Frame::Acted:
      return feed.point == Feed::Point::Effect ||
             (feed.point == Feed::Point::Return && never_returns(step));
    case Frame::Returned:
      return feed.point == Feed::Point::Return;
    default:
      return false;
  }
}

std::uint8_t Turn::arrivals(Frame::Stage stage, const plan::Step& step) const {
  return static_cast<std::uint8_t>(std::ranges::count_if(
      feeds_at(stage, step), [&](const Feed& feed) { return arrives_at(stage, step, feed); }));
}

void Turn::enter(Move& move, Frame::Stage stage) const {
  Frame& frame = top(move);
  frame.stage = stage;
  frame.arrived = 0;
  frame.progress = 0;
}

void Turn::succeed_and_return(Move& move) const {
  const plan::Step& step = plan_.step(top(move).step);
  if (never_returns(step)) {
    die(move);
    return;
  }
  happens(move, meaning_.of_step(Event::Success, top(move).step));
  return_or_exit(move, !step.has_fails || step.may_succeed);
}

void Turn::fail_and_return(Move& move, Symbol symbol) const {
  const plan::Step& step = plan_.step(top(move).step);
  happens(move, meaning_.error(self_, symbol));
  return_or_exit(move,
                 step.has_fails && std::ranges::count(plan_.symbols(step.fails), symbol) != 0);
}

// Goes on; or ends in order, by the last step of the process's line.
void Turn::return_or_exit(Move& move, bool goes_on) const {
  if (!goes_on) {
    const plan::Range line = plan_.instance(self_).steps;
    top(move).step = static_cast<std::uint8_t>(line.first + line.count - 1);
    enter(move, Frame::Next);
    return;
  }
  happens(move, meaning_.of_step(Event::Return, top(move).step));
  enter(move, Frame::Returned);
  if (arrivals(Frame::Returned, plan_.step(top(move).step)) == 0) {
    step_on(move);
  }
}

void Turn::step_on(Move& move) const {
  if (is_program(self_)) {
    enter(move, Frame::Done);
    return;
  }
  if (meaning_.ends_a_handler_[top(move).step]) {
    me(move).blocked = top(move).blocked;
    top(move) = {};
    --me(move).depth;
    return;
  }
  ++top(move).step;
  enter(move, Frame::Next);
}

void Turn::act(const plan::Step& step) {
  if (step.known_error != 0) {
    fail(step.known_error);
    return;
  }
  switch (step.verb) {
    case Verb::Start:
      start(step);
      return;
    case Verb::Join:
      join(step);
      return;
    case Verb::IsAlive:
    case Verb::Exitcode:
      if (is_own_child(step)) {
        succeed([&](Move& move) { reap_if_dead(move.next, step.target); });
      }
      return;
    case Verb::ActiveChildren:
      succeed([&](Move& move) { reap_dead_children(move.next); });
      return;
    case Verb::Close:
      close(step);
      return;
    case Verb::Signal:
    case Verb::Terminate:
    case Verb::Kill:
    case Verb::Interrupt:
    case Verb::Suspend:
    case Verb::Resume:
      send_signal(step);
      return;
    case Verb::Exit:
      end_in_order();
      return;
    case Verb::Raise:  // the error is there at once, then it ends in order
      succeed([&](Move& move) { happens(move, meaning_.error(self_, step.raised)); });
      return;
    case Verb::ExitNow:
      succeed();
      return;
    case Verb::EndBy:  // by its default action, which may do nothing
      succeed([&](Move& move) {
        if (is_known_signal(step.signal)) {
          const std::uint8_t signal = index_of_signal(step.signal);
          me(move).disposition[signal] = Process::kDefault;
          clear(me(move).blocked, bit(signal));
          clear(me(move).pending, bit(signal));
        }
      });
      return;
    case Verb::Handle:
      succeed([&](Move& move) { handle(move, step); });
      return;
    case Verb::Block:
      succeed([&](Move& move) { set(me(move).blocked, bit(index_of_signal(step.signal))); });
      return;
    case Verb::Unblock:
      unblock(step);
      return;
    case Verb::Setsid:
    case Verb::Setpgid:
      stand_apart(step);
      return;
    case Verb::Subreaper:
      succeed([&](Move& move) { me(move).subreaper = 1; });
      return;
    case Verb::ParentDeathSignal:
      succeed([&](Move& move) {
        me(move).parent_death = static_cast<std::uint8_t>(index_of_signal(step.signal) + 1);
      });
      return;
    case Verb::Sleep:
      if (step.duration_ns >= 0) {
        succeed();
      }
      return;
    case Verb::Mark:
    case Verb::Print:
    case Verb::Spin:
    case Verb::Allocate:
    case Verb::SetName:
    case Verb::SetDaemon:
      succeed();
      return;
    case Verb::Await:
    case Verb::Barrier:
      await(step);
      return;
    case Verb::Pipe:
      pipe(step);
      return;
    case Verb::Send:
      send(step);
      return;
    case Verb::Receive:
      receive(step);
      return;
    case Verb::CloseEnd:
      close_end(step);
      return;
    case Verb::Listen:
      listen(step);
      return;
    case Verb::Serve:
      serve(step);
      return;
    case Verb::Connect:
      connect(step);
      return;
    case Verb::Request:
      request(step);
      return;
    case Verb::Disconnect:
      disconnect();
      return;
    case Verb::Load:
      load(step);
      return;
    case Verb::Talk:
      talk(step);
      return;
    case Verb::Ready:
      succeed();
      return;
    case Verb::Run:
    case Verb::Repeat:
      break;
  }
  base::fail_check("the verb reaches a plan", std::source_location::current());
}

}  // namespace procession::testing
