// SPDX-License-Identifier: MIT
#include "harness/scenario/scalar.h"

#include "harness/base/text.h"
#include "harness/scenario/symbol.h"
#include "harness/scenario/tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

namespace procession::scenario {

namespace {

base::Error wrong(std::string message) { return {base::ErrorKind::BadInput, std::move(message)}; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

struct Unit {
  std::string_view name;
  std::int64_t factor;
};
constexpr auto kTimeUnits = std::to_array<Unit>(
    {{"ns", 1}, {"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}, {"m", 60'000'000'000}});
constexpr auto kSizeUnits =
    std::to_array<Unit>({{"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}});
constexpr auto kRateUnits = std::to_array<Unit>({{"/s", 1}});
constexpr std::int64_t kLongest = 1000LL * 3600 * 1'000'000'000;
constexpr std::int64_t kLargest = 1LL << 40;
constexpr std::int64_t kFastest = 10'000'000;

// What differs between the kinds of number with a unit.
struct Measure {
  std::string_view what;
  std::string_view example;
  std::span<const Unit> units;
  std::int64_t most;
  std::string_view too_much;
};
constexpr Measure kTime{"duration", "50ms", kTimeUnits, kLongest, "at most 60000m"};
constexpr Measure kBytes{"size", "64KiB", kSizeUnits, kLargest, "at most 1024GiB"};
constexpr Measure kRate{"rate", "20000/s", kRateUnits, kFastest, "at most 10000000/s"};

std::string name_units(std::span<const Unit> units) {
  std::vector<std::string> names;
  for (const Unit& unit : units) {
    names.emplace_back(unit.name);
  }
  return base::enumerate_words(names);
}

base::Result<std::int64_t> read_measure(std::string_view text, const Measure& measure) {
  const auto first_other = std::ranges::find_if_not(text, is_digit);
  const std::string_view digits(text.begin(), first_other);
  const std::string_view unit_name(first_other, text.end());
  const auto unit = std::ranges::find(measure.units, unit_name, &Unit::name);
  if (digits.empty()) {
    return wrong(fmt::format("{} is no {}; write a whole number and its unit, such as {}",
                             quote(text), measure.what, measure.example));
  }
  if (unit_name.empty()) {
    return wrong(fmt::format("{} has no unit; the units are {}, as in {}", quote(text),
                             name_units(measure.units), measure.example));
  }
  if (unit_name.front() == '.') {
    return wrong(fmt::format("{} is no whole number; {}, as in {}", quote(text),
                             measure.units.size() > 1 ? "use a smaller unit" : "write one",
                             measure.example));
  }
  if (unit == measure.units.end()) {
    return wrong(fmt::format("{} is no unit of a {}; the units are {}", quote(unit_name),
                             measure.what, name_units(measure.units)));
  }
  if (digits.size() > 1 && digits.front() == '0') {
    return wrong(fmt::format("{} begins with a zero; write the number without it", quote(text)));
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || number > measure.most / unit->factor) {
    return wrong(fmt::format("{} is too much: {}", quote(text), measure.too_much));
  }
  return number * unit->factor;
}

std::string suggest_signal(std::string_view text) {
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  for (const std::string& candidate : {upper, "SIG" + upper}) {
    if (signal_named(candidate)) {
      return "did you mean `" + candidate + "`?";
    }
  }
  const auto nearest = base::nearest_word(upper, signal_names());
  return nearest ? "did you mean `" + *nearest + "`?" : "write its name, such as SIGTERM";
}

}  // namespace

base::Result<std::int64_t> read_integer(std::string_view text, std::int64_t least,
                                        std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool digits = !text.empty() && std::ranges::all_of(text, is_digit);
  if (digits && text.size() > 1 && text.front() == '0') {
    return wrong(fmt::format("{} begins with a zero; write the number without it", quote(text)));
  }
  if (!digits || error != std::errc() || number < least || number > most) {
    return wrong(fmt::format("{} is no whole number from {} to {}", quote(text), least, most));
  }
  return number;
}

base::Result<bool> read_flag(std::string_view text) {
  if (text == "true" || text == "false") {
    return text == "true";
  }
  return wrong(fmt::format("{} is neither `true` nor `false`", quote(text)));
}

base::Result<base::Duration> read_duration(std::string_view text) {
  base::Result<std::int64_t> ns = read_measure(text, kTime);
  return ns ? base::Result<base::Duration>(base::Duration(*ns)) : std::move(ns).error();
}

base::Result<std::int64_t> read_size(std::string_view text) { return read_measure(text, kBytes); }

std::string size_text(std::int64_t bytes) {
  const Unit* fitting = &kSizeUnits.front();
  for (const Unit& unit : kSizeUnits) {
    fitting = bytes != 0 && bytes % unit.factor == 0 ? &unit : fitting;
  }
  return fmt::format("{}{}", bytes / fitting->factor, fitting->name);
}

base::Result<std::int64_t> read_rate(std::string_view text) {
  base::Result<std::int64_t> rate = read_measure(text, kRate);
  if (rate && *rate == 0) {
    return wrong(fmt::format("{} is no rate; the least is 1/s", quote(text)));
  }
  return rate;
}

base::Result<int> read_signal(std::string_view text) {
  if (const auto signal = signal_named(text)) {
    return *signal;
  }
  return wrong(fmt::format("{} is no signal; {}", quote(text), suggest_signal(text)));
}

base::Result<std::string> read_status(std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, is_digit)) {
    const auto number = read_integer(text, 0, 255);
    return number ? base::Result<std::string>(std::string(text)) : number.error();
  }
  if (signal_named(text)) {
    return std::string(text);
  }
  return wrong(
      fmt::format("{} is no status; write a number from 0 to 255 or a signal such as "
                  "SIGTERM",
                  quote(text)));
}

bool is_name(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '-';
  });
}

base::Result<std::string> read_name(std::string_view text) {
  if (is_name(text)) {
    return std::string(text);
  }
  return wrong(
      fmt::format("{} is no name; a name is an ASCII letter, then letters, digits, `_` "
                  "and `-`",
                  quote(text)));
}

}  // namespace procession::scenario
