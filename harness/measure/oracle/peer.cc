// SPDX-License-Identifier: MIT
// comparison_peer: answers what oracle_test asks about comparisons. Each request is one line of
// words on standard input, each answer one line on standard output.
//
//   looks TAIL SHARES ROUNDS USED [ROUNDS USED]…  → for each look, what each share needs
//   noise N FIRST… SECOND…                        → the noise, or "none"
//   compare TAIL FIGURES {lower|higher MARGIN NOISE N BASE… CHANGED…}…
//       → for each figure: RATIO HODGES_LEHMANN LOW HIGH CHANGE, "none" for an open end
//   sequence TAIL MARGIN FIGURES N {lower|higher BASE… CHANGED… FIRST… SECOND…}…
//       → ROUNDS and each figure's CHANGE, at the look after which all is decided, one is worse, or
//         there are no more rounds: as `bench --vs --gate` does

#include "harness/measure/comparison.h"
#include "harness/measure/looks.h"

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace procession::measure;

template <class T>
T take(std::istream& words) {
  T value{};
  words >> value;
  return value;
}

std::vector<double> take_values(std::istream& words, std::size_t count) {
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back(take<double>(words));
  }
  return values;
}

void put(const std::optional<double>& value) {
  if (value) {
    std::cout << *value;
  } else {
    std::cout << "none";
  }
  std::cout << ' ';
}

void put_change(Change change) {
  std::string word(to_string(change));
  std::replace(word.begin(), word.end(), ' ', '_');
  std::cout << word << ' ';
}

void answer_looks(std::istream& words) {
  const auto tail = take<double>(words);
  const auto shares = take<std::size_t>(words);
  Looks looks(tail, shares);
  std::uint64_t rounds = 0;
  double used = 0;
  while (words >> rounds >> used) {
    looks.look(rounds, used);
    for (std::size_t share = 1; share <= shares; ++share) {
      std::cout << looks.needed(share) << ' ';
    }
  }
}

void answer_noise(std::istream& words) {
  const auto count = take<std::size_t>(words);
  const std::vector<double> first = take_values(words, count);
  put(noise_of(ratio_interval(first, take_values(words, count))));
}

void answer_compare(std::istream& words) {
  const auto tail = take<double>(words);
  std::vector<Pairs> figures(take<std::size_t>(words));
  for (Pairs& pairs : figures) {
    pairs.better = take<std::string>(words) == "lower" ? Better::Lower : Better::Higher;
    pairs.margin = take<double>(words);
    pairs.noise = take<double>(words);
    const auto count = take<std::size_t>(words);
    pairs.base = take_values(words, count);
    pairs.changed = take_values(words, count);
  }
  const auto needed = [tail](std::uint64_t rounds, std::size_t share) {
    return sign_test_needs(rounds, tail / static_cast<double>(share));
  };
  for (const Comparison& result : compare(figures, needed)) {
    std::cout << result.ratio << ' ' << result.hodges_lehmann << ' ';
    put(result.interval.low);
    put(result.interval.high);
    put_change(result.change);
  }
}

struct Sequence {
  std::vector<Pairs> figures;
  std::vector<std::vector<double>> first;
  std::vector<std::vector<double>> second;
};

std::vector<Comparison> look_at(const Sequence& all, std::uint64_t rounds, const Looks& looks) {
  const auto part = [rounds](const std::vector<double>& values) {
    return std::vector<double>(values.begin(),
                               values.begin() + static_cast<std::ptrdiff_t>(rounds));
  };
  std::vector<Pairs> seen = all.figures;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    seen[i].base.resize(rounds);
    seen[i].changed.resize(rounds);
    seen[i].noise = noise_of(ratio_interval(part(all.first[i]), part(all.second[i]))).value_or(0);
  }
  return compare(seen, [&](std::uint64_t, std::size_t share) { return looks.needed(share); });
}

void answer_sequence(std::istream& words) {
  const auto tail = take<double>(words);
  const auto margin = take<double>(words);
  const auto figures = take<std::size_t>(words);
  const auto limit = take<std::size_t>(words);
  Sequence all;
  for (std::size_t i = 0; i < figures; ++i) {
    Pairs pairs;
    pairs.better = take<std::string>(words) == "lower" ? Better::Lower : Better::Higher;
    pairs.margin = margin;
    pairs.base = take_values(words, limit);
    pairs.changed = take_values(words, limit);
    all.figures.push_back(std::move(pairs));
    all.first.push_back(take_values(words, limit));
    all.second.push_back(take_values(words, limit));
  }
  Looks looks(tail, figures);
  for (const std::uint64_t rounds : look_schedule(limit)) {
    looks.look(rounds, static_cast<double>(rounds) / static_cast<double>(limit));
    const std::vector<Comparison> results = look_at(all, rounds, looks);
    const auto count = [&](Change change) {
      return std::count_if(results.begin(), results.end(),
                           [&](const Comparison& result) { return result.change == change; });
    };
    if (rounds == limit || count(Change::Worse) > 0 || count(Change::CannotTell) == 0) {
      std::cout << rounds << ' ';
      for (const Comparison& result : results) {
        put_change(result.change);
      }
      return;
    }
  }
}

}  // namespace

int main() {
  std::cout << std::setprecision(17);
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    const auto request = take<std::string>(words);
    if (request == "looks") {
      answer_looks(words);
    } else if (request == "noise") {
      answer_noise(words);
    } else if (request == "compare") {
      answer_compare(words);
    } else if (request == "sequence") {
      answer_sequence(words);
    } else {
      return 2;
    }
    std::cout << '\n';
  }
  return 0;
}
