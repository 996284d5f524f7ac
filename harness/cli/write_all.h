// SPDX-License-Identifier: MIT
#pragma once
// Writing a whole text to a descriptor, however many calls that needs.

#include "harness/base/result.h"

#include <string_view>

namespace procession::cli {

[[nodiscard]] base::Result<> write_all(int fd, std::string_view text);

}  // namespace procession::cli
