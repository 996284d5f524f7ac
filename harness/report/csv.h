// SPDX-License-Identifier: MIT
#pragma once
// CSV: every number of a session as a table for spreadsheets and statistics programs, one row for
// each statistic of each figure (rows.h). As RFC 4180 has it: lines end with CR LF, and what holds
// a comma, a quote or a line break is quoted. A text that a spreadsheet would take for a formula
// gets an apostrophe in front (OWASP, "CSV Injection"). Pure.
//
//   scenario,figure,statistic,unit,value,low,high,n,at_least,invalid
//   echo.yaml,load.response,p99,ns,812000,790000,840000,12000,false,

#include "harness/report/result.h"

#include <string>

namespace procession::report {

[[nodiscard]] std::string to_csv(const SessionResult& session);

}  // namespace procession::report
