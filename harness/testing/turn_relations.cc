// SPDX-License-Identifier: MIT
// Relations: sessions, groups, and what a process's end means to those that it leaves; setsid(2),
// setpgid(2), prctl(2), exit(3).
#include "harness/testing/turn.h"

#include <cerrno>
#include <csignal>

namespace procession::testing {

using plan::InstanceId;
using scenario::Verb;

// setsid, setpgid: who leads a group cannot leave it, and who leads a session cannot leave that.
void Turn::stand_apart(const plan::Step& step) {
  const bool is_session = step.verb == Verb::Setsid;
  if (is_session ? process_.group == self_ : process_.session == self_) {
    fail(EPERM);
    return;
  }
  succeed([&](Move& move) {
    me(move).group = static_cast<std::uint8_t>(self_);
    if (is_session) {
      me(move).session = static_cast<std::uint8_t>(self_);
    }
  });
}

// This process has just ended: its children get another parent, those who have asked for it a
// signal, and groups may be orphaned.
void Turn::leave_children(Move& move) const {
  State& state = move.next;
  const std::uint8_t reaper = reaper_from(state, me(move).parent);
  std::uint64_t groups = is_tied(state, self_) ? std::uint64_t{1} << me(move).group : 0;
  for (InstanceId id = 0; id < plan_.instances().size(); ++id) {
    Process& child = state.processes[id];
    if (child.life == Process::Unmade || child.parent != self_ || id == self_) {
      continue;
    }
    if (child.life == Process::Requested) {  // the process that makes a daemon
      child.parent = reaper;
      continue;
    }
    if (child.parent_death != 0) {
      generate(state, id, static_cast<std::uint8_t>(child.parent_death - 1));
    }
    child.parent = reaper;
    if (child.life == Process::Dead) {
      if (child.reaped == 0) {
        tell_parent_of(state, id);
      }
    } else if (plan_.instance(id).starter != plan::kNone &&
               plan_.instance(id).method != scenario::StartMethod::Daemonize) {
      happens(move, meaning_.orphaned(id));
    }
    if (child.group != me(move).group && child.session == me(move).session) {
      groups |= std::uint64_t{1} << child.group;
    }
  }
  orphan_groups(state, groups);
}

// The nearest subreaper that lives, from this process up, else the warden.
std::uint8_t Turn::reaper_from(const State& state, std::uint8_t above) {
  while (above != Process::kWarden && above != Process::kZygote) {
    if (lives(state.processes[above]) && state.processes[above].subreaper != 0) {
      return above;
    }
    above = state.processes[above].parent;
  }
  return Process::kWarden;
}

// A group is orphaned if no living member's parent is of another group of the same session. If a
// member is stopped then, all get SIGHUP and SIGCONT. Only this process's end may have untied them.
void Turn::orphan_groups(State& state, std::uint64_t groups) const {
  for (std::uint8_t group = 0; group < Process::kOfDaemon + State::kProcesses; ++group) {
    bool is_tied_yet = (groups >> group & 1) == 0;
    bool has_stopped = false;
    for (InstanceId id = 0; id < plan_.instances().size(); ++id) {
      const Process& member = state.processes[id];
      if (member.group == group && member.life >= Process::Made && member.life != Process::Dead) {
        is_tied_yet = is_tied_yet || is_tied(state, id);
        has_stopped = has_stopped || member.stopped != 0;
      }
    }
    if (is_tied_yet || !has_stopped) {
      continue;
    }
    for (InstanceId id = 0; id < plan_.instances().size(); ++id) {
      if (state.processes[id].group == group && lives(state.processes[id])) {
        generate(state, id, index_of_signal(SIGHUP));
        generate(state, id, index_of_signal(SIGCONT));
      }
    }
  }
}

bool Turn::is_tied(const State& state, InstanceId id) const {
  const Process& member = state.processes[id];
  if (member.parent == Process::kWarden) {
    return false;  // of another session
  }
  if (member.parent == Process::kZygote) {
    return member.session == Process::kZygote;
  }
  const Process& parent = state.processes[member.parent];
  return parent.group != member.group && parent.session == member.session;
}

}  // namespace procession::testing
