// SPDX-License-Identifier: MIT
#include "harness/report/read_failed.h"

#include "harness/report/read_result.h"

namespace procession::report {

base::Result<std::vector<std::string>> read_failed(std::string_view json) {
  const base::Result<SessionResult> session = read_result(json);
  if (!session) {
    return session.error();
  }
  std::vector<std::string> ids;
  for (const ScenarioResult& scenario : session->scenarios) {
    if (is_failure(scenario.outcome)) {
      ids.push_back(scenario.id);
    }
  }
  return ids;
}

}  // namespace procession::report
