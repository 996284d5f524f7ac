// SPDX-License-Identifier: MIT
#pragma once
// The words of the language that later stages keep as numbers: verbs, start methods, how a server
// answers, how it handles a connection. Plain enumerations without storage, so that the player
// (which has no heap and no YAML) can share them; their spelling is `to_string`.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace procession::scenario {

enum class Verb : std::uint8_t {
  // life
  Start,
  Join,
  IsAlive,
  Exitcode,
  ActiveChildren,
  SetName,
  SetDaemon,
  Close,
  Run,  // never reaches a Plan: planning puts the other process's steps in its place
  // signals
  Signal,
  Terminate,
  Kill,
  Interrupt,
  Suspend,
  Resume,
  // ending
  Exit,
  ExitNow,
  Raise,
  EndBy,
  // relations
  Handle,
  Block,
  Unblock,
  Setsid,
  Setpgid,
  Subreaper,
  ParentDeathSignal,
  // work
  Print,
  Sleep,
  Spin,
  Allocate,
  Repeat,  // never reaches a Plan: planning unrolls it
  // meeting
  Mark,
  Await,
  Barrier,
  // bytes
  Pipe,
  Send,
  Receive,
  CloseEnd,
  // net
  Listen,
  Serve,
  Connect,
  Request,
  Disconnect,
  Load,
  // implicit, no file can write them: what a process that serves one connection does, and that a
  // program has become ready
  Talk,
  Ready,
};

inline constexpr std::array<std::string_view, 46> kVerbNames = {"start",
                                                                "join",
                                                                "is_alive",
                                                                "exitcode",
                                                                "active_children",
                                                                "set_name",
                                                                "set_daemon",
                                                                "close",
                                                                "run",
                                                                "signal",
                                                                "terminate",
                                                                "kill",
                                                                "interrupt",
                                                                "suspend",
                                                                "resume",
                                                                "exit",
                                                                "exit_now",
                                                                "raise",
                                                                "end_by",
                                                                "handle",
                                                                "block",
                                                                "unblock",
                                                                "setsid",
                                                                "setpgid",
                                                                "subreaper",
                                                                "parent_death_signal",
                                                                "print",
                                                                "sleep",
                                                                "spin",
                                                                "allocate",
                                                                "repeat",
                                                                "mark",
                                                                "await",
                                                                "barrier",
                                                                "pipe",
                                                                "send",
                                                                "receive",
                                                                "close_end",
                                                                "listen",
                                                                "serve",
                                                                "connect",
                                                                "request",
                                                                "disconnect",
                                                                "load",
                                                                "talk",
                                                                "ready"};

[[nodiscard]] constexpr std::string_view to_string(Verb verb) {
  return kVerbNames[static_cast<std::size_t>(verb)];
}

[[nodiscard]] constexpr std::optional<Verb> verb_named(std::string_view name) {
  for (std::size_t i = 0; i < kVerbNames.size(); ++i) {
    if (kVerbNames[i] == name) {
      return static_cast<Verb>(i);
    }
  }
  return std::nullopt;
}

// A step of these verbs publishes: its bare name in an order is its effect, which lies between its
// call and its return. The bare name of every other verb is its return.
[[nodiscard]] constexpr bool publishes(Verb verb) {
  switch (verb) {
    case Verb::Start:
    case Verb::Mark:
    case Verb::Send:
    case Verb::Signal:
    case Verb::Terminate:
    case Verb::Kill:
    case Verb::Interrupt:
    case Verb::Suspend:
    case Verb::Resume:
    case Verb::Connect:
    case Verb::Exit:
    case Verb::ExitNow:
    case Verb::Raise:
    case Verb::EndBy:
      return true;
    default:
      return false;
  }
}

enum class StartMethod : std::uint8_t { Fork, Vfork, Spawn, Forkserver, Daemonize };

inline constexpr std::array<std::string_view, 5> kStartMethodNames = {"fork", "vfork", "spawn",
                                                                      "forkserver", "daemonize"};

[[nodiscard]] constexpr std::string_view to_string(StartMethod method) {
  return kStartMethodNames[static_cast<std::size_t>(method)];
}

[[nodiscard]] constexpr std::optional<StartMethod> start_method_named(std::string_view name) {
  for (std::size_t i = 0; i < kStartMethodNames.size(); ++i) {
    if (kStartMethodNames[i] == name) {
      return static_cast<StartMethod>(i);
    }
  }
  return std::nullopt;
}

// What `handle` makes of a signal.
enum class SignalAction : std::uint8_t { Steps, Ignore, Default };

// Whether it begins as a fresh program image that loads `module`.
[[nodiscard]] constexpr bool loads_module(StartMethod method) {
  return method == StartMethod::Spawn || method == StartMethod::Forkserver;
}

// Where the lines of a process go: to an output of its own, to its starter's, or nowhere.
enum class Stdout : std::uint8_t { Own, Inherit, Null };

enum class Service : std::uint8_t {
  Upper,
  Echo
};  // what a server answers: A-Z for a-z, or the same

// Who serves the connections of a server: a process for each, a few processes that share them, a
// thread for each, or one process that serves them all, as epoll(7) or io_uring(7) tells it to.
enum class Handler : std::uint8_t { Process, Prefork, Thread, Epoll, IoUring };

inline constexpr std::array<std::string_view, 5> kHandlerNames = {"process", "prefork", "thread",
                                                                  "epoll", "io_uring"};

[[nodiscard]] constexpr std::string_view to_string(Handler handler) {
  return kHandlerNames[static_cast<std::size_t>(handler)];
}

[[nodiscard]] constexpr std::optional<Handler> handler_named(std::string_view name) {
  for (std::size_t i = 0; i < kHandlerNames.size(); ++i) {
    if (kHandlerNames[i] == name) {
      return static_cast<Handler>(i);
    }
  }
  return std::nullopt;
}

// Whether processes of their own serve: `server/talker[k]`.
[[nodiscard]] constexpr bool has_talkers(Handler handler) {
  return handler == Handler::Process || handler == Handler::Prefork;
}
// How the clients of a load send: each when its last reply has come, or as a schedule says.
enum class Loop : std::uint8_t { Closed, Open };
// The schedule of an open loop.
enum class Arrivals : std::uint8_t { Constant, Poisson, Burst, Ramp };
// What becomes of a request that is due while no connection is free.
enum class WhenBusy : std::uint8_t { Queue, Pipeline, Drop };
enum class Protocol : std::uint8_t { Echo, Redis, Http };

inline constexpr std::array<std::string_view, 4> kArrivalsNames = {"constant", "poisson", "burst",
                                                                   "ramp"};
inline constexpr std::array<std::string_view, 3> kWhenBusyNames = {"queue", "pipeline", "drop"};
inline constexpr std::array<std::string_view, 3> kProtocolNames = {"echo", "redis", "http"};

enum class SendOrder : std::uint8_t { InOrder, Reverse, Random };  // of a step on several processes

}  // namespace procession::scenario
