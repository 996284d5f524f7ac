// SPDX-License-Identifier: MIT
#pragma once
// Pairs: a written order, or figure, taken apart into the pairs of events that it speaks of. A
// replicated name means each; a free letter ties the mentions of one expression; `first` and `last`
// take one.

#include "harness/base/result.h"
#include "harness/plan/events.h"
#include "harness/scenario/event_pattern.h"
#include "harness/scenario/model.h"
#include "harness/verify/guarantees.h"

#include <vector>

namespace procession::verify {

// At least one; BadInput if a name denotes nothing or the letters fit nowhere.
[[nodiscard]] base::Result<std::vector<Pair>> pairs_of(const plan::EventFinder& finder,
                                                       const scenario::OrderPattern& order);

// What a figure lasts between, for one value of the letters that both its events mention: the
// events on either side, in the plan's order.
struct Span {
  Side from;
  Side to;
  std::vector<plan::Letter> letters;
};

// At least one; errors as above.
[[nodiscard]] base::Result<std::vector<Span>> spans_of(const plan::EventFinder& finder,
                                                       const scenario::Figure& figure);

}  // namespace procession::verify
