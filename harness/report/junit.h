// SPDX-License-Identifier: MIT
#pragma once
// JUnit: the result as GitLab, Jenkins and their like read it. One suite; one case for each
// scenario instance: `classname` is the file's folder with dots, `name` the file and its matrix
// values. Broken = failure; invalid, inconclusive, unreadable and failed = error; skipped and
// stopped = skipped. GitLab shows only the body of a failure, so that says all, as far as it has
// room: 64 KiB. Numbers are properties of their case. What a process has printed cannot make a CI
// system attach a file. Pure.

#include "harness/report/result.h"

#include <string>

namespace procession::report {

[[nodiscard]] std::string to_junit(const SessionResult& session);

}  // namespace procession::report
