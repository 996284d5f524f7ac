// SPDX-License-Identifier: MIT
#include "harness/scenario/figure_pattern.h"

#include "harness/base/text.h"
#include "harness/scenario/scalar.h"
#include "harness/scenario/source_text.h"
#include "harness/scenario/tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>
#include <vector>

namespace procession::scenario {

namespace {

using Kind = Statistic::Kind;

struct NamedStatistic {
  std::string_view name;
  Kind kind;
};
constexpr auto kStatistics = std::to_array<NamedStatistic>({{"mean", Kind::Mean},
                                                            {"median", Kind::Median},
                                                            {"min", Kind::Min},
                                                            {"max", Kind::Max},
                                                            {"count", Kind::Count}});
constexpr const char* kStatisticNames =
    "a statistic is p50, p99.9 or so, mean, median, min, max "
    "or count";

struct NamedComparison {
  std::string_view name;
  Comparison comparison;
};
constexpr auto kComparisons = std::to_array<NamedComparison>({{"<", Comparison::Less},
                                                              {"<=", Comparison::LessOrEqual},
                                                              {">", Comparison::Greater},
                                                              {">=", Comparison::GreaterOrEqual},
                                                              {"==", Comparison::Equal}});
constexpr const char* kComparisonGrammar =
    "a figure is compared by <, <=, >, >= or ==, with a space before it and one behind it";

struct Unit {
  std::string_view name;
  double factor;
};
constexpr auto kTimes = std::to_array<Unit>({{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}});
constexpr auto kFactors = std::to_array<Unit>({{"x", 1}, {"%", 0.01}});
constexpr auto kRates = std::to_array<Unit>({{"/s", 1}});
constexpr const char* kTimeUnits = "the units are ns, us, ms and s, as in 1.5ms";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits, and perhaps a dot and digits; nothing else, and no leading zero. None if it is not so.
std::optional<double> decimal(std::string_view text) {
  constexpr std::size_t kMostDigits = 15;
  const std::size_t dot = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, dot);
  const std::string_view part = dot == text.size() ? "0" : text.substr(dot + 1);
  const bool well_formed = !whole.empty() && !part.empty() && text.size() <= kMostDigits + 1 &&
                           std::ranges::all_of(whole, is_digit) &&
                           std::ranges::all_of(part, is_digit) &&
                           (whole.size() == 1 || whole.front() != '0');
  double value = 0;
  if (!well_formed) {
    return std::nullopt;
  }
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<Statistic> statistic_named(std::string_view name) {
  const auto named = std::ranges::find(kStatistics, name, &NamedStatistic::name);
  if (named != kStatistics.end()) {
    return Statistic{named->kind, 0};
  }
  const auto percent = name.starts_with('p') ? decimal(name.substr(1)) : std::nullopt;
  return percent && *percent > 0 && *percent < 100
             ? std::optional(Statistic{Kind::Percentile, *percent})
             : std::nullopt;
}

// The place of a name in a list of names.
template <std::size_t kCount>
std::optional<std::size_t> place_of(std::string_view name,
                                    const std::array<std::string_view, kCount>& names) {
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? std::nullopt
                              : std::optional(static_cast<std::size_t>(found - names.begin()));
}

// The parts between dots; dots within brackets separate nothing.
std::vector<std::string_view> parts_of(std::string_view word) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= word.size(); ++i) {
    if (i == word.size() || word[i] == '.') {
      // p99.9 is one part
      const bool within_number = i + 1 < word.size() && i > begin && word[begin] == 'p' &&
                                 is_digit(word[i - 1]) && is_digit(word[i + 1]);
      if (!within_number) {
        parts.push_back(word.substr(begin, i - begin));
        begin = i + 1;
      }
    }
  }
  return parts;
}

bool has_interval(const FigureValue& value) {
  const Statistic& statistic = value.statistic;
  return value.number || statistic.kind == Kind::Percentile || statistic.kind == Kind::Median ||
         statistic.kind == Kind::Mean;
}

