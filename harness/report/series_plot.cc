// SPDX-License-Identifier: MIT
#include "harness/report/series_plot.h"

#include "harness/base/text.h"
#include "harness/report/printable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace procession::report {

namespace {

constexpr std::size_t kRows = 12;
constexpr std::size_t kMostTicks = 4;
constexpr std::size_t kDotColumns = 2;  // of a Braille character
constexpr std::size_t kDotRows = 4;

constexpr std::array<std::string_view, 6> kMarks = {"●", "○", "■", "□", "▲", "△"};
constexpr std::array<std::string_view, 6> kColours = {"36", "35", "33", "32", "34", "31"};

std::string paint(std::string_view text, std::string_view sgr, Colour colour) {
  return colour == Colour::Yes ? fmt::format("\x1b[{}m{}\x1b[0m", sgr, text) : std::string(text);
}

std::string value_text(double value, std::string_view unit) {
  constexpr double kLongest = 9e18;  // that a Duration holds
  return unit == "ns" && std::fabs(value) < kLongest
             ? base::format_duration(base::Duration(std::llround(value)))
             : fmt::format("{:.6g}{}", value, printable(unit));
}

// Values at which the axis has its labels: multiples of 1, 2 or 5 times a power of ten.
struct Axis {
  double low = 0;
  double high = 1;
  double step = 1;

  [[nodiscard]] std::vector<double> ticks() const {
    std::vector<double> all;
    const auto count = static_cast<int>(std::lround((high - low) / step));
    for (int i = 0; i <= count; ++i) {
      all.push_back(low + i * step);
    }
    return all;
  }
};

double nice_step(double range) {
  const double rough = range / static_cast<double>(kMostTicks);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) {
      return factor * power;
    }
  }
  return 10 * power;
}

Axis axis_of(std::span<const Series::Point> points) {
  const auto [least, most] = std::ranges::minmax_element(points, {}, &Series::Point::value);
  constexpr double kMost = 1e300;  // differences of more may be no number
  double low = std::clamp(least->value, -kMost, kMost);
  double high = std::clamp(most->value, -kMost, kMost);
  // Where nothing moves, the line shall not look as if it did; and a double has no more digits.
  const double size = std::max(std::fabs(low), std::fabs(high));
  const double least_range = size == 0 ? 1 : size * 1e-3;
  if (high - low < least_range) {
    const double middle = low + (high - low) / 2;
    low = middle - least_range / 2;
    high = middle + least_range / 2;
  }
  Axis axis;
  axis.step = nice_step(high - low);
  axis.low = std::floor(low / axis.step) * axis.step;
  axis.high = std::ceil(high / axis.step) * axis.step;
  return axis;
}

// All labels of an axis in one unit, with as many digits as the step needs.
std::vector<std::string> labels_of(const Axis& axis, const std::string& unit) {
  struct Scale {
    double size;
    std::string_view name;
  };
  constexpr std::array<Scale, 4> kTimes = {{{1e9, " s"}, {1e6, " ms"}, {1e3, " µs"}, {1, " ns"}}};
  Scale scale{1, unit};
  if (unit == "ns") {
    const double size = std::max(std::fabs(axis.low), std::fabs(axis.high));
    scale = *std::find_if(kTimes.begin(), kTimes.end() - 1,
                          [&](const Scale& one) { return size >= one.size; });
  }
  const double digits = -std::floor(std::log10(axis.step / scale.size) + 1e-9);
  const int decimals = static_cast<int>(std::clamp(digits, 0.0, 9.0));
  const bool is_plain = std::fabs(axis.high / scale.size) < 1e9 && digits <= 9;
  std::vector<std::string> labels;
  for (const double tick : axis.ticks()) {
    const double value = tick / scale.size;
    labels.push_back((is_plain ? fmt::format("{:.{}f}", value == 0 ? 0 : value, decimals)
                               : fmt::format("{:.4g}", value)) +
                     printable(scale.name));
  }
  return labels;
}

// The characters of the plot's area. Later ones stand over earlier ones.
class Canvas {
 public:
  explicit Canvas(std::size_t columns) : columns_(columns), cells_(columns * kRows) {}

  [[nodiscard]] std::size_t dot_columns() const { return columns_ * kDotColumns; }
  [[nodiscard]] static std::size_t dot_rows() { return kRows * kDotRows; }

