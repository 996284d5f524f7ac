// SPDX-License-Identifier: MIT
#include "harness/scenario/decode_expect.h"

#include "harness/scenario/event_grammar.h"
#include "harness/scenario/scalar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace procession::scenario {

namespace {

// overlap, parallel, serial: names are one group, lists of names several.
std::vector<Group> decode_groups(const Field& field, std::string_view key, Diagnostics& problems) {
  std::vector<Group> groups;
  if (!field) {
    return groups;
  }
  const Site site{key, problems};
  const std::span<const Node> items = list_items(field.node(), site);
  const auto lists = std::ranges::count_if(items, &Node::is_list);
  if (lists == 0 && !items.empty()) {
    groups.push_back({read_each(items, site, process_value), field.node().at});
  } else if (static_cast<std::size_t>(lists) == items.size()) {
    for (const Node& item : items) {
      groups.push_back(
          {read_each(std::span<const Node>(item.items), site, process_value), item.at});
    }
  } else {
    problems.add(field.node().at, fmt::format("`{}` mixes names and lists of names", key),
                 "names are one group, lists of names are several groups");
  }
  return groups;
}

// "3" or "1..4".
void decode_range(const Node& node, const Site& site, CountExpectation& count) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const std::optional<Text> text = text_value(node, site);
  if (!text) {
    return;
  }
  const std::size_t dots = text->value.find("..");
  const auto least = read_integer(std::string_view(text->value).substr(0, dots), 0, kMost);
  const auto most = dots == std::string::npos
                        ? least
                        : read_integer(std::string_view(text->value).substr(dots + 2), 0, kMost);
  if (!least || !most || *least > *most) {
    site.problems.add(node.at, fmt::format("{} is no number and no range", quote(text->value)),
                      "write 3, or 1..4");
    return;
  }
  count.least = static_cast<std::uint64_t>(*least);
  count.most = static_cast<std::uint64_t>(*most);
}

std::vector<CountExpectation> decode_counts(const Field& field, Diagnostics& problems) {
  std::vector<CountExpectation> counts;
  if (!field) {
    return counts;
  }
  const Site site{"count", problems};
  for (const Entry& entry : map_entries(field.node(), site)) {
    CountExpectation count;
    decode_range(entry.value, site, count);
    if (auto event = event_value(entry.key, site)) {
      count.event = std::move(*event);
      counts.push_back(std::move(count));
    }
  }
  return counts;
}

// What `exit`, `output` and `parent` share: a map from processes to something. `decode` reads the
// value into an expectation whose process is set already.
template <class Expectation, class Decode>
std::vector<Expectation> by_process(const Field& field, const Site& site, Decode decode) {
  std::vector<Expectation> expectations;
  if (!field) {
    return expectations;
  }
  for (const Entry& entry : map_entries(field.node(), site)) {
    Expectation expectation;
    decode(entry.value, expectation);
    if (auto process = process_value(entry.key, site)) {
      expectation.process = std::move(process->first);
      expectation.at = process->second;
      expectations.push_back(std::move(expectation));
    }
  }
  return expectations;
}

std::vector<ExitExpectation> decode_exit(const Field& field, Diagnostics& problems) {
  const Site site{"exit", problems};
  return by_process<ExitExpectation>(field, site, [&](const Node& node, ExitExpectation& exit) {
    exit.statuses = read_each(one_or_more(node, site), site, status_value);
  });
}

std::vector<OutputExpectation> decode_output(const Field& field, Diagnostics& problems) {
  const Site site{"output", problems};
  return by_process<OutputExpectation>(
      field, site, [&](const Node& node, OutputExpectation& output) {
        output.lines = read_each(list_items(node, site), site, text_value);
      });
}

std::vector<ParentExpectation> decode_parent(const Field& field, Diagnostics& problems) {
  const Site site{"parent", problems};
  return by_process<ParentExpectation>(field, site,
                                       [&](const Node& node, ParentExpectation& parent) {
                                         if (process_value(node, site)) {
                                           parent.parent = {node.text, node.text_at};
                                         }
                                       });
}

// `P.label` and `P.exit` are bound to values; other events only happen.
bool has_value(const EventPattern& event) {
  const bool other_verb = verb_named(event.what) && event.what != to_string(Verb::Exit);
  return event.pick == EventPattern::Pick::Each && !event.call && event.operand.empty() &&
         !other_verb && !is_event_word(event.what);
}

// An observable is an order, `P.label`, `P.exit` or a label.
std::optional<OutcomePattern::Observable> decode_observable(const Entry& entry, const Site& site) {
  constexpr auto kSeen = std::to_array<std::string_view>({"true", "false"});
  OutcomePattern::Observable observable;
  observable.name = {entry.key.text, entry.key.text_at};
  observable.values = read_each(one_or_more(entry.value, site), site, text_value);
  if (entry.key.text.find('<') != std::string::npos) {
    observable.order = order_value(entry.key, site);
    for (const Text& value : observable.values) {
      if (std::ranges::find(kSeen, value.value) == kSeen.end()) {
        site.problems.add(value.at,
                          fmt::format("an order is `true` or `false`, not {}", quote(value.value)));
      }
    }
    return observable.order ? std::optional(std::move(observable)) : std::nullopt;
  }
  if (entry.key.text.find('.') == std::string::npos) {
    return name_value(entry.key, site) ? std::optional(std::move(observable)) : std::nullopt;
  }
  const std::optional<EventPattern> event = event_value(entry.key, site);
  if (event && !has_value(*event)) {
    site.problems.add(entry.key.at, fmt::format("{} has no value", quote(entry.key.text)),
                      "an observable is `process.label`, a label, `process.exit` or an order");
    return std::nullopt;
  }
  return event ? std::optional(std::move(observable)) : std::nullopt;
}

