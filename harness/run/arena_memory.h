// SPDX-License-Identifier: MIT
#pragma once
// ArenaMemory: an arena together with the shared memory that it lies in; the tool's side. One per
// warden, used for one Work after the other.
//
// There are two sizes. A process that ends walks the page tables of all that it has mapped, touched
// or not: an arena of a gigabyte makes a run of two small processes an eighth dearer than one of
// twelve mebibytes, which is enough for almost every scenario.

#include "harness/base/result.h"
#include "harness/os/shared_region.h"
#include "harness/plan/plan.h"
#include "harness/trace/arena.h"
#include "harness/trace/record.h"

#include <cstddef>
#include <vector>

namespace procession::run {

enum class ArenaSize { Small, Large };

// What several runs of the plan have ample room in.
[[nodiscard]] ArenaSize size_for(const plan::Plan& plan);

class ArenaMemory {
 public:
  // A large one may be smaller where the system's limits demand it.
  [[nodiscard]] static base::Result<ArenaMemory> create(ArenaSize size);

  [[nodiscard]] const trace::Arena& arena() const { return arena_; }
  [[nodiscard]] trace::Header& header() const { return arena_.header(); }
  [[nodiscard]] int fd() const { return region_.fd(); }
  [[nodiscard]] ArenaSize size() const { return size_; }

  // Puts the plan there. Exhausted if it, or one run of it, has no room.
  [[nodiscard]] base::Result<> load(const plan::Plan& plan);
  // Makes ready for a batch of at most `runs`; fewer if no more have room, one if the plan has
  // loads. Exhausted if there is no room for what those count.
  [[nodiscard]] base::Result<> begin_batch(std::uint32_t runs, base::Duration timeout);
  // What the loads of the batch's run have counted, by number.
  [[nodiscard]] std::vector<trace::Load> read_loads() const;

 private:
  ArenaMemory(os::SharedRegion region, ArenaSize size, const trace::Arena::Sizes& sizes,
              std::uint64_t nonce);
  [[nodiscard]] base::Result<> make_load_areas();

  os::SharedRegion region_;
  ArenaSize size_;
  trace::Arena arena_;
  std::size_t loads_ = 0;   // of the plan
  bool has_areas_ = false;  // of the last batch
};

}  // namespace procession::run
