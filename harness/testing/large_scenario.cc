// SPDX-License-Identifier: MIT
#include "harness/testing/large_scenario.h"

#include <fmt/format.h>

namespace procession::testing {

std::string named_workers(int processes) {
  std::string names;
  std::string joins;
  std::string lines;
  std::string orders;
  for (int i = 0; i < processes; ++i) {
    names += fmt::format("{}worker{}", i == 0 ? "" : ", ", i);
    joins += fmt::format("    - join: worker{}\n", i);
    lines +=
        fmt::format("  worker{0}:\n    - await: main.mark(go)\n    - print: worker {0} works\n", i);
    orders += fmt::format("    - worker{0}.print < main.join(worker{0})\n", i);
  }
  return fmt::format(
      "processes:\n  main:\n    - start: [{}]\n    - mark: go\n{}{}expect:\n  order:\n{}", names,
      joins, lines, orders);
}

std::string counted_workers(int processes, int marks) {
  return fmt::format(R"(processes:
  main:
    - start: worker
    - mark: go
    - join: worker
    - print: on
  worker:
    count: {}
    steps:
      - await: main.mark(go)
      - repeat: {}
        steps:
          - mark: step
expect:
  order:
    - main.mark(go) < worker.await(go)
    - worker.end < main.print
)",
                     processes, marks);
}

std::string clients_of_a_server(int clients, int requests) {
  return fmt::format(R"(processes:
  main:
    - start: [server, client]
  server:
    - {{serve: upper, handler: process, until: client.end}}
  client:
    count: {}
    steps:
      - await: server.ready
      - connect: server
      - repeat: {}
        steps:
          - request: client ${{index}} of many
      - disconnect
expect:
  order:
    - server.ready < client.connect(server)
    - talker.end < server.serve
)",
                     clients, requests);
}

std::string barrier_rounds(int processes, int rounds) {
  return fmt::format(R"(processes:
  main:
    - start: party
    - join: party
  party:
    count: {}
    steps:
      - repeat: {}
        steps:
          - barrier: all
      - print: through
expect:
  order:
    - party.begin < party.print
)",
                     processes, rounds);
}

std::string terminated_handlers(int processes) {
  return fmt::format(R"(processes:
  main:
    - start: worker
    - await: worker.mark(up)
    - terminate: worker
    - join: worker
    - print: on
  worker:
    count: {}
    steps:
      - handle: SIGTERM
        steps:
          - exit: 0
      - mark: up
      - sleep: forever
expect:
  order:
    - main.terminate < main.print
    - worker.mark(up) < main.terminate(worker)
)",
                     processes);
}

std::string one_pipe(int workers, int tasks) {
  return fmt::format(R"(processes:
  main:
    - pipe: tasks
    - start: worker
    - repeat: {1}
      steps:
        - {{send: task, to: tasks}}
    - {{close_end: tasks, end: write}}
    - join: worker
  worker:
    count: {0}
    steps:
      - {{close_end: tasks, end: write}}
      - repeat: {2}
        steps:
          - receive: tasks
expect:
  order:
    - worker.begin < main.join
)",
                     workers, tasks, tasks / workers);
}

}  // namespace procession::testing
