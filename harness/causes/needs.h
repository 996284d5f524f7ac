// SPDX-License-Identifier: MIT
#pragma once
// Sure needs: which events need which in any case. Only gates that are short of members, as soon as
// something is lost, are looked at, and only between the two. So it is cheap, sound, and not
// complete: what a circle hides is missing. For callers that have many such questions, before they
// ask for all that is possible (guarantee.h, lanes.h). Pure functions on a Net.
//
// `can` is what is possible in the net, with the same `trusted`.

#include "harness/causes/guarantee.h"

#include <span>
#include <vector>

namespace procession::causes {

// For each event the latest of those that it needs in any case; `Possible::kNever` if none is
// known.
[[nodiscard]] std::vector<EventId> latest_needs(const Net& net, const Possible& can,
                                                Warrant trusted = Warrant::Linux);

// Which of `goals` need one of `out`, all taken out together?
struct Question {
  std::vector<EventId> out;
  std::vector<EventId> goals;
};

// Of each question, for each of its goals, whether it surely does. `latest`, if given, are the
// latest needs: with them each question is left as soon as it is answered.
[[nodiscard]] std::vector<std::vector<bool>> sure_needs(const Net& net, const Possible& can,
                                                        std::span<const Question> questions,
                                                        Warrant trusted = Warrant::Linux,
                                                        std::span<const EventId> latest = {});

}  // namespace procession::causes
