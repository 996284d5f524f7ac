// SPDX-License-Identifier: MIT
#pragma once
// RecordScript: a Record written down by hand, in microseconds since the run began, for tests of
// the verdicts. Events are named as in a scenario file.

#include "harness/testing/planned.h"
#include "harness/trace/record.h"

#include <string>
#include <string_view>

namespace procession::testing {

class RecordScript {
 public:
  explicit RecordScript(const Planned& planned);

  RecordScript& begin(std::string_view process, std::int64_t at);
  // A step that was called and has returned.
  RecordScript& step(std::string_view event, std::int64_t call, std::int64_t returned,
                     std::int64_t answer = 0, std::int32_t error = 0);
  RecordScript& text(std::string_view event, std::int64_t at, std::string text);
  // A step in which its process was ended.
  RecordScript& open(std::string_view event, std::int64_t call);
  // The implicit exit, and the death as somebody saw it.
  RecordScript& exit(std::string_view process, std::int64_t call, std::int64_t dead_seen);
  RecordScript& killed(std::string_view process, int signal, std::int64_t dead_seen);
  RecordScript& left(std::string_view process);

  trace::Record record;

 private:
  trace::Process& process_of(std::string_view name);
  trace::Event& add(plan::StepId step, std::int64_t call);

  const Planned& planned_;
};

}  // namespace procession::testing