  // From the left and from the top.
  void dot(std::size_t x, std::size_t y, std::string_view sgr) {
    // Which bit stands for which dot: Unicode, Braille Patterns.
    constexpr std::array<std::array<unsigned, kDotRows>, kDotColumns> kBits = {
        {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}}};
    Cell& cell = at(x / kDotColumns, y / kDotRows);
    cell.dots |= kBits[x % kDotColumns][y % kDotRows];
    cell.sgr = sgr;
  }

  void line(std::pair<std::size_t, std::size_t> from, std::pair<std::size_t, std::size_t> to,
            std::string_view sgr) {
    const auto distance = [](std::size_t a, std::size_t b) { return a < b ? b - a : a - b; };
    const std::size_t steps = std::max(
        {distance(from.first, to.first), distance(from.second, to.second), std::size_t{1}});
    const auto between = [&](std::size_t a, std::size_t b, std::size_t step) {
      const double share = static_cast<double>(step) / static_cast<double>(steps);
      return static_cast<std::size_t>(std::lround(
          static_cast<double>(a) + (static_cast<double>(b) - static_cast<double>(a)) * share));
    };
    for (std::size_t step = 0; step <= steps; ++step) {
      dot(between(from.first, to.first, step), between(from.second, to.second, step), sgr);
    }
  }

  void mark(std::size_t x, std::size_t y, std::string_view mark, std::string_view sgr) {
    Cell& cell = at(x / kDotColumns, y / kDotRows);
    cell.mark = mark;
    cell.sgr = sgr;
  }

  // Where nothing else is.
  void upright(std::size_t column) {
    for (std::size_t row = 0; row < kRows; ++row) {
      at(column, row).is_crossed = true;
    }
  }

  [[nodiscard]] std::string row(std::size_t row, Colour colour) const {
    std::string text;
    for (std::size_t column = 0; column < columns_; ++column) {
      text += text_of(cells_[row * columns_ + column], colour);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  }

 private:
  struct Cell {
    unsigned dots = 0;
    std::string_view mark;
    std::string_view sgr;
    bool is_crossed = false;
  };

  Cell& at(std::size_t column, std::size_t row) { return cells_[row * columns_ + column]; }

  static std::string text_of(const Cell& cell, Colour colour) {
    if (!cell.mark.empty()) {
      return paint(cell.mark, cell.sgr, colour);
    }
    if (cell.dots != 0) {
      // U+2800 and up, as UTF-8.
      const char bytes[] = {'\xe2', static_cast<char>(0xa0 + (cell.dots >> 6)),
                            static_cast<char>(0x80 + (cell.dots & 0x3f))};
      return paint({bytes, sizeof bytes}, cell.sgr, colour);
    }
    return cell.is_crossed ? paint("┊", "2", colour) : " ";
  }

  std::size_t columns_;
  std::vector<Cell> cells_;
};

class Plot {
 public:
  Plot(const Series& series, std::size_t columns, Colour colour)
      : series_(series),
        colour_(colour),
        axis_(axis_of(series.points)),
        labels_(labels_of(axis_, series.unit)) {
    for (const std::string& label : labels_) {
      label_columns_ = std::max(label_columns_, columns_of(label));
    }
    const std::size_t beside = label_columns_ + kAxisColumns;
    area_ = std::max(columns, beside + kLeastPlotColumns / 2) - beside;
    for (const Series::Point& point : series.points) {
      if (std::ranges::count(classes_, point.machine_class) == 0) {
        classes_.push_back(point.machine_class);
      }
    }
  }

  [[nodiscard]] std::string text() const {
    return rows() + base_line() + versions_line() + dates_line() + legend();
  }

 private:
  static constexpr std::size_t kAxisColumns = 2;  // a space, and the axis
  struct Change {
    std::size_t column;
    std::string version;
  };

