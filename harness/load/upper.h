// SPDX-License-Identifier: MIT
#pragma once
// What a scenario's server answers: the same text in upper case. Only letters whose upper case has
// as many bytes are changed (ASCII, and the two-byte letters of Latin-1, Greek and Cyrillic; ß
// becomes SS), so a reply is always as long as its request and a client knows when it is complete.
// Used by the process that serves a connection and by its client, who knows what to expect.
//
// Bytes that are not UTF-8 stay as they are.

#include <cstddef>
#include <span>

namespace procession::load {

// Changes `text` in place and returns how many of its bytes are final: all of them, or all but the
// last one, if that is the first half of a letter: then it stays as it is, and the caller passes it
// again with what follows.
std::size_t to_upper(std::span<char> text) noexcept;

}  // namespace procession::load
