// SPDX-License-Identifier: MIT
#pragma once
// The typing of scalars: pure functions from the text of one scalar to the value that its key asks
// for. A text has no meaning of its own: `yes`, `on`, `010` and `1:30` are just letters, and none
// of them is a flag, a number or a duration. Messages say what is wrong and what to write instead.

#include "harness/base/result.h"
#include "harness/base/time.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace procession::scenario {

// Digits, without sign and without leading zeros.
[[nodiscard]] base::Result<std::int64_t> read_integer(std::string_view text, std::int64_t least,
                                                      std::int64_t most);
// `true` or `false`.
[[nodiscard]] base::Result<bool> read_flag(std::string_view text);
// A whole number with its unit: ns, us, ms, s, m. At most 60000m, 1000 hours.
[[nodiscard]] base::Result<base::Duration> read_duration(std::string_view text);
// A whole number of bytes with its unit: B, KiB, MiB, GiB. At most 1 TiB.
[[nodiscard]] base::Result<std::int64_t> read_size(std::string_view text);
// As it is written, with the greatest unit of which it is a whole number.
[[nodiscard]] std::string size_text(std::int64_t bytes);
// Whole requests a second: 20000/s. From 1/s to 10000000/s.
[[nodiscard]] base::Result<std::int64_t> read_rate(std::string_view text);
// The number of a signal, spelt as in signal(7): SIGTERM.
[[nodiscard]] base::Result<int> read_signal(std::string_view text);
// A status as expectations spell it: 0 … 255, or a signal.
[[nodiscard]] base::Result<std::string> read_status(std::string_view text);

// An ASCII letter, then letters, digits, `_`, `-`: processes, labels, pipes, error symbols.
[[nodiscard]] bool is_name(std::string_view text);
[[nodiscard]] base::Result<std::string> read_name(std::string_view text);

}  // namespace procession::scenario