// Reads `text` word by word, as the grammar has a space between any two of its parts. The first
// problem counts: what follows it is not looked at.
class Parser {
 public:
  Parser(std::string_view text, Position at) : text_(text), begin_(at) { next(); }

  Parsed<FigurePattern> figure();

 private:
  void next();
  void fail(std::string message) { fail_at(word_at_, std::move(message)); }
  void fail_at(std::size_t offset, std::string message);

  FigureValue value();
  Comparison comparison();
  void bound(FigurePattern& pattern);
  void relation(FigurePattern& pattern);
  void confidence(FigurePattern& pattern);
  [[nodiscard]] bool of_load(FigureValue& value);
  void phase(FigurePattern& pattern);
  void fail_of_statistic(std::string_view name, std::string_view rest, std::size_t offset);

  std::string_view text_;
  Position begin_;
  std::string_view word_;  // empty: nothing is left
  std::size_t word_at_ = 0;
  std::optional<GrammarError> error_;
};

void Parser::next() {
  constexpr const char* kSpaces = " \t\n";
  const std::size_t begin =
      std::min(text_.find_first_not_of(kSpaces, word_at_ + word_.size()), text_.size());
  word_at_ = begin;
  word_ = text_.substr(begin, text_.find_first_of(kSpaces, begin) - begin);
}

void Parser::fail_at(std::size_t offset, std::string message) {
  if (!error_) {
    error_ = {offset, std::move(message)};
  }
}

// `name` stands before the first dot and `rest` behind it.
void Parser::fail_of_statistic(std::string_view name, std::string_view rest, std::size_t offset) {
  const std::string_view last = rest.substr(rest.rfind('.') + 1);
  if (place_of(last, kSeriesNames)) {
    fail_at(offset,
            fmt::format("{0} are many times; say which statistic of them, as in `{0}.p99`", word_));
    return;
  }
  if (last.starts_with('p') && decimal(last.substr(1)) && !statistic_named(last)) {
    fail_at(offset,
            fmt::format("{}: a percentile is more than 0 and less than 100; there are `min` and "
                        "`max`",
                        quote(last)));
    return;
  }
  for (std::size_t dot = rest.find('.'); dot != rest.npos; dot = rest.find('.', dot + 1)) {
    if (statistic_named(rest.substr(dot + 1))) {
      const std::string_view path = rest.substr(0, dot);
      const std::vector<std::string> series(kSeriesNames.begin(), kSeriesNames.end());
      fail_at(offset,
              fmt::format("{} is no series of a load; the series are {}",
                          quote(path.substr(path.rfind('.') + 1)), base::enumerate_words(series)));
      return;
    }
  }
  std::vector<std::string_view> names;
  for (const NamedStatistic& known : kStatistics) {
    names.push_back(known.name);
  }
  std::ranges::copy(kSeriesNames, std::back_inserter(names));
  std::ranges::copy(kLoadNumberNames, std::back_inserter(names));
  std::ranges::copy(kFailureNames, std::back_inserter(names));
  const auto near = base::nearest_word(rest, names);
  fail_at(offset, fmt::format("{} is no statistic of {}; {}", quote(rest), quote(name),
                              near ? fmt::format("did you mean `{}`?", *near) : kStatisticNames));
}

