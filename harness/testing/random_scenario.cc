// SPDX-License-Identifier: MIT
#include "harness/testing/random_scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <random>
#include <vector>

namespace procession::testing {

namespace {

struct Role {
  std::string name;
  std::size_t starter = 0;  // index; main's is itself
  bool daemon = false;
  bool twice = false;      // count: 2
  bool recursive = false;  // depth: 2
  bool program = false;    // exec in place of steps
  std::string method = "fork";
  std::vector<std::string> steps;
  std::vector<std::size_t> children;
  std::vector<std::string> labels;   // of its marks and other steps
  std::vector<std::string> blocked;  // signals
  bool leads = false;                // a group or a session of its own, perhaps
};

class Author {
 public:
  explicit Author(std::uint64_t seed) : random_(seed) {}

  std::string write() {
    cast();
    has_pipe_ = chance(25);
    for (std::size_t who = 0; who < roles_.size(); ++who) {
      write_line(who);
    }
    if (chance(25)) {
      meet();
    }
    for (std::size_t awaits = below(3); awaits > 0; --awaits) {
      add_await();
    }
    if (chance(12)) {
      add_server();
    }
    return text();
  }

 private:
  // std::uniform_int_distribution differs between libraries; the generator does not.
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
  bool chance(std::size_t percent) { return below(100) < percent; }
  template <class T>
  const T& one_of(const std::vector<T>& of) {
    return of[below(of.size())];
  }

  // ---- who there is

  void cast() {
    const std::vector<std::string> names = {"main", "ann", "bob", "cat"};
    const std::size_t count = 2 + (chance(60) ? 1 : 0) + (chance(25) ? 1 : 0);
    roles_.resize(count);
    for (std::size_t who = 0; who < count; ++who) {
      Role& role = roles_[who];
      role.name = names[who];
      if (who == 0) {
        continue;
      }
      do {
        role.starter = below(who);
      } while (roles_[role.starter].twice);
      roles_[role.starter].children.push_back(who);
      role.daemon = chance(14);
      role.twice = count < 4 && chance(10);
      if (role.twice) {
        replicas_ = true;
      }
      role.recursive = count < 4 && !replicas_ && chance(12);
      replicas_ = replicas_ || role.recursive;
      role.method = chance(75) ? "fork" : one_of(other_methods());
      role.daemon = role.daemon && role.method != "daemonize";
    }
    Role& last = roles_.back();  // it starts nobody
    last.program =
        !last.recursive && (last.method == "fork" || last.method == "vfork") && chance(12);
  }

  static const std::vector<std::string>& other_methods() {
    static const std::vector<std::string> kMethods = {"spawn", "forkserver", "vfork", "daemonize",
                                                      "daemonize"};
    return kMethods;
  }

  [[nodiscard]] std::size_t steps_for_each() const {
    return roles_.size() == 2 ? (replicas_ ? 2 : 4) : roles_.size() == 3 && !replicas_ ? 3 : 2;
  }

  // ---- one line

  void write_line(std::size_t who) {
    Role& role = roles_[who];
    if (role.program) {
      return;
    }
    if (has_pipe_ && who == 0) {
      role.steps.push_back("pipe: p");
    }
    std::vector<std::size_t> unmade = role.children;
    if (role.recursive) {
      unmade.push_back(who);
    }
    std::vector<std::size_t> made;
    const std::size_t own = 1 + below(steps_for_each());
    for (std::size_t left = own; left > 0 || !unmade.empty();) {
      if (!unmade.empty() && (left == 0 || chance(60))) {
        const Role& child = roles_[unmade.front()];
        role.steps.push_back(start_step(role, child.name));
        if (child.method != "daemonize") {
          made.push_back(unmade.front());
        } else if (chance(20)) {
          role.steps.push_back(fmt::format("{{join: {}, fails: not_my_child}}", child.name));
        }
        unmade.erase(unmade.begin());
      } else {
        role.steps.push_back(random_step(who, made));
        --left;
      }
    }
    if (chance(22)) {
      role.steps.push_back(random_ending(who));
    }
  }

  std::string start_step(const Role& starter, const std::string& child) {
    if (starter.daemon) {
      return fmt::format("{{start: {}, fails: daemon_has_child}}", child);
    }
    return chance(90) ? "start: " + child
                      : fmt::format("{{start: {}, fails: [already_started, ok]}}", child);
  }

