// SPDX-License-Identifier: MIT
#pragma once
// Random scenarios: small files that nobody would write, with every feature of the language whose
// causes are worth doubting, close together. Used by tests of properties that hold for all
// scenarios. The same seed gives the same text on every machine.

#include <cstdint>
#include <string>

namespace procession::testing {

// A whole scenario file: two to four processes of a few steps each. Nearly always one without
// problems, for the reader as for planning.
[[nodiscard]] std::string random_scenario(std::uint64_t seed);

}  // namespace procession::testing
