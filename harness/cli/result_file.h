// SPDX-License-Identifier: MIT
#pragma once
// ResultFile: a file that appears whole or not at all. Opening makes a temporary file beside it,
// so that a place that cannot be written is known before anything is played; committing renames it.
// A target that is no regular file (a terminal, a pipe, /dev/null) is written to as it is. Without
// a commit nothing stays; also if this process is killed, but on file systems that know no files
// without a name (O_TMPFILE, open(2)).

#include "harness/base/result.h"
#include "harness/os/unique_fd.h"

#include <string>
#include <string_view>

namespace procession::cli {

class ResultFile {
 public:
  [[nodiscard]] static base::Result<ResultFile> open(const std::string& path);
  ~ResultFile();
  ResultFile(ResultFile&& other) noexcept;
  ResultFile& operator=(ResultFile&&) = delete;

  base::Result<> append(std::string_view bytes);
  // At most once, and nothing after it. After an error the file that stood there before is still
  // there.
  base::Result<> commit();

 private:
  ResultFile() = default;
  void open_temporary();
  base::Result<> give_name();

  std::string target_;
  std::string temporary_;  // its name, or that which it will get; empty: the target is written to
  bool is_named_ = false;
  os::UniqueFd fd_;
};

}  // namespace procession::cli