  std::string random_step(std::size_t who, const std::vector<std::size_t>& made) {
    const std::size_t dice = below(100);
    if (!made.empty() && dice < 45) {
      return child_step(roles_[one_of(made)].name, who);
    }
    if (dice < 57) {
      return signal_step(who);
    }
    if (dice < 67) {
      return handle_step(who);
    }
    if (dice < 73) {
      return mask_step(who);
    }
    if (dice < 78) {
      return relation_step(who);
    }
    if (has_pipe_ && dice < 88 && may_use_pipe(who)) {
      return pipe_step();
    }
    if (dice < 92) {
      return "mark: " + new_label(who);
    }
    return chance(50) ? "sleep: forever" : "sleep: 1ms";
  }

  std::string child_step(const std::string& child, std::size_t who) {
    switch (below(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return chance(70) ? "join: " + child
                          : fmt::format("{{join: {}, as: {}}}", child, new_label(who));
      case 4:
        return fmt::format("{{join: {}, timeout: 5ms}}", child);
      case 5:
        return "is_alive: " + child;
      case 6:
        return chance(50) ? "exitcode: " + child : "active_children";
      case 7:
        return chance(60) ? fmt::format("{{close: {}, fails: [still_running, ok]}}", child)
                          : odd_child_step(child);
      case 8:
      case 9:
        return "terminate: " + child;
      case 10:
        return "kill: " + child;
      default:
        return stop_step(child);
    }
  }

  // Sure to fail.
  std::string odd_child_step(const std::string& child) {
    switch (below(3)) {
      case 0:
        return fmt::format("{{start: {}, fails: already_started}}", child);
      case 1:
        return fmt::format("{{set_daemon: {}, to: true, fails: too_late}}", child);
      default:
        return fmt::format("{{start: {}, fails: [already_started, ok]}}", child);
    }
  }

  std::string stop_step(const std::string& target) {
    return (chance(50) ? "suspend: " : "resume: ") + target;
  }

  // Who goes by this name alone.
  const std::string& some_name() {
    const Role& role = one_of(roles_);
    return role.recursive ? roles_.front().name : role.name;
  }

  // At whoever: a child, the starter, itself.
  std::string signal_step(std::size_t who) {
    const std::string& target = some_name();
    const std::string fails = chance(60) ? ", fails: [not_started, ok]" : "";
    switch (below(9)) {
      case 0:
        return fmt::format("{{terminate: {}{}}}", target, fails);
      case 1:
        return fmt::format("{{kill: {}{}}}", target, fails);
      case 2:
        return fmt::format("{{resume: {}{}}}", target, fails);
      case 3:
        return fmt::format("{{signal: {}, send: SIGUSR1, fails: [ESRCH, not_started, ok]}}",
                           target);
      case 4:
        return fmt::format("{{signal: {}, send: SIGUSR1, group: true}}",
                           roles_[who].recursive ? target : roles_[who].name);
      case 5:
        return fmt::format("{{interrupt: {}{}}}", target, fails);
      case 6:
        return fmt::format(
            "{{signal: {}, send: {}, group: true, fails: [ESRCH, not_started, ok]}}", target,
            one_of(std::vector<std::string>{"SIGTERM", "SIGTERM", "SIGHUP", "SIGSTOP", "SIGCONT"}));
      case 7:
        return fmt::format("{{suspend: {}{}}}", target, fails);
      default:
        return fmt::format("{{signal: {}, send: SIGTERM{}}}", target, fails);
    }
  }

  std::string handle_step(std::size_t who) {
    const std::string signal =
        one_of(std::vector<std::string>{"SIGTERM", "SIGTERM", "SIGTERM", "SIGUSR1", "SIGUSR1",
                                        "SIGINT", "SIGCHLD", "SIGHUP", "SIGCONT"});
    if (signal != "SIGCHLD" && chance(25)) {
      return labelled(fmt::format("handle: {}, action: ignore", signal), who);
    }
    if (chance(15)) {
      return labelled(fmt::format("handle: {}, action: default", signal), who);
    }
    const std::string step = step_of_handler(who);
    return chance(80) ? fmt::format("{{handle: {}, steps: [{{{}}}]}}", signal, step)
                      : fmt::format("{{handle: {}, steps: [{{{}}}, {{{}}}]}}", signal, step,
                                    step_of_handler(who));
  }

  std::string mask_step(std::size_t who) {
    std::vector<std::string>& blocked = roles_[who].blocked;
    if (!blocked.empty() && chance(60)) {
      const std::string signal = blocked.back();
      blocked.pop_back();
      return labelled("unblock: " + signal, who);
    }
    blocked.push_back(
        one_of(std::vector<std::string>{"SIGTERM", "SIGTERM", "SIGUSR1", "SIGCHLD", "SIGCONT"}));
    return labelled("block: " + blocked.back(), who);
  }

  std::string relation_step(std::size_t who) {
    switch (below(7)) {
      case 0:
      case 1:
        return labelled("parent_death_signal: " +
                            one_of(std::vector<std::string>{"SIGKILL", "SIGTERM", "SIGUSR1",
                                                            "SIGSTOP", "SIGCONT", "SIGCHLD"}),
                        who);
      case 2:
        return labelled("subreaper: ", who);
      case 3:
        if (who == 0) {
          return "{setsid: , fails: EPERM}";
        }
        return stand_apart("setsid: ", who);
      default:
        return stand_apart("setpgid: ", who);
    }
  }

  std::string stand_apart(const std::string& verb, std::size_t who) {
    const bool may_fail = roles_[who].leads;
    roles_[who].leads = true;
    return labelled(verb + (may_fail ? ", fails: [EPERM, ok]" : ""), who);
  }

  // The inside of a flow map as a step; in some of them with a label, so that others can wait for
  // it.
  std::string labelled(const std::string& inside, std::size_t who) {
    return chance(50) ? fmt::format("{{{}}}", inside)
                      : fmt::format("{{{}, as: {}}}", inside, new_label(who));
  }

  // As the inside of a flow map.
  std::string step_of_handler(std::size_t who) {
    const std::vector<std::size_t>& children = roles_[who].children;
    const std::size_t dice = below(20);
    if (dice < 9) {
      return "mark: " + new_label(who);
    }
    if (dice < 13 && !children.empty()) {
      const std::string& child = roles_[one_of(children)].name;
      switch (below(5)) {
        case 0:
          return fmt::format("start: {}, fails: [already_started, ok]", child);
        case 1:
          return fmt::format("join: {}", child);
        case 2:
          return fmt::format("join: {}, fails: [not_started, ok]", child);
        case 3:
          return fmt::format("is_alive: {}", child);
        default:
          return fmt::format("signal: {}, send: SIGTERM", child);
      }
    }
    if (dice < 16 && has_pipe_ && may_use_pipe(who)) {
      return one_of(
          std::vector<std::string>{"send: x, to: p", "receive: p", "close_end: p, end: write"});
    }
    return one_of(std::vector<std::string>{
        "exit: 3", "exit_now: 4", "sleep: 1ms", "raise: Bang", "terminate: " + some_name(),
        "block: SIGTERM", "unblock: SIGTERM", "handle: SIGTERM, action: default",
        "setpgid: , fails: [EPERM, ok]", "parent_death_signal: SIGTERM", "subreaper: "});
  }

  [[nodiscard]] bool may_use_pipe(std::size_t who) const {
    for (; who != 0; who = roles_[who].starter) {
      if (roles_[who].method == "forkserver") {
        return false;
      }
    }
    return true;
  }

  std::string pipe_step() {
    switch (below(7)) {
      case 0:
      case 1:
        return fmt::format("{{send: {}, to: p}}", one_of(std::vector<std::string>{"x", "yy"}));
      case 2:
      case 3:
        return "receive: p";
      case 4:
        return "{receive: p, timeout: 5ms, fails: [timed_out, ok]}";
      case 5:
        return "{close_end: p, end: write, fails: [EBADF, ok]}";
      default:
        return chance(70) ? "{close_end: p, end: write}" : "{close_end: p, end: read}";
    }
  }

  std::string random_ending(std::size_t who) {
    switch (below(9)) {
      case 0:
        return "exit: 0";
      case 1:
        return "exit: 3";
      case 2:
        return fmt::format("{{exit: 3, as: {}}}", new_label(who));
      case 3:
        return "exit_now: 2";
      case 4:
        return "raise: Boom";
      case 5:
        return fmt::format("{{raise: Boom, as: {}}}", new_label(who));
      case 6:
        return "end_by: SIGSEGV";
      case 7:
        return "end_by: " + one_of(std::vector<std::string>{"SIGCHLD", "SIGTERM", "SIGKILL"});
      default:
        return "sleep: forever";
    }
  }

  std::string new_label(std::size_t who) {
    roles_[who].labels.push_back(fmt::format("l{}", labels_++));
    return roles_[who].labels.back();
  }

  // ---- meeting

  void insert_somewhere(std::size_t who, const std::string& step) {
    who = roles_[who].program ? roles_[who].starter : who;
    std::vector<std::string>& steps = roles_[who].steps;
    const auto at = below(steps.size() + 1);
    steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(at), step);
  }

