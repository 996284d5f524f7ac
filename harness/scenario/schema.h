// SPDX-License-Identifier: MIT
#pragma once
// The language as a JSON Schema (draft-07), for editors: they complete keys, show what each is for
// and mark what the reader would refuse. Built from the key table, so the two cannot disagree.

#include <string>

namespace procession::scenario {

// The schema's text, ending with a line feed.
[[nodiscard]] std::string json_schema();

}  // namespace procession::scenario
