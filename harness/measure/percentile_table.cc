// SPDX-License-Identifier: MIT
#include "harness/measure/percentile_table.h"

#include "harness/base/text.h"
#include "harness/measure/lines.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace procession::measure {

namespace {

using base::Result;

constexpr double kMs = 1e6;      // ns
constexpr int kRowsPerHalf = 5;  // as all of that family do

double average(const Histogram& histogram, std::uint64_t count, auto of_value) {
  double sum = 0;
  for (std::size_t cell = 0; cell < Histogram::kCells; ++cell) {
    if (const std::uint64_t values = histogram.cells()[cell]; values != 0) {
      sum +=
          static_cast<double>(values) * of_value(static_cast<double>(Histogram::middle_of(cell)));
    }
  }
  return sum / static_cast<double>(count);
}

// From one row's percentile to the next: a fifth of what was left when it was last halved. None: it
// is so near to 100 that a double tells nothing in between.
std::optional<double> next_level(double level) {
  const double halvings = std::floor(std::log2(100 / (100 - level))) + 1;
  const double next = level + 100 / (kRowsPerHalf * std::exp2(halvings));
  return next > level && next < 100 ? std::optional(next) : std::nullopt;
}

base::Error wrong(std::string why) { return {base::ErrorKind::BadInput, std::move(why)}; }

template <class Number>
std::optional<Number> to_number(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && number >= 0 && number <= std::numeric_limits<Number>::max()
             ? std::optional(number)
             : std::nullopt;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (const std::string_view word : base::split(text, ' ')) {
    if (!word.empty()) {
      words.push_back(word);
    }
  }
  return words;
}

class Reader {
 public:
  Result<> line(std::string_view text) {
    const std::vector<std::string_view> words = words_of(text);
    if (words.empty() || words.front() == "Value") {
      return {};
    }
    return text.starts_with('#') ? remark(text) : row(words);
  }

  Result<PercentileTable> end() {
    if (!counted_) {
      return wrong("the table has no end: no line says its Total count");
    }
    const std::uint64_t in_rows = table_.rows.empty() ? 0 : table_.rows.back().count;
    if (in_rows != table_.count) {
      return wrong(fmt::format("the rows have {} values, the line of the Total count {}", in_rows,
                               table_.count));
    }
    return std::move(table_);
  }

 private:
  Result<> row(const std::vector<std::string_view>& words) {
    const auto value = words.size() < 3 ? std::nullopt : to_number<double>(words[0]);
    const auto fraction = words.size() < 3 ? std::nullopt : to_number<double>(words[1]);
    const auto count = words.size() < 3 ? std::nullopt : to_number<std::uint64_t>(words[2]);
    if (words.size() > 4 || !value || !fraction || !count || *fraction > 1) {
      return wrong("no row of value, percentile (0 to 1) and count");
    }
    const PercentileTable::Row next = {*value, *fraction, *count};
    if (!table_.rows.empty()) {
      const PercentileTable::Row& last = table_.rows.back();
      if (next.value < last.value || next.fraction < last.fraction || next.count < last.count) {
        return wrong("the row is less than the one before it");
      }
    }
    table_.rows.push_back(next);
    return {};
  }

  // "#[Name = value, Name = value]"; names that are not known say nothing.
  Result<> remark(std::string_view text) {
    std::string_view inside = base::trim(text);
    if (!inside.starts_with("#[") || !inside.ends_with(']')) {
      return {};
    }
    inside = inside.substr(2, inside.size() - 3);
    for (const std::string_view part : base::split(inside, ',')) {
      const std::size_t equals = part.find('=');
      if (equals == std::string_view::npos) {
        continue;
      }
      const std::string_view name = base::trim(part.substr(0, equals));
      const std::string_view text_of_value = base::trim(part.substr(equals + 1));
      if (!take(name, text_of_value)) {
        return wrong(fmt::format("'{}' is no value of '{}'", text_of_value, name));
      }
    }
    return {};
  }

  bool take(std::string_view name, std::string_view text) {
    if (name == "Total count") {
      const auto count = to_number<std::uint64_t>(text);
      table_.count = count.value_or(0);
      counted_ = count.has_value();
      return counted_;
    }
    for (const auto& [known, member] : {std::pair("Mean", &PercentileTable::mean),
                                        std::pair("StdDeviation", &PercentileTable::deviation),
                                        std::pair("Max", &PercentileTable::max)}) {
      if (name == known) {
        const auto value = to_number<double>(text);
        table_.*member = value.value_or(0);
        return value.has_value();
      }
    }
    return true;
  }

  PercentileTable table_;
  bool counted_ = false;
};

}  // namespace

PercentileTable percentile_table(const Histogram& histogram) {
  PercentileTable table;
  table.count = histogram.count();
  if (table.count == 0) {
    return table;
  }
  const auto all = static_cast<double>(table.count);
  std::uint64_t so_far = 0;
  std::optional<double> level = 0;
  for (std::size_t cell = 0; so_far < table.count; ++cell) {
    if (histogram.cells()[cell] == 0) {
      continue;
    }
    so_far += histogram.cells()[cell];
    const double value = static_cast<double>(Histogram::highest_of(cell)) / kMs;
    const double reached = 100 * static_cast<double>(so_far) / all;
    for (bool first = true; level && reached >= *level && (first || so_far < table.count);
         first = false) {
      table.rows.push_back({value, *level / 100, so_far});
      level = next_level(*level);
    }
  }
  const std::size_t last = Histogram::cell_of(histogram.max());
  table.rows.push_back({static_cast<double>(Histogram::highest_of(last)) / kMs, 1, table.count});
  table.max = static_cast<double>(histogram.max()) / kMs;
  const double mean = average(histogram, table.count, [](double value) { return value; });
  const double variance = average(histogram, table.count,
                                  [mean](double value) { return (value - mean) * (value - mean); });
  table.mean = mean / kMs;
  table.deviation = std::sqrt(variance) / kMs;
  return table;
}

std::string format_percentile_table(const PercentileTable& table) {
  std::string text = fmt::format("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile",
                                 "TotalCount", "1/(1-Percentile)");
  for (const PercentileTable::Row& row : table.rows) {
    text += fmt::format("{:12.3f} {:2.12f} {:10d}", row.value, row.fraction, row.count);
    text += row.fraction < 1 ? fmt::format(" {:14.2f}\n", 1 / (1 - row.fraction)) : "\n";
  }
  text += fmt::format("#[Mean    = {:12.3f}, StdDeviation   = {:12.3f}]\n", table.mean,
                      table.deviation);
  text += fmt::format("#[Max     = {:12.3f}, Total count    = {:12d}]\n", table.max, table.count);
  text += fmt::format("#[Buckets = {:12d}, SubBuckets     = {:12d}]\n",
                      Histogram::kCells / 1024 - 1, 2048);
  return text;
}

Result<PercentileTable> read_percentile_table(std::string_view text) {
  Reader reader;
  const base::Result<> read =
      read_lines(text, [&](std::string_view line) { return reader.line(line); });
  return read ? reader.end() : read.error();
}

}  // namespace procession::measure
