// SPDX-License-Identifier: MIT
#pragma once
// Trace events: the shown run of each scenario as a timeline for ui.perfetto.dev and
// chrome://tracing (the JSON of "Trace Event Format"). A scenario is a process there, and each
// process of it a track: slices for steps, instants for what the kernel did, arrows of flow for
// causes across tracks, counters for the throughput of loads. Every run begins at 0. Times are
// microseconds with three decimals, so each nanosecond is kept. Pure.
//
// Slices of a track are nested: viewers ask for that. One process writes its own steps so; what an
// edited result has otherwise is cut at the end of the slice round it. A step that never returned
// ends with its process. What lies within another slice, as the steps of a handler, is written as a
// begin and an end (phases B and E), all else as one event (X, or i for an instant).

#include "harness/report/result.h"

#include <string>

namespace procession::report {

[[nodiscard]] std::string to_trace_events(const SessionResult& session);

}  // namespace procession::report
