// SPDX-License-Identifier: MIT
#pragma once
// Recording: the Records of one scenario instance on their way into a file (trace/record_file.h),
// run by run, so that memory does not grow with them. Made by the Session for each scenario that it
// plays when the user asked for it; the file appears whole when the scenario is done, or not at
// all.
//
// Which runs are kept: all of them, until the file has reached its limit; beyond that only the last
// one, which is the one that decided if something broke. The file says how many are left out.

#include "harness/base/result.h"
#include "harness/cli/result_file.h"
#include "harness/trace/record_file.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace procession::cli {

struct RecordOptions {
  std::string folder;                              // made if there is none
  std::uint64_t limit = std::uint64_t{256} << 20;  // bytes of each file; its last run may go beyond
};

// Makes the folder if need be.
[[nodiscard]] base::Result<> make_record_folder(const std::string& folder);

// "a/b.yaml[x=1]" → "a+b.yaml[x=1].record": one name in one folder for each id.
[[nodiscard]] std::string record_file_name(std::string_view id);

class Recording {
 public:
  [[nodiscard]] static base::Result<Recording> begin(const RecordOptions& options,
                                                     const trace::RecordHead& head);
  void add(trace::Record record);
  // At most once; the first error of all, if there was one. `end` without its numbers of runs.
  base::Result<> finish(trace::RecordEnd end);

 private:
  Recording(ResultFile file, std::uint64_t limit);
  void write(std::string_view bytes);

  ResultFile file_;
  std::uint64_t limit_;
  trace::RecordWriter writer_;
  std::uint64_t written_ = 0;
  std::uint32_t runs_ = 0;
  std::uint32_t kept_ = 0;
  std::optional<trace::Record> last_;  // beyond the limit
  base::Result<> trouble_;
};

}  // namespace procession::cli
