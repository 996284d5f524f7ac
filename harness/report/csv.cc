// SPDX-License-Identifier: MIT
#include "harness/report/csv.h"

#include "harness/report/printable.h"
#include "harness/report/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace procession::report {

namespace {

// In front of a formula; also in the full width that East Asian keyboards give.
constexpr std::string_view kFormulaStarts[] = {"=",  "+",  "-",  "@",  "\t", "\r",
                                               "\n", "＝", "＋", "－", "＠"};

bool is_formula(std::string_view text) {
  return std::ranges::any_of(kFormulaStarts,
                             [&](std::string_view start) { return text.starts_with(start); });
}

std::string text_field(std::string_view text) {
  const std::string valid = (is_formula(text) ? "'" : "") + valid_utf8(text);
  if (valid.find_first_of(",\"\r\n") == std::string::npos) {
    return valid;
  }
  std::string quoted = "\"";
  for (const char c : valid) {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + '"';
}

std::string number_field(const std::optional<double>& number) {
  return number ? fmt::format("{}", *number) : std::string();
}

}  // namespace

std::string to_csv(const SessionResult& session) {
  std::string table = "scenario,figure,statistic,unit,value,low,high,n,at_least,invalid\r\n";
  for (const Row& row : rows_of(session)) {
    table +=
        fmt::format("{},{},{},{},{},{},{},{},{},{}\r\n", text_field(row.scenario),
                    text_field(row.figure), text_field(row.statistic), text_field(row.unit),
                    number_field(row.value), number_field(row.bounds.low),
                    number_field(row.bounds.high), row.n, row.at_least, text_field(row.invalid));
  }
  return table;
}

}  // namespace procession::report
