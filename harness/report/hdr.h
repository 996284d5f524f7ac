// SPDX-License-Identifier: MIT
#pragma once
// Files of the HdrHistogram family, whose programs plot them: the log of all figures of a session
// that have a histogram (".hlog"), and the table of percentiles of one of them (".hgrm"). Formats:
// measure/hdr_log.h, measure/percentile_table.h. Pure.
//
// In the log each is an interval of its own, with the tag "ID/FIGURE" and the scenario's time as
// its length, at least 1 ms, which is as fine as logs are; all begin with the log. A tag can hold
// neither space nor comma: these, control characters and % itself are written %20, %2C and so on.

#include "harness/base/result.h"
#include "harness/report/result.h"

#include <string>
#include <string_view>

namespace procession::report {

[[nodiscard]] std::string to_hlog(const SessionResult& session);

// `figure` by its name, as "load.response", of the scenario of this id; of any scenario, if it is
// empty. BadInput if there is none, or more than one: it says which there are.
[[nodiscard]] base::Result<std::string> to_hgrm(const SessionResult& session,
                                                std::string_view scenario, std::string_view figure);

}  // namespace procession::report