// [ process "." ] label "." ( number | series "." stat ) .     True if it is one.
bool Parser::of_load(FigureValue& value) {
  std::vector<std::string_view> parts = parts_of(word_);
  if (parts.size() < 2) {
    return false;
  }
  if (const auto number = place_of(parts.back(), kLoadNumberNames)) {
    value.number = static_cast<LoadNumber>(*number);
  } else if (const auto failure = place_of(parts.back(), kFailureNames)) {
    value.number = LoadNumber::Failure;
    value.failure = *failure;
  } else if (const auto statistic = statistic_named(parts.back()); statistic && parts.size() > 2) {
    parts.pop_back();
    value.series = place_of(parts.back(), kSeriesNames);
    value.statistic = *statistic;
  }
  if (!value.is_of_load()) {
    return false;
  }
  parts.pop_back();
  value.figure = parts.back();
  if (parts.size() > 1) {
    const std::string_view path(word_.data(),
                                static_cast<std::size_t>(parts.back().data() - 1 - word_.data()));
    auto process = read_process(path);
    if (!process) {
      fail(process.error().message);
      return true;
    }
    for (const PathPart& part : process->parts) {
      if (part.index && part.index->kind != Index::Kind::Number) {
        fail(
            fmt::format("{}: a figure of a load is not asked for one after the other; write a "
                        "number, or `{}` for all together",
                        quote(path), part.name));
        return true;
      }
    }
    value.process = *std::move(process);
  }
  if (!is_name(value.figure)) {
    fail(fmt::format("{} is no figure of a load, such as `load.rate` or `load.response.p99`",
                     quote(word_)));
  }
  return true;
}

// value = name "." stat | of_load .
FigureValue Parser::value() {
  FigureValue value;
  value.text = word_;
  value.at = begin_;
  if (begin_.line != 0) {
    value.at.column += static_cast<int>(characters_before(text_, word_at_));
  }
  if (!word_.empty() && word_.find_first_of("<>=") == word_.npos && of_load(value)) {
    next();
    return value;
  }
  if (const std::size_t glued = word_.find_first_of("<>="); glued != word_.npos) {
    fail_at(word_at_ + glued, kComparisonGrammar);
    return value;
  }
  const std::size_t dot = word_.find('.');
  const std::string_view name = word_.substr(0, dot);
  const std::string_view rest = dot == word_.npos ? "" : word_.substr(dot + 1);
  value.figure = name;
  const auto statistic = statistic_named(rest);
  if (word_.empty()) {
    fail("nothing where a figure must stand, such as `setup.p99`");
  } else if (is_name(name) && statistic) {
    value.statistic = *statistic;
  } else if (is_name(name) && dot == word_.npos) {
    fail(fmt::format("{} alone is no value; add a statistic, such as `{}.p99`: {}", quote(word_),
                     name, kStatisticNames));
  } else if (dot == word_.npos || statistic) {
    fail(fmt::format("{} is no figure; a figure is a name and a statistic, such as `setup.p99`",
                     quote(word_)));
  } else {
    fail_of_statistic(name, rest, word_at_ + dot + 1);
  }
  next();
  return value;
}

Comparison Parser::comparison() {
  const auto found = std::ranges::find(kComparisons, word_, &NamedComparison::name);
  if (found == kComparisons.end()) {
    fail(word_.empty() ? fmt::format("a comparison is missing; {}", kComparisonGrammar)
                       : fmt::format("{}: {}", quote(word_), kComparisonGrammar));
    return {};
  }
  next();
  return found->comparison;
}

// bound = number [ unit ] .     A factor if `of` follows it; then `of` and its value, too.
void Parser::bound(FigurePattern& pattern) {
  const std::size_t behind =
      std::min(text_.find_first_not_of(' ', word_at_ + word_.size()), text_.size());
  if (decimal(word_) && text_.substr(behind).starts_with("of ")) {
    fail(fmt::format("{} has no unit; as a factor, write `{}x of`", quote(word_), word_));
    return;
  }
  const auto digit_or_dot = [](char c) { return is_digit(c) || c == '.'; };
  const auto unit_begin = std::ranges::find_if_not(word_, digit_or_dot);
  const std::string_view digits(word_.begin(), unit_begin);
  const std::string_view unit(unit_begin, word_.end());
  const auto number = decimal(digits);
  if (!number) {
    fail(fmt::format("{} where a number with its unit must stand, such as 2ms",
                     word_.empty() ? std::string("nothing") : quote(word_)));
    return;
  }
  const auto time = std::ranges::find(kTimes, unit, &Unit::name);
  const auto factor = std::ranges::find(kFactors, unit, &Unit::name);
  const FigureValue::Unit kind = pattern.value.unit();
  if (factor != kFactors.end()) {
    pattern.bound = *number * factor->factor;
    next();
    relation(pattern);
    return;
  }
  if (kind == FigureValue::Unit::Rate) {
    if (std::ranges::find(kRates, unit, &Unit::name) == kRates.end()) {
      fail(fmt::format("{}: a rate is a number of requests a second, as in 20000/s", quote(word_)));
    }
    pattern.bound = *number;
  } else if (kind == FigureValue::Unit::Count) {
    if (!unit.empty()) {
      fail(fmt::format("{}: a count is a number without unit", quote(word_)));
    } else if (digits.find('.') != digits.npos) {
      fail(fmt::format("{}: a count is a whole number", quote(word_)));
    }
    pattern.bound = *number;
  } else if (unit.empty()) {
    fail(fmt::format("{} has no unit; {}", quote(word_), kTimeUnits));
  } else if (time == kTimes.end()) {
    fail(fmt::format("{} is no unit of a time between two events; {}", quote(unit), kTimeUnits));
  } else {
    pattern.bound = *number * time->factor;
  }
  next();
  if (word_ == "of") {
    fail("`of` stands behind a factor, as in `2x of other.p99` or `90% of other.p99`");
  }
}