  [[nodiscard]] std::pair<std::size_t, std::size_t> dot_of(std::size_t i) const {
    const std::size_t most = area_ * kDotColumns - 1;
    const std::size_t count = series_.points.size();
    const std::size_t x = count > 1 ? i * most / (count - 1) : most / 2;
    const double share = (axis_.high - series_.points[i].value) / (axis_.high - axis_.low);
    const auto last = static_cast<double>(Canvas::dot_rows() - 1);
    return {x, static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * last))};
  }

  // Where a class has another version than its point before; and the first point of all.
  [[nodiscard]] std::vector<Change> changes() const {
    std::vector<Change> all;
    std::vector<std::string> versions(classes_.size());
    for (std::size_t i = 0; i < series_.points.size(); ++i) {
      const Series::Point& point = series_.points[i];
      std::string& before = versions[class_of(point)];
      if (before != point.version && (i == 0 || !before.empty())) {
        all.push_back({dot_of(i).first / kDotColumns, point.version});
      }
      before = point.version;
    }
    return all;
  }

  [[nodiscard]] std::size_t class_of(const Series::Point& point) const {
    return static_cast<std::size_t>(std::ranges::find(classes_, point.machine_class) -
                                    classes_.begin());
  }

  [[nodiscard]] Canvas canvas() const {
    Canvas canvas(area_);
    for (const Change& change : changes()) {
      if (change.column > 0) {
        canvas.upright(change.column);
      }
    }
    // One class with many points is a line alone.
    const bool has_marks = classes_.size() > 1 || series_.points.size() * 3 <= area_;
    std::vector<std::optional<std::size_t>> before(classes_.size());
    for (std::size_t i = 0; i < series_.points.size(); ++i) {
      const std::size_t which = class_of(series_.points[i]);
      const std::string_view sgr = kColours[which % kColours.size()];
      canvas.line(dot_of(before[which].value_or(i)), dot_of(i), sgr);
      before[which] = i;
    }
    for (std::size_t i = 0; has_marks && i < series_.points.size(); ++i) {
      const std::size_t which = class_of(series_.points[i]);
      const auto [x, y] = dot_of(i);
      canvas.mark(x, y, kMarks[which % kMarks.size()], kColours[which % kColours.size()]);
    }
    return canvas;
  }

  [[nodiscard]] std::string rows() const {
    std::vector<std::string> label_of_row(kRows);
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      const double share =
          labels_.size() > 1 ? static_cast<double>(i) / static_cast<double>(labels_.size() - 1) : 0;
      const auto row = static_cast<std::size_t>(std::lround(share * (kRows - 1)));
      label_of_row[kRows - 1 - row] = labels_[i];
    }
    const Canvas drawn = canvas();
    std::string text;
    for (std::size_t row = 0; row < kRows; ++row) {
      const std::string& label = label_of_row[row];
      text += std::string(label_columns_ - columns_of(label), ' ') + label +
              (label.empty() ? " │" : " ┤") + drawn.row(row, colour_) + "\n";
    }
    return text;
  }

  [[nodiscard]] std::string indent() const {
    return std::string(label_columns_ + kAxisColumns, ' ');
  }

  [[nodiscard]] std::string base_line() const {
    std::vector<std::string_view> line(area_, "─");
    for (const Change& change : changes()) {
      line[change.column] = "┬";
    }
    std::string text = std::string(label_columns_ + 1, ' ') + "└";
    for (const std::string_view character : line) {
      text += character;
    }
    return text + "\n";
  }

  // A version whose place is taken is not told, nor the one that was told just before.
  [[nodiscard]] std::string versions_line() const {
    std::string text;
    std::size_t at = 0;
    std::string told;
    for (const Change& change : changes()) {
      const std::string version = printable(change.version);
      const std::size_t size = columns_of(version);
      const std::size_t from = change.column + size <= area_ ? change.column
                               : area_ > size                ? area_ - size
                                                             : 0;
      const bool is_free = at == 0 || from > at;
      if (is_free && size <= area_ && version != std::exchange(told, version)) {
        text += std::string(from - at, ' ') + version;
        at = from + size;
      }
    }
    return indent() + text + "\n";
  }

  [[nodiscard]] std::string dates_line() const {
    const std::string first = cut_to(printable(series_.points.front().started), area_);
    const std::string last = printable(series_.points.back().started);
    const std::size_t used = columns_of(first) + columns_of(last);
    const bool has_last = series_.points.size() > 1 && used < area_;
    return indent() + first + (has_last ? std::string(area_ - used, ' ') + last : "") + "\n";
  }

  [[nodiscard]] std::string legend() const {
    std::string text;
    for (std::size_t i = 0; i < classes_.size(); ++i) {
      text += fmt::format(
          "  {} {}: {}\n", paint(kMarks[i % kMarks.size()], kColours[i % kColours.size()], colour_),
          classes_[i].empty() ? "unknown class" : printable(classes_[i]), summary_of(classes_[i]));
    }
    return text;
  }

  static bool is_finite(const std::optional<double>& number) {
    return number && std::isfinite(*number);
  }

  // "12 sessions, 604 µs to 812 µs, the latest 790 µs (780 µs to 800 µs)"
  [[nodiscard]] std::string summary_of(const std::string& machine_class) const {
    std::vector<const Series::Point*> own;
    for (const Series::Point& point : series_.points) {
      if (point.machine_class == machine_class) {
        own.push_back(&point);
      }
    }
    const auto value = [](const Series::Point* point) { return point->value; };
    const auto [least, most] = std::ranges::minmax(own, {}, value);
    const Series::Point& latest = *own.back();
    const auto shown = [&](double number) { return value_text(number, series_.unit); };
    std::string text = fmt::format("{} {}", own.size(), own.size() == 1 ? "session" : "sessions");
    if (own.size() > 1) {
      text += fmt::format(", {} to {}", shown(least->value), shown(most->value));
    }
    text += fmt::format(", the latest {}{}", latest.at_least ? ">= " : "", shown(latest.value));
    if (is_finite(latest.low) && is_finite(latest.high)) {
      text += fmt::format(" ({} to {})", shown(*latest.low), shown(*latest.high));
    }
    return text;
  }

  const Series& series_;
  Colour colour_;
  Axis axis_;
  std::vector<std::string> labels_;
  std::size_t label_columns_ = 0;
  std::size_t area_ = 0;
  std::vector<std::string> classes_;  // in the order in which they come
};

}  // namespace

std::string series_plot(const Series& series, std::size_t columns, Colour colour) {
  const std::string title =
      paint(printable(series.scenario), "1", colour) + "  " + printable(series.figure) + "\n";
  return series.points.empty() ? title + "  no sessions\n"
                               : title + Plot(series, columns, colour).text();
}

}  // namespace procession::report
