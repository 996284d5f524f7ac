// SPDX-License-Identifier: MIT
#pragma once
// ArenaMemory: an arena together with the shared memory that it lies in; the tool's side. One per
// warden, used for one Work after the other.

#include "harness/base/result.h"
#include "harness/os/shared_region.h"
#include "harness/plan/plan.h"
#include "harness/trace/arena.h"

namespace procession::run {

class ArenaMemory {
 public:
  // As large as the system's limits allow, up to the usual sizes.
  [[nodiscard]] static base::Result<ArenaMemory> create();

  [[nodiscard]] const trace::Arena& arena() const { return arena_; }
  [[nodiscard]] trace::Header& header() const { return arena_.header(); }
  [[nodiscard]] int fd() const { return region_.fd(); }

  // Puts the plan there. Exhausted if it, or one run of it, has no room.
  [[nodiscard]] base::Result<> load(const plan::Plan& plan);
  // Makes ready for a batch of at most `runs`; fewer if no more have room.
  void begin_batch(std::uint32_t runs, base::Duration timeout);

 private:
  ArenaMemory(os::SharedRegion region, const trace::Arena::Sizes& sizes, std::uint64_t nonce);

  os::SharedRegion region_;
  trace::Arena arena_;
};

}  // namespace procession::run
