// SPDX-License-Identifier: MIT
#pragma once
// Playing steps. `play_step` is the frame that every step has: its line, its arrivals, and what its
// outcome means for the process. In between is one function per verb, in one file per family; each
// does what the verb says and returns what came of it.

#include "harness/player/outcome.h"
#include "harness/trace/arena.h"

namespace procession::player {

enum class Then {
  GoOn,
  BeginAsChild,  // the step has forked, and this is now the child: call `live`
};

// Does not return if the step, or its failing, ends the process.
[[nodiscard]] Then play_step(plan::StepId id);
// Plays the line of the instance that this process has become, from its begin.
[[noreturn]] void live();
// The begin alone: the first stamp. Signals are blocked until then.
void begin();

// steps_life.cc
[[nodiscard]] Outcome start(const plan::Step& step);
[[nodiscard]] Outcome join(const plan::Step& step);
[[nodiscard]] Outcome is_alive(const plan::Step& step);
[[nodiscard]] Outcome exitcode(const plan::Step& step);
[[nodiscard]] Outcome active_children(plan::StepId id);
[[nodiscard]] Outcome close_child(const plan::Step& step);

// steps_signals.cc
[[nodiscard]] Outcome send_signal(const plan::Step& step);
[[nodiscard]] Outcome suspend(const plan::Step& step);

// steps_relations.cc
[[nodiscard]] Outcome block_signal(const plan::Step& step);
[[nodiscard]] Outcome unblock_signal(const plan::Step& step);
[[nodiscard]] Outcome lead_session();
[[nodiscard]] Outcome lead_group();
[[nodiscard]] Outcome adopt_orphans();
[[nodiscard]] Outcome arm_parent_death(const plan::Step& step);

// steps_ending.cc: these have the step's line, for they end it.
[[noreturn]] void exit_in_order(plan::StepId id, trace::Line& line, int status);
[[noreturn]] void exit_now(const plan::Step& step);
[[noreturn]] void raise_error(const plan::Step& step, trace::Line& line);
// Of a process that an error ended which no `fails` names.
inline constexpr int kStatusOfError = 1;
[[noreturn]] void play_last_exit(int status);  // the one at the end of the line
[[nodiscard]] Outcome end_by(const plan::Step& step);

// steps_work.cc
[[nodiscard]] Outcome print(const plan::Step& step);
[[nodiscard]] Outcome sleep(const plan::Step& step);
[[nodiscard]] Outcome spin(plan::StepId id);
[[nodiscard]] Outcome allocate(const plan::Step& step);

// steps_meeting.cc
[[nodiscard]] Outcome await(const plan::Step& step);

// steps_bytes.cc
[[nodiscard]] Outcome make_pipe(const plan::Step& step);
[[nodiscard]] Outcome send_text(const plan::Step& step);
[[nodiscard]] Outcome receive(const plan::Step& step);
[[nodiscard]] Outcome close_end(const plan::Step& step);

// steps_net.cc, serve.cc, talk.cc
[[nodiscard]] Outcome listen(const plan::Step& step);
[[nodiscard]] Outcome serve(const plan::Step& step);
[[nodiscard]] Outcome talk(const plan::Step& step);
[[nodiscard]] Outcome connect(const plan::Step& step);
[[nodiscard]] Outcome request(const plan::Step& step);
[[nodiscard]] Outcome disconnect(const plan::Step& step);

// load.cc
[[nodiscard]] Outcome load_server(plan::StepId id, const plan::Step& step);

}  // namespace procession::player
