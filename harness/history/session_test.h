// SPDX-License-Identifier: MIT
#pragma once
// Sessions as values, for tests of the history.

#include "harness/history/history.h"

#include <string>

namespace procession::history {

inline Row row(const std::string& scenario, const std::string& name, const std::string& statistic,
               double value) {
  return {{scenario, name, statistic, "ns"}, {value, value - 1, value + 1, false, 100}};
}

// Of its own for each number, with so many rows.
inline Session numbered_session(int number, int rows) {
  Session session;
  session.started = "2026-05-01T12:00:00Z";
  session.version = "0.1.0";
  session.machine_class = "x86_64-test-2cpu-linux6.18";
  session.command = "procession run a.yaml --seed " + std::to_string(number);
  session.seed = static_cast<std::uint32_t>(number);
  for (int i = 0; i < rows; ++i) {
    session.rows.push_back(row("a.yaml", "figure " + std::to_string(i), "p50", number));
  }
  return session;
}

}  // namespace procession::history
