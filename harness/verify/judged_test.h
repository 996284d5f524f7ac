// SPDX-License-Identifier: MIT
#pragma once
// What the Judge says of Records written by hand; shared by the tests of this folder.

#include "harness/testing/planned.h"
#include "harness/testing/record_script.h"
#include "harness/verify/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace procession::verify {

using Runs = std::vector<trace::Record>;

inline Judgement judged(const testing::Planned& test, const Runs& runs) {
  Judge judge(test.scenario, test.plan());
  for (const trace::Record& run : runs) {
    judge.add(run);
  }
  return judge.judgement();
}

// The first verdict under that key of `expect`.
inline Verdict verdict_on(std::string_view key, const testing::Planned& test, const Runs& runs) {
  for (Verdict& verdict : judged(test, runs).verdicts) {
    if (verdict.key == key) {
      return std::move(verdict);
    }
  }
  ADD_FAILURE() << "there is no verdict on " << key;
  return {};
}

// "held: guaranteed (posix): …"
inline std::string said(const Verdict& verdict) {
  return std::string(to_string(verdict.kind)) + ": " + verdict.message;
}

inline std::string said_on(std::string_view key, const testing::Planned& test, const Runs& runs) {
  return said(verdict_on(key, test, runs));
}

// Numbers the runs from 0, as a batch does.
inline Runs numbered(Runs runs) {
  for (std::uint32_t i = 0; i < runs.size(); ++i) {
    runs[i].run = i;
  }
  return runs;
}

}  // namespace procession::verify