  void meet() {
    for (std::size_t who = 0; who < roles_.size(); ++who) {
      if (!roles_[who].program && chance(70)) {
        insert_somewhere(who,
                         chance(80) ? "barrier: b" : "{barrier: b, fails: [broken_barrier, ok]}");
      }
    }
  }

  void add_await() {
    const std::size_t who = below(roles_.size());
    const std::string event = random_event(one_of(roles_));
    const std::size_t dice = below(10);
    insert_somewhere(
        who, dice < 6   ? "await: " + event
             : dice < 7 ? fmt::format("{{await: {}, timeout: 5ms}}", event)
             : dice < 8 ? fmt::format("{{await: {}, timeout: 5ms, fails: timed_out}}", event)
             : dice < 9
                 ? fmt::format("{{await: {}, fails: [gone, ok]}}", event)
                 : fmt::format("{{await: {}, timeout: 5ms, fails: [timed_out, ok]}}", event));
  }

  // One that the role can produce.
  std::string random_event(const Role& role) {
    std::string event = role.name;
    const std::size_t dice = below(10);
    if (dice < 5 && !role.labels.empty()) {
      event += "." + one_of(role.labels);
    } else if (dice < 7 && !role.children.empty()) {
      event += fmt::format(".start({})", roles_[one_of(role.children)].name);
    } else if (role.program && dice < 4) {
      event += ".ready";
    } else {
      event += dice < 8 ? ".end" : ".begin";
    }
    if (event.ends_with(".ready")) {
      return event;
    }
    if (dice != 7 && dice != 9 && event.find("end") == event.npos && chance(15)) {
      event += event.ends_with(".begin") ? "" : ".call";
    }
    return role.twice && chance(50) ? fmt::format("first({})", event) : event;
  }

