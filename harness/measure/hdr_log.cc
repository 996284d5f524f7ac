// SPDX-License-Identifier: MIT
#include "harness/measure/hdr_log.h"

#include "harness/base/check.h"
#include "harness/base/text.h"
#include "harness/measure/hdr_encoding.h"
#include "harness/measure/lines.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace procession::measure {

namespace {

using base::Result;

constexpr double kYear = 365.0 * 24 * 3600;  // seconds

base::Error wrong(std::string why) { return {base::ErrorKind::BadInput, std::move(why)}; }

double seconds(base::Duration time) { return std::chrono::duration<double>(time).count(); }

// A count of seconds from 0 to some 250 years.
std::optional<double> to_seconds(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && number >= 0 && number < 250 * kYear ? std::optional(number) : std::nullopt;
}

class Reader {
 public:
  explicit Reader(const std::function<void(const HdrInterval&, const Histogram&)>& each)
      : each_(each) {}

  Result<> line(std::string_view text) {
    if (text.starts_with("#[StartTime:")) {
      return time_of_comment(text, start_);
    }
    if (text.starts_with("#[BaseTime:")) {
      return time_of_comment(text, base_);
    }
    if (text.starts_with("#[Histogram log format version")) {
      return version(text);
    }
    const bool says_nothing = base::trim(text).empty() || text.starts_with('#') ||
                              text.starts_with("\"StartTimestamp\"") ||
                              text.starts_with("\"Timestamp\"");
    return says_nothing ? Result<>() : interval(text);
  }

 private:
  static Result<> time_of_comment(std::string_view text, std::optional<double>& to) {
    const std::string_view number =
        base::split(base::trim(text.substr(text.find(':') + 1)), ' ').front();
    to = to_seconds(number);
    return to ? Result<>() : wrong(fmt::format("'{}' is no time in seconds", number));
  }

  static Result<> version(std::string_view text) {
    const std::string_view number = base::split(text.substr(text.rfind(' ') + 1), ']').front();
    for (const std::string_view known : {"1.0", "1.01", "1.1", "1.2", "1.3"}) {
      if (number == known) {
        return {};
      }
    }
    return wrong(fmt::format("log format version '{}' is unknown; 1.0 to 1.3 can be read", number));
  }

  Result<> interval(std::string_view text) {
    std::vector<std::string_view> fields = base::split(text, ',');
    HdrInterval interval;
    if (constexpr std::string_view kTag = "Tag="; fields.front().starts_with(kTag)) {
      interval.tag = fields.front().substr(kTag.size());
      fields.erase(fields.begin());
    }
    if (fields.size() != 4) {
      return wrong(
          fmt::format("{} fields besides the tag; there are 4: start, length, maximum, "
                      "histogram",
                      fields.size()));
    }
    const std::optional<double> start = to_seconds(base::trim(fields[0]));
    const std::optional<double> length = to_seconds(base::trim(fields[1]));
    for (const auto& [time, field] : {std::pair(start, fields[0]), std::pair(length, fields[1])}) {
      if (!time) {
        return wrong(fmt::format("'{}' is no time in seconds", field));
      }
    }
    interval.start = to_duration(since_start(*start));
    interval.length = to_duration(*length);
    const auto histogram = std::make_unique<Histogram>();
    if (Result<> decoded = hdr_decode(base::trim(fields[3]), *histogram); !decoded) {
      return decoded;
    }
    each_(interval, *histogram);
    return {};
  }

  // Times are since the base if there is one. Else the first line decides: what lies more than a
  // year before the start of the log is counted from there, and all others from 1970.
  double since_start(double time) {
    const double start = start_.value_or(0);
    if (!base_) {
      base_ = time < start - kYear ? start : 0;
    }
    return time + (*base_ - start);
  }

  static base::Duration to_duration(double time) {
    return std::chrono::microseconds(std::llround(time * 1e6));  // no double since 1970 has more
  }

  const std::function<void(const HdrInterval&, const Histogram&)>& each_;
  std::optional<double> start_;
  std::optional<double> base_;
};

}  // namespace

std::string hdr_log_head(base::Duration epoch) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(epoch);
  return fmt::format(
      "#[Histogram log format version 1.3]\n"
      "#[StartTime: {:.3f} (seconds since epoch), {:%Y-%m-%dT%H:%M:%SZ}]\n"
      "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n",
      seconds(epoch), fmt::gmtime(static_cast<std::time_t>(whole.count())));
}

std::string hdr_log_line(const HdrInterval& interval, const Histogram& histogram) {
  base::check(interval.tag.find_first_of(", \r\n") == std::string::npos, "a tag is one word");
  return fmt::format(
      "{}{}{}{:.3f},{:.3f},{:.3f},{}\n", interval.tag.empty() ? "" : "Tag=", interval.tag,
      interval.tag.empty() ? "" : ",", seconds(interval.start), seconds(interval.length),
      static_cast<double>(histogram.max()) / 1e6, hdr_encode(histogram));
}

Result<> read_hdr_log(std::string_view text,
                      const std::function<void(const HdrInterval&, const Histogram&)>& each) {
  Reader reader(each);
  return read_lines(text, [&](std::string_view line) { return reader.line(line); });
}

}  // namespace procession::measure
