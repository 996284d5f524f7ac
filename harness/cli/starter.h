// SPDX-License-Identifier: MIT
#pragma once
// The starter: a scenario that explains itself, runs anywhere and holds. `new` writes it; `doctor`
// plays it, to see whether this machine can.

#include <string_view>

namespace procession::cli {

extern const std::string_view kStarter;

}  // namespace procession::cli