void Parser::relation(FigurePattern& pattern) {
  if (word_ != "of") {
    fail("a factor needs `of` and another figure, as in `2x of other.p99`");
    return;
  }
  next();
  const std::size_t begin = word_at_;
  pattern.of = value();
  const auto name_of = [](FigureValue::Unit unit) {
    return unit == FigureValue::Unit::Time    ? "a time"
           : unit == FigureValue::Unit::Count ? "a count"
                                              : "a rate";
  };
  if (!error_ && pattern.of->unit() != pattern.value.unit()) {
    fail_at(begin, fmt::format("{} cannot be compared with {}", name_of(pattern.value.unit()),
                               name_of(pattern.of->unit())));
  }
}

void Parser::confidence(FigurePattern& pattern) {
  next();
  if (word_ != "ci95" && word_ != "ci99") {
    fail("`with` is followed by `ci95` or `ci99`");
    return;
  }
  pattern.confidence = word_ == "ci95" ? 0.95 : 0.99;
  if (!has_interval(pattern.value)) {
    fail(fmt::format("{} has no interval; percentiles, `median` and `mean` have one",
                     quote(pattern.value.text)));
  } else if (pattern.of && !has_interval(*pattern.of)) {
    fail(fmt::format("{} has no interval; percentiles, `median` and `mean` have one",
                     quote(pattern.of->text)));
  }
  next();
}

// "in" ( "warmup" | "measure" | "drain" )
void Parser::phase(FigurePattern& pattern) {
  next();
  pattern.phase = place_of(word_, kPhaseNames);
  if (!pattern.phase) {
    fail(fmt::format("{} is no phase of a load; the phases are `warmup`, `measure` and `drain`",
                     word_.empty() ? std::string("nothing") : quote(word_)));
  } else if (!pattern.value.is_of_load()) {
    fail(fmt::format("{} is no figure of a load: it has no phases", quote(pattern.value.text)));
  }
  next();
}

// figure = value op bound [ "of" value ] [ "in" phase ] [ "with" ( "ci95" | "ci99" ) ] .
Parsed<FigurePattern> Parser::figure() {
  FigurePattern pattern;
  pattern.text = text_;
  pattern.at = begin_;
  pattern.value = value();
  if (!error_) {
    pattern.comparison = comparison();
  }
  if (!error_) {
    bound(pattern);
  }
  if (!error_ && word_ == "in") {
    phase(pattern);
  }
  if (!error_ && word_ == "with") {
    confidence(pattern);
  }
  if (!error_ && !word_.empty()) {
    fail(fmt::format("{} does not belong here", quote(word_)));
  }
  if (error_) {
    return std::move(*error_);
  }
  return pattern;
}

}  // namespace

Parsed<FigurePattern> parse_figure(std::string_view text, Position at) {
  return Parser(text, at).figure();
}

}  // namespace procession::scenario
