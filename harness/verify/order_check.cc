// SPDX-License-Identifier: MIT
#include "harness/verify/order_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace procession::verify {

std::string Tally::counts() const {
  return fmt::format("seen {}, contradicted {}, too close {} of {}", seen, contradicted, too_close,
                     runs);
}

OrderCheck::OrderCheck(const Context& context, std::string key, const scenario::OrderPattern& order,
                       std::vector<Pair> pairs)
    : Check(std::move(key), order.text, order.at), context_(context), pairs_(std::move(pairs)) {}

void OrderCheck::add(const Timeline& run) {
  ++tally_.runs;
  const bool is_complete = run.record().complete;
  tally_.damaged += is_complete ? 0 : 1;
  if (is_complete && !run.fault().empty() && tally_.fault.empty()) {
    tally_.fault = fmt::format("{}: {}", run_name(run.record()), run.fault());
  }
  Sight worst;
  bool all_caused = true;
  for (const Pair& pair : pairs_) {
    const Sight sight = sight_of(context_, run, pair);
    if (is_complete && run.fault().empty()) {
      note_absent(run, pair, sight);  // else it may have happened
    }
    if (severity(sight.kind) > severity(worst.kind)) {
      worst = sight;
    }
    if (sight.kind == Sight::Kind::Seen && all_caused && wants_chains()) {
      all_caused = is_caused(run, sight);
    }
    look_at(run, sight);
  }
  if (worst.kind == Sight::Kind::Apart && !pairs_.front().if_it_happens && is_complete) {
    note_nobody(run);
  }
  tally_.too_close += worst.kind == Sight::Kind::TooClose ? 1 : 0;
  const bool seen = severity(worst.kind) <= severity(Sight::Kind::Seen);
  tally_.seen += seen ? 1 : 0;
  tally_.caused += seen && all_caused ? 1 : 0;
  if (worst.kind == Sight::Kind::Contradicted) {
    ++tally_.contradicted;
    if (tally_.contradiction.empty()) {
      tally_.contradiction = contradiction_of(context_, run, worst);
    }
  }
}

bool OrderCheck::lost() const { return tally_.contradicted != 0 || !tally_.absent.empty(); }

std::string OrderCheck::absence() const {
  const auto& [event, absence] = *tally_.absent.begin();
  return fmt::format("vacuous: {} happened in {} of {} runs", event, tally_.runs - absence.runs,
                     tally_.runs);
}

void OrderCheck::note_absent(const Timeline& run, const Pair& pair, const Sight& sight) {
  if (sight.kind != Sight::Kind::Absent) {
    return;
  }
  for (const Side* side : {&pair.left, &pair.right}) {
    const bool happened = std::ranges::any_of(
        *side, [&](const plan::Event& event) { return run.happened(run.net().id_of(event)); });
    if (!happened && !(side == &pair.left && pair.if_it_happens)) {
      note_absent(run, side->front());
    }
  }
}

// Once a run, however many pairs it is in.
void OrderCheck::note_absent(const Timeline& run, const plan::Event& event) {
  Absence& absence = tally_.absent[context_.finder.name_of(event)];
  if (absence.last_run != run.record().run) {
    absence.last_run = run.record().run;
    ++absence.runs;
  }
}

// Every pair is of connections that nobody made.
void OrderCheck::note_nobody(const Timeline& run) {
  const Pair& pair = pairs_.front();
  const plan::Event& left = pair.left.front();
  const bool is_left = context_.plan.instance(left.instance).kind == plan::Instance::Kind::Talker;
  note_absent(run, is_left ? left : pair.right.front());
}

bool OrderCheck::is_caused(const Timeline& run, const Sight& sight) {
  const auto chain = run.chain(run.net().id_of(sight.left), run.net().id_of(sight.right));
  if (!chain.empty() && tally_.times.empty()) {
    const Wording words(context_.plan, run.net());
    tally_.times = words.chain_lines(chain, &run);
    tally_.times.insert(tally_.times.begin(), run_name(run.record()) + ":");
  }
  return !chain.empty();
}
}  // namespace procession::verify
