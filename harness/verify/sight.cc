// SPDX-License-Identifier: MIT
#include "harness/verify/sight.h"

#include <fmt/format.h>

namespace procession::verify {

using causes::EventId;

namespace {

bool is_unstarted_talker(const Context& context, const Timeline& run, const plan::Event& event) {
  return context.plan.instance(event.instance).kind == plan::Instance::Kind::Talker &&
         !run.record().processes[event.instance].started;
}

}  // namespace

Sight sight_of(const Context& context, const Timeline& run, const Pair& pair) {
  Sight best{Sight::Kind::Apart, pair.left.front(), pair.right.back()};
  bool left_happened = false;
  bool right_happened = false;
  for (const plan::Event& left : pair.left) {
    for (const plan::Event& right : pair.right) {
      if (is_unstarted_talker(context, run, left) || is_unstarted_talker(context, run, right)) {
        continue;
      }
      const EventId a = run.net().id_of(left);
      const EventId b = run.net().id_of(right);
      left_happened = left_happened || run.happened(a);
      right_happened = right_happened || run.happened(b);
      if (best.kind == Sight::Kind::Apart) {
        best.kind = Sight::Kind::Absent;
      }
      if (!run.happened(a) || !run.happened(b)) {
        continue;
      }
      switch (run.relation(a, b)) {
        case Relation::Before:
          return {Sight::Kind::Seen, left, right};
        case Relation::TooClose:
          best = {Sight::Kind::TooClose, left, right};
          break;
        case Relation::After:
          if (best.kind != Sight::Kind::TooClose) {
            best = {Sight::Kind::Contradicted, left, right};
          }
      }
    }
  }
  if (best.kind == Sight::Kind::Absent && pair.if_it_happens && !left_happened && right_happened) {
    best.kind = Sight::Kind::Apart;
  }
  return best;
}

int severity(Sight::Kind kind) {
  switch (kind) {
    case Sight::Kind::Contradicted:
      return 4;
    case Sight::Kind::Absent:
      return 3;
    case Sight::Kind::TooClose:
      return 2;
    case Sight::Kind::Seen:
      return 1;
    case Sight::Kind::Apart:
      return 0;
  }
  return 0;
}

std::string contradiction_of(const Context& context, const Timeline& run, const Sight& sight) {
  const Wording words(context.plan, run.net());
  const EventId a = run.net().id_of(sight.left);
  const EventId b = run.net().id_of(sight.right);
  const std::string left =
      sight.left.kind == plan::Event::Kind::End
          ? fmt::format("{} still running at {}", context.finder.name_of(sight.left.instance),
                        since_start(run.record(), run.when(a).lo))
          : fmt::format("{} {}", words.name(a), words.when(run, a));
  return fmt::format("contradicted in {}: {} {}, {}", run_name(run.record()), words.name(b),
                     words.when(run, b), left);
}

}  // namespace procession::verify
