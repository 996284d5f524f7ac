// SPDX-License-Identifier: MIT
#pragma once
// A Server is how a step `serve` serves the connections of its listener: by processes (below) or by
// an engine inside this process (load/engine.h). serve.cc drives it: open, serve and look at
// `until` in turn, then take_waiting, drain. Each call returns an error, that it is the child, or
// nothing.

#include "harness/load/answer.h"
#include "harness/load/wake.h"
#include "harness/os/unique_fd.h"
#include "harness/player/outcome.h"

namespace procession::player {

class Server {
 public:
  [[nodiscard]] virtual Outcome open() = 0;
  // Accepts and serves until it is woken.
  [[nodiscard]] virtual Outcome serve(const load::Wake& wake) = 0;
  // `until` has come: accepts who waits already. The listener is closed after this.
  [[nodiscard]] virtual Outcome take_waiting() = 0;
  // Returns when every connection has ended.
  [[nodiscard]] virtual Outcome drain() = 0;
  // The step fails. What this process itself serves is served to its end before.
  virtual void abandon() = 0;

 protected:
  ~Server() = default;
};

// What the service of a step makes of bytes.
[[nodiscard]] load::Answer answer_of(const plan::Step& step);

// A process for each connection (handler `process`): the next talker, whichever start method.
class ProcessServer final : public Server {
 public:
  explicit ProcessServer(const plan::Step& step);

  [[nodiscard]] Outcome open() override { return {}; }
  [[nodiscard]] Outcome serve(const load::Wake& wake) override;
  [[nodiscard]] Outcome take_waiting() override;
  [[nodiscard]] Outcome drain() override;
  void abandon() override {}

 private:
  [[nodiscard]] Outcome serve_one(os::UniqueFd connection);

  const plan::Step& step_;
  int socket_;
  std::span<const plan::InstanceId> talkers_;
  std::size_t next_ = 0;
};

// A few processes that share the listener (handler `prefork`), forked before the first connection;
// each serves all that it accepts by an engine of its own (prefork.cc).
class PreforkServer final : public Server {
 public:
  explicit PreforkServer(const plan::Step& step) : step_(step) {}

  [[nodiscard]] Outcome open() override;
  [[nodiscard]] Outcome serve(const load::Wake& wake) override;
  [[nodiscard]] Outcome take_waiting() override;
  [[nodiscard]] Outcome drain() override;
  void abandon() override;

 private:
  const plan::Step& step_;
  os::UniqueFd closing_;  // readable once `until` has come, for all workers
};
// What such a process does until its server closes or ends.
[[nodiscard]] Outcome work(const plan::Step& step);

// All talkers of this process that were started have ended, and are reaped.
void join_talkers();

}  // namespace procession::player