  // ---- net

  // One more process that serves, and one that is there already as its client.
  void add_server() {
    if (roles_.size() == 4 || replicas_) {
      return;
    }
    const std::size_t client = 1 + below(roles_.size() - 1);
    Role server;
    server.name = "server";
    server.program = chance(25);
    server.daemon = server.program && chance(30);
    const std::string expect = server.program ? ", expect: HI" : "";
    const std::size_t dice = below(10);
    server.steps.push_back(
        dice < 6   ? fmt::format("{{serve: upper, handler: {}, until: {}.end}}", random_handler(),
                                 roles_[client].name)
        : dice < 8 ? fmt::format("{{serve: echo, handler: {}}}", random_handler())
                   : fmt::format("{{serve: upper, start_method: spawn, until: {}.begin}}",
                                 roles_[client].name));
    roles_[client].program = false;
    std::vector<std::string>& steps = roles_[client].steps;
    steps = {chance(80) ? "connect: server" : "{connect: server, fails: [ECONNREFUSED, ok]}"};
    if (chance(75)) {
      steps.insert(steps.begin(), "await: server.ready");
    }
    const std::vector<std::pair<std::string, unsigned>> uses = {
        {fmt::format("{{request: hi{}}}", expect), 60U},
        {fmt::format("{{request: ho{}, fails: [timed_out, ECONNRESET, ok]}}", expect), 20U},
        {"disconnect", 30U},
        {fmt::format("{{request: hu{}, fails: [ENOTCONN, ok]}}", expect), 10U},
        {"{disconnect: , fails: [ENOTCONN, ok]}", 10U}};
    for (const auto& [step, percent] : uses) {
      if (chance(percent)) {
        steps.push_back(step);
      }
    }
    if (chance(25)) {
      steps = {fmt::format("{{load: server, connections: {}, requests: 2{}{}}}", 1 + below(2),
                           chance(50) ? ", warmup: 1ms" : "",
                           chance(25) ? ", fails: [ECONNREFUSED, timed_out, ok]" : "")};
      if (chance(75)) {
        steps.insert(steps.begin(), "await: server.ready");
      }
    }
    roles_[client].labels.clear();
    roles_.front().steps.insert(roles_.front().steps.begin(), "start: server");
    roles_.push_back(server);
  }

  std::string random_handler() {
    return one_of(std::vector<std::string>{"process", "process", "thread", "epoll",
                                           "prefork, workers: 1", "prefork, workers: 2"});
  }

  // ---- the file

  [[nodiscard]] std::string text() const {
    std::string file = "scenario: random\nprocesses:\n";
    for (const Role& role : roles_) {
      file += fmt::format("  {}:\n", role.name);
      file += role.daemon ? "    daemon: true\n" : "";
      file += role.twice ? "    count: 2\n" : "";
      file += role.recursive ? "    depth: 2\n" : "";
      file += role.method == "fork" ? "" : fmt::format("    start_method: {}\n", role.method);
      if (role.program) {
        file += "    exec: [program, \"${port}\"]\n    ready: port\n";
        continue;
      }
      file += "    steps:\n";
      for (const std::string& step : role.steps) {
        file += fmt::format("      - {}\n", step);
      }
    }
    return file;
  }

  std::mt19937_64 random_;
  std::vector<Role> roles_;
  bool has_pipe_ = false;
  bool replicas_ = false;
  std::size_t labels_ = 0;
};

}  // namespace

std::string random_scenario(std::uint64_t seed) { return Author(seed).write(); }

}  // namespace procession::testing
