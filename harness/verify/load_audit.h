// SPDX-License-Identifier: MIT
#pragma once
// The audit of a load: whether what it has counted can be true, and whether it has measured the
// server or itself. Pure.
//
//   conservation: of the requests that were due, all that were not dropped were answered, have
//     failed, or were unfinished at the end.
//   Little's law, of a closed loop: the mean number of connections in the loop is the rate times
//     the mean time of a round (service, lag and think time), within 1 % and what the requests at
//     either end of the phase may make.
//   Lag, of an open loop: requests left so late, by the client's own fault, that it is felt: the
//     99th percentile of the lag is over 1 ms, and the lag is more than a tenth of all response
//     time.

#include "harness/plan/plan.h"
#include "harness/trace/record.h"

#include <cstdint>
#include <string>

namespace procession::verify {

// Whether a phase has begun: the client had all its connections.
[[nodiscard]] bool has_begun(const trace::Load& load);
// Whether the client was killed in the middle: it has not counted what was unfinished then.
[[nodiscard]] bool is_cut_off(const trace::Load& load);
// Requests that were sent, or were to be, and are in no other count. None, but of a client that was
// cut off.
[[nodiscard]] std::uint64_t not_over(const trace::PhaseCounts& counts);

// The longest time of a request that was due in this phase, and may have lasted into the next.
[[nodiscard]] std::int64_t longest_in(const trace::LoadPhase& phase);

// Why the counts of a phase cannot be true; empty: they can. `from_before`: `longest_in` of the
// phase before.
[[nodiscard]] std::string impossible_in(const plan::Load& load, const trace::LoadPhase& phase,
                                        bool is_cut_off, std::int64_t from_before = 0);
// How the client has lagged; empty: it has not.
[[nodiscard]] std::string lag_in(const plan::Load& load, const trace::LoadPhase& phase);

}  // namespace procession::verify
