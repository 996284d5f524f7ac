// SPDX-License-Identifier: MIT
#pragma once
// Base64 (RFC 4648, section 4), without line breaks: how a histogram stands in a line of text.

#include "harness/base/result.h"

#include <string>
#include <string_view>

namespace procession::measure {

[[nodiscard]] std::string to_base64(std::string_view bytes);
// Strict: whole groups of four, padded at the end only. BadInput tells the first byte that is
// wrong.
[[nodiscard]] base::Result<std::string> from_base64(std::string_view text);

}  // namespace procession::measure
