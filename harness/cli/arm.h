// SPDX-License-Identifier: MIT
#pragma once
// Arm: one side of a comparison: a build of this tool and a scenario instance. Playing it is
// calling that program in a new process, so each time has fresh processes in fresh memory; its
// result comes back as JSON through a pipe. No file is written.
//
// The caller holds SIGINT and SIGTERM back (held_signals.h). One that comes is handed on to the
// program, which ends in order; then the answer is Interrupted.

#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/cli/held_signals.h"
#include "harness/report/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace procession::cli {

struct Arm {
  std::string program;               // path of `procession`
  std::string instance;              // "file.yaml[key=value]"
  std::vector<std::string> options;  // further ones of `run`
};

// What this build takes, asked once: BadInput if that is no procession.
[[nodiscard]] base::Result<Arm> make_arm(std::string program, std::string instance,
                                         const HeldSignals& signals);

struct ArmPlay {
  std::uint32_t runs = 0;  // 0: as often as the file says
  std::uint32_t seed = 0;
  base::Duration deadline{};
  // So many bytes more in its environment: where a program's stack begins depends on their number,
  // and with it how fast it is (Mytkowicz and others 2009, doi 10.1145/1508244.1508275).
  std::size_t padding = 0;
};

// The result of its one scenario, whatever became of that. BadInput: the program said so, as of a
// file that it cannot read. Io: it did not do what it should.
[[nodiscard]] base::Result<report::ScenarioResult> play_arm(const Arm& arm, const ArmPlay& play,
                                                            const HeldSignals& signals);

}  // namespace procession::cli
