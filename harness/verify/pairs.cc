// SPDX-License-Identifier: MIT
#include "harness/verify/pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace procession::verify {

namespace {

using plan::Letter;
using Pick = scenario::EventPattern::Pick;

// Some events of one mention that share the values of the letters that tie it to others.
struct Mention {
  Side events;
  std::vector<Letter> letters;
};

void collect_letters(const scenario::EventPattern& pattern, std::multiset<char>& letters) {
  std::set<char> here;
  const auto look_at = [&](const std::optional<scenario::Index>& index) {
    if (index && index->kind == scenario::Index::Kind::Letter) {
      here.insert(index->letter);
    }
  };
  for (const scenario::PathPart& part : pattern.process.parts) {
    look_at(part.index);
  }
  if (pattern.process_operand) {
    for (const scenario::PathPart& part : pattern.process_operand->parts) {
      look_at(part.index);
    }
  }
  look_at(pattern.occurrence);
  letters.insert(here.begin(), here.end());
}

std::vector<Letter> only_tied(const std::vector<Letter>& letters,
                              const std::multiset<char>& mentions) {
  std::vector<Letter> tied;
  std::ranges::copy_if(letters, std::back_inserter(tied),
                       [&](const Letter& letter) { return mentions.count(letter.name) > 1; });
  return tied;
}

std::vector<Mention> mentions_of(const std::vector<plan::Match>& matches, bool together,
                                 const std::multiset<char>& letters) {
  std::vector<Mention> mentions;
  std::map<std::vector<Letter>, std::size_t> by_letters;
  for (const plan::Match& match : matches) {
    auto tied = only_tied(match.letters, letters);
    if (together) {
      const auto [known, is_new] = by_letters.try_emplace(tied, mentions.size());
      if (!is_new) {
        mentions[known->second].events.push_back(match.event);
        continue;
      }
    }
    mentions.push_back({{match.event}, std::move(tied)});
  }
  return mentions;
}

bool agree(const std::vector<Letter>& a, const std::vector<Letter>& b) {
  return std::ranges::all_of(a, [&](const Letter& letter) {
    return std::ranges::all_of(b, [&](const Letter& other) {
      return other.name != letter.name || other.value == letter.value;
    });
  });
}

}  // namespace

base::Result<std::vector<Pair>> pairs_of(const plan::EventFinder& finder,
                                         const scenario::OrderPattern& order) {
  std::multiset<char> letters;
  for (const scenario::EventPattern& event : order.events) {
    collect_letters(event, letters);
  }
  std::vector<std::vector<plan::Match>> matches;
  for (const scenario::EventPattern& event : order.events) {
    auto found = finder.find(event);
    if (!found) {
      return std::move(found).error();
    }
    matches.push_back(std::move(*found));
  }
  std::vector<Pair> pairs;
  for (std::size_t k = 0; k + 1 < order.events.size(); ++k) {
    // The last of the left and the first of the right mean each of them.
    const auto left = mentions_of(matches[k], order.events[k].pick == Pick::First, letters);
    const auto right = mentions_of(matches[k + 1], order.events[k + 1].pick == Pick::Last, letters);
    const std::size_t before = pairs.size();
    for (const Mention& a : left) {
      for (const Mention& b : right) {
        if (agree(a.letters, b.letters)) {
          pairs.push_back({a.events, b.events, order.events[k].if_it_happens});
        }
      }
    }
    if (pairs.size() == before) {
      return base::Error{base::ErrorKind::BadInput,
                         fmt::format("`{}`: no values of its letters fit", order.text)};
    }
  }
  return pairs;
}

base::Result<std::vector<Span>> spans_of(const plan::EventFinder& finder,
                                         const scenario::Figure& figure) {
  std::multiset<char> letters;
  collect_letters(figure.from, letters);
  collect_letters(figure.to, letters);
  auto from = finder.find(figure.from);
  auto to = finder.find(figure.to);
  if (!from || !to) {
    return std::move(from ? to : from).error();
  }
  // The tied letters are those of both sides, so mentions that agree have the same ones.
  std::map<std::vector<Letter>, Side> ends;
  for (Mention& mention : mentions_of(*to, true, letters)) {
    ends[std::move(mention.letters)] = std::move(mention.events);
  }
  std::vector<Span> spans;
  for (Mention& mention : mentions_of(*from, true, letters)) {
    if (const auto end = ends.find(mention.letters); end != ends.end()) {
      spans.push_back({std::move(mention.events), end->second, std::move(mention.letters)});
    }
  }
  if (spans.empty()) {
    return base::Error{base::ErrorKind::BadInput,
                       fmt::format("from `{}` to `{}`: no values of their letters fit",
                                   figure.from.text, figure.to.text)};
  }
  return spans;
}

}  // namespace procession::verify
