// SPDX-License-Identifier: MIT
#pragma once
// RecordScript: a Record written down by hand, in microseconds since the run began, for tests of
// the verdicts. Events are named as in a scenario file.

#include "harness/testing/planned.h"
#include "harness/trace/record.h"

#include <string>
#include <string_view>
#include <vector>

namespace procession::testing {

class RecordScript {
 public:
  explicit RecordScript(const Planned& planned);

  RecordScript& begin(std::string_view who, std::int64_t at);
  // A step that was called and has returned.
  RecordScript& step(std::string_view event, std::int64_t call, std::int64_t returned,
                     std::int64_t answer = 0, std::int32_t error = 0);
  RecordScript& text(std::string_view event, std::int64_t at, std::string text);
  // The handler that this `handle` installs was entered.
  RecordScript& got(std::string_view event, std::int64_t at);
  // A step that no line of the file has written, and so has no name: the k-th of its process's
  // line.
  RecordScript& implicit(std::string_view who, std::uint32_t k, std::int64_t call,
                         std::int64_t returned);
  // A step in which its process was ended.
  RecordScript& open(std::string_view event, std::int64_t call);
  // How much CPU time a spinning process had used.
  RecordScript& sample(std::string_view who, std::int64_t at, std::int64_t used);
  // The implicit exit, and the death as somebody saw it.
  RecordScript& exit(std::string_view who, std::int64_t call, std::int64_t dead_seen);
  // The implicit exit of a process that still waits for its children.
  RecordScript& exiting(std::string_view who, std::int64_t call);
  // The death alone, with a status of trace::exited_status or signal_status.
  RecordScript& ended(std::string_view who, std::int32_t status, std::int64_t dead_seen);
  RecordScript& killed(std::string_view who, int signal, std::int64_t dead_seen);
  RecordScript& survived(std::string_view who);
  // The run was ended at its deadline, and these still lived.
  RecordScript& timed_out(const std::vector<std::string_view>& left, std::int64_t at);

  [[nodiscard]] trace::Process& process(std::string_view name);

  trace::Record record;

 private:
  trace::Event& add(plan::StepId step, std::int64_t call);

  const Planned& planned_;
};

}  // namespace procession::testing