std::vector<OutcomePattern> decode_outcome_list(const Field& field, std::string_view key,
                                                Diagnostics& problems) {
  std::vector<OutcomePattern> patterns;
  if (!field) {
    return patterns;
  }
  const Site site{key, problems};
  for (const Node& item : list_items(field.node(), site)) {
    OutcomePattern pattern;
    pattern.at = item.at;
    for (const Entry& entry : map_entries(item, site)) {
      if (auto observable = decode_observable(entry, site)) {
        pattern.observables.push_back(std::move(*observable));
      }
    }
    patterns.push_back(std::move(pattern));
  }
  return patterns;
}

std::optional<Outcomes> decode_outcomes(const Field& field, Diagnostics& problems) {
  if (!field) {
    return std::nullopt;
  }
  const Fields fields(field.node(), keys_of(Level::Outcomes), "`outcomes`", problems);
  Outcomes outcomes;
  outcomes.at = field.node().at;
  outcomes.required = decode_outcome_list(fields["required"], "required", problems);
  outcomes.allowed = decode_outcome_list(fields["allowed"], "allowed", problems);
  outcomes.forbidden = decode_outcome_list(fields["forbidden"], "forbidden", problems);
  outcomes.has_allowed = static_cast<bool>(fields["allowed"]);
  return outcomes;
}

constexpr auto kVerdicts =
    std::to_array<VerdictKind>({VerdictKind::Held, VerdictKind::Broken, VerdictKind::Inconclusive,
                                VerdictKind::Invalid, VerdictKind::Skipped});

std::optional<VerdictKind> verdict_value(const Node& node, const Site& site) {
  std::vector<std::string_view> words;
  for (const VerdictKind kind : kVerdicts) {
    words.push_back(to_string(kind));
  }
  const auto word = word_value(node, site, words);
  if (!word) {
    return std::nullopt;
  }
  return kVerdicts[static_cast<std::size_t>(std::ranges::find(words, *word) - words.begin())];
}

// These are judged whether the file has the key or not.
bool is_always_judged(std::string_view key) {
  return key == "left" || key == "exit" || key == "survivors" || key == "timeout";
}

bool has_key(const Node* map, std::string_view key) {
  return map != nullptr && std::ranges::any_of(map->entries, [&](const Entry& entry) {
           return entry.key.text == key;
         });
}

}  // namespace

Expectations decode_expect(const Node& node, Diagnostics& problems) {
  const Fields fields(node, keys_of(Level::Expect), "`expect`", problems);
  Expectations expect;
  expect.order = fields["order"].orders();
  expect.timing = fields["timing"].orders();
  expect.overlap = decode_groups(fields["overlap"], "overlap", problems);
  expect.parallel = decode_groups(fields["parallel"], "parallel", problems);
  expect.serial = decode_groups(fields["serial"], "serial", problems);
  expect.never = fields["never"].events();
  expect.count = decode_counts(fields["count"], problems);
  expect.exit = decode_exit(fields["exit"], problems);
  expect.output = decode_output(fields["output"], problems);
  if (const Field printed = fields["printed"]) {
    expect.printed = printed.texts();
    expect.printed_at = printed.node().at;
  }
  expect.parent = decode_parent(fields["parent"], problems);
  expect.survivors = fields["survivors"].process_list();
  expect.timeout = fields["timeout"].flag().value_or(false);
  expect.outcomes = decode_outcomes(fields["outcomes"], problems);
  expect.figures = fields["figures"].figures();
  return expect;
}

std::vector<Figure> decode_figures(const Node& node, Diagnostics& problems) {
  std::vector<Figure> figures;
  for (const Entry& entry : map_entries(node, {"figures", problems})) {
    if (const auto name = read_name(entry.key.text); !name) {
      problems.add(entry.key.at, name.error().message);
      continue;
    }
    const std::string owner = fmt::format("the figure `{}`", entry.key.text);
    const Fields fields(entry.value, keys_of(Level::Figure), owner, problems);
    auto from = fields["from"].event();
    auto to = fields["to"].event();
    if (from && to) {
      figures.push_back({entry.key.text, entry.key.at, std::move(*from), std::move(*to)});
    }
  }
  return figures;
}

std::map<std::string, VerdictKind> decode_verdict(const Node& node, const Node* expect,
                                                  Diagnostics& problems) {
  std::map<std::string, VerdictKind> verdicts;
  const std::vector<std::string_view> known = verdict_names();
  for (const Entry& entry : map_entries(node, {"verdict", problems})) {
    const std::string& key = entry.key.text;
    const auto kind = verdict_value(entry.value, {key, problems});
    if (std::ranges::find(known, key) == known.end()) {
      problems.add(entry.key.at, fmt::format("unknown key {} in `verdict`", quote(key)),
                   suggest(key, known));
    } else if (!is_always_judged(key) && !has_key(expect, key)) {
      problems.add(entry.key.at,
                   fmt::format("a verdict on `{}`, which `expect` does not have", key),
                   "name a key of `expect`, or `left`");
    } else if (kind) {
      verdicts.emplace(key, *kind);
    }
  }
  return verdicts;
}

}  // namespace procession::scenario
