// SPDX-License-Identifier: MIT
#pragma once
// Reading a whole file into memory: results, Records.

#include "harness/base/result.h"

#include <string>

namespace procession::cli {

// BadInput, with the file's name, if it cannot be read or is no regular file.
[[nodiscard]] base::Result<std::string> read_whole_file(const std::string& path);

// The same of whatever can be read to its end, as a pipe: it is waited for.
[[nodiscard]] base::Result<std::string> read_to_end(const std::string& path);

}  // namespace procession::cli
