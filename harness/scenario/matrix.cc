// SPDX-License-Identifier: MIT
#include "harness/scenario/matrix.h"

#include "harness/scenario/keys.h"
#include "harness/scenario/scalar.h"
#include "harness/scenario/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace procession::scenario {

namespace {

void check_key(const Node& key, Diagnostics& problems) {
  const auto name = read_name(key.text);
  if (!name) {
    problems.add(key.at, "`matrix`: " + name.error().message);
  } else if (std::ranges::find(fact_names(), key.text) != fact_names().end()) {
    problems.add(key.at, fmt::format("a matrix key cannot be {}, which is a fact", quote(key.text)),
                 "choose another name");
  }
}

std::optional<std::string> read_cell(const Node& node, const Site& site) {
  const std::optional<Text> text = text_value(node, site);
  if (text && text->value.find("${") != std::string::npos) {
    site.problems.add(node.at, "a value of the matrix cannot hold `${`", "write the value itself");
    return std::nullopt;
  }
  return text ? std::optional(text->value) : std::nullopt;
}

// key: [value, …] for each key. The last key changes fastest, as the last of nested loops does.
std::vector<MatrixRow> all_combinations(const Node& matrix, Diagnostics& problems) {
  std::vector<MatrixRow> rows = {{}};
  for (const Entry& entry : matrix.entries) {
    const Site site{entry.key.text, problems};
    check_key(entry.key, problems);
    const std::vector<std::string> values =
        read_each(list_items(entry.value, site), site, read_cell);
    if (entry.value.is_list() && entry.value.items.empty()) {
      problems.add(entry.value.at, fmt::format("{} has no values", quote(entry.key.text)));
    }
    if (rows.size() * values.size() > kMaxMatrixInstances) {
      problems.add(entry.key.at,
                   fmt::format("the matrix has more than {} instances", kMaxMatrixInstances));
      return {};
    }
    std::vector<MatrixRow> longer;
    for (const MatrixRow& row : rows) {
      for (const std::string& value : values) {
        longer.push_back(row);
        longer.back().emplace_back(entry.key.text, value);
      }
    }
    rows = std::move(longer);
  }
  return rows;
}

std::set<std::string> keys_of_row(const Node& row) {
  std::set<std::string> keys;
  for (const Entry& entry : row.entries) {
    keys.insert(entry.key.text);
  }
  return keys;
}

std::vector<MatrixRow> listed_rows(const Node& matrix, Diagnostics& problems) {
  if (matrix.items.size() > kMaxMatrixInstances) {
    problems.add(matrix.at,
                 fmt::format("the matrix has more than {} instances", kMaxMatrixInstances));
    return {};
  }
  const Site site{"matrix", problems};
  std::vector<MatrixRow> rows;
  for (const Node& item : matrix.items) {
    MatrixRow row;
    for (const Entry& entry : map_entries(item, site)) {
      check_key(entry.key, problems);
      if (auto value = read_cell(entry.value, {entry.key.text, problems})) {
        row.emplace_back(entry.key.text, std::move(*value));
      }
    }
    if (item.is_map() && keys_of_row(item) != keys_of_row(matrix.items.front())) {
      problems.add(item.at, "this row has other keys than the first",
                   "every row of a matrix has the same keys");
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

void refuse_repetitions(const std::vector<MatrixRow>& rows, Position at, Diagnostics& problems) {
  std::set<std::string> ids;
  for (const MatrixRow& row : rows) {
    if (!ids.insert(matrix_id(row)).second) {
      problems.add(at,
                   fmt::format("the instance {} is twice in the matrix", quote(matrix_id(row))));
    }
  }
}

void replace_in(std::string& text, const MatrixRow& row) {
  std::string replaced;
  std::size_t done = 0;
  for (std::size_t open = text.find("${"); open != std::string::npos;
       open = text.find("${", open + 2)) {
    const std::size_t close = text.find('}', open);
    if (close == std::string::npos) {
      break;
    }
    const std::string name = text.substr(open + 2, close - open - 2);
    const auto cell = std::ranges::find(row, name, &MatrixRow::value_type::first);
    if (cell != row.end()) {
      replaced += text.substr(done, open - done) + cell->second;
      done = close + 1;
    }
  }
  if (done > 0) {
    text = replaced + text.substr(done);
  }
}

}  // namespace

std::vector<MatrixRow> read_matrix(const Node& matrix, Diagnostics& problems) {
  std::vector<MatrixRow> rows;
  if (matrix.is_map()) {
    rows = all_combinations(matrix, problems);
  } else {
    rows = listed_rows(matrix, problems);
  }
  if (!matrix.is_map() && !matrix.is_list()) {
    problems.add(matrix.at, fmt::format("`matrix` cannot be {}", describe(matrix)),
                 "write a map of lists (every combination) or a list of maps (these rows)");
  } else if (matrix.items.empty() && matrix.entries.empty()) {
    problems.add(matrix.at, "the matrix is empty");
  }
  refuse_repetitions(rows, matrix.at, problems);
  return rows.empty() ? std::vector<MatrixRow>{{}} : rows;
}

std::string matrix_id(const MatrixRow& row) {
  std::string id;
  for (const auto& [key, value] : row) {
    id += (id.empty() ? "" : ",") + key + "=" + value;
  }
  return id;
}

void replace_keys(Node& node, const MatrixRow& row) {
  if (node.is_scalar()) {
    replace_in(node.text, row);
  }
  for (Node& item : node.items) {
    replace_keys(item, row);
  }
  for (Entry& entry : node.entries) {
    replace_keys(entry.value, row);
  }
}

}  // namespace procession::scenario
