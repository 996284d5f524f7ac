// SPDX-License-Identifier: MIT
#pragma once
// Large scenarios, for benchmarks of the pure folders: the texts of files, without a title, as
// testing::planned takes them. Every order that they expect is guaranteed.

#include <string>

namespace procession::testing {

// One process named in the file for each of `processes`: started, given a go, joined.
[[nodiscard]] std::string named_workers(int processes);
// The same by `count`, with a line of `marks` each.
[[nodiscard]] std::string counted_workers(int processes, int marks);
// Clients of one server, each with a connection of its own and `requests` on it.
[[nodiscard]] std::string clients_of_a_server(int clients, int requests);
// Processes that meet at a barrier, again and again.
[[nodiscard]] std::string barrier_rounds(int processes, int rounds);
// Processes that are asked to end when they have said that they handle it.
[[nodiscard]] std::string terminated_handlers(int processes);
// Workers that take their tasks from one pipe.
[[nodiscard]] std::string one_pipe(int workers, int tasks);

}  // namespace procession::testing
