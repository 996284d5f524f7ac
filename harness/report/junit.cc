// SPDX-License-Identifier: MIT
#include "harness/report/junit.h"

#include "harness/base/text.h"
#include "harness/report/console.h"
#include "harness/report/printable.h"
#include "harness/report/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

namespace procession::report {

namespace {

// XML 1.0 §2.2 has no way to write most control characters, nor U+FFFE and U+FFFF: they go.
bool xml_cannot_hold(unsigned char byte) {
  return byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
}

std::string escape(std::string_view text) {
  std::string escaped;
  const std::string valid = valid_utf8(text);
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const char c = valid[i];
    const std::string_view rest = std::string_view(valid).substr(i);
    if (rest.starts_with("\xEF\xBF\xBE") || rest.starts_with("\xEF\xBF\xBF")) {
      i += 2;
    } else if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '"') {
      escaped += "&quot;";
    } else if (!xml_cannot_hold(static_cast<unsigned char>(c))) {
      escaped += c;
    }
  }
  return escaped;
}

// A parser turns a bare line feed of an attribute into a space (XML 1.0 §3.3.3).
std::string attribute(std::string_view name, std::string_view value) {
  std::string escaped;
  for (const char c : escape(value)) {
    escaped += c == '\n' ? "&#10;" : c == '\t' ? "&#9;" : c == '\r' ? "&#13;" : std::string(1, c);
  }
  return fmt::format(" {}=\"{}\"", name, escaped);
}

// GitLab reads a file of 30 MB at most; a case need not fill it alone.
constexpr std::size_t kLongestBody = std::size_t{64} * 1024;

// The first lines, as many as have room.
std::string cut_lines(const std::string& text) {
  if (text.size() <= kLongestBody) {
    return text;
  }
  const std::size_t end = text.rfind('\n', kLongestBody);
  const std::size_t kept = end == std::string::npos ? kLongestBody : end + 1;
  return text.substr(0, kept) + fmt::format("… and {} more bytes\n", text.size() - kept);
}

// GitLab and Jenkins' attachments plugin take "[[ATTACHMENT|path]]" for a file to keep; a process
// may not have one kept by printing that.
std::string without_attachments(std::string text) {
  constexpr std::string_view kMark = "[[ATTACHMENT|";
  for (std::size_t at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at)) {
    text.insert(at + 1, " ");
  }
  return text;
}

std::string element(std::string_view name, std::string_view attributes, std::string_view body) {
  const std::string text = escape(without_attachments(cut_lines(std::string(body))));
  return text.empty() ? fmt::format("      <{}{}/>\n", name, attributes)
                      : fmt::format("      <{}{}>{}</{}>\n", name, attributes, text, name);
}

std::string seconds(base::Duration length) {
  return fmt::format("{:.6f}", std::chrono::duration<double>(length).count());
}

std::string class_name(const ScenarioResult& result) {
  std::string folder = std::filesystem::path(result.file).parent_path().relative_path().string();
  std::replace(folder.begin(), folder.end(), '.', '_');
  std::replace(folder.begin(), folder.end(), '/', '.');
  return folder.empty() ? "scenarios" : folder;
}

std::string case_name(const ScenarioResult& result) {
  const std::size_t folder = std::filesystem::path(result.file).parent_path().string().size();
  return result.id.substr(folder == 0 || folder == 1 ? folder : folder + 1);
}

// The first thing to know of a failure, in one line.
std::string message_of(const ScenarioResult& result) {
  for (const verify::Verdict& verdict : result.judgement.verdicts) {
    if (!verdict.as_expected()) {
      return fmt::format("{}: {}", verdict.text, verdict.message);
    }
  }
  if (!result.diagnostics.empty()) {
    return std::string(base::split(result.diagnostics.front(), '\n').front());
  }
  return result.reason;
}

std::string verdict_element(const ScenarioResult& result) {
  const auto with_body = [&](std::string_view name) {
    return element(
        name,
        attribute("message", message_of(result)) + attribute("type", to_string(result.outcome)),
        console_scenario(result, Colour::No));
  };
  switch (result.outcome) {
    case Outcome::AsExpected:
      return {};
    case Outcome::Broken:
      return with_body("failure");
    case Outcome::Invalid:
    case Outcome::Inconclusive:
    case Outcome::Unreadable:
    case Outcome::Failed:
      return with_body("error");
    case Outcome::Skipped:
    case Outcome::Stopped:
      break;
  }
  return element("skipped", attribute("message", result.reason), {});
}

std::string printed_element(const verify::Judgement& judgement) {
  std::string printed;
  for (const verify::PrintedLine& line : judgement.printed) {
    printed += fmt::format("{}: {}\n", line.process, line.text);
  }
  return printed.empty() ? printed : element("system-out", {}, printed);
}

std::string property(std::string_view name, std::string_view value) {
  return fmt::format("<property{}{}/>\n", attribute("name", name), attribute("value", value));
}

// "load.response.p99_ns", "load.at_least.max_ns", "load.rate_per_second": as under Google
// Benchmark.
std::string property_name(const Row& row) {
  const std::string_view unit = row.unit == "/s" ? "_per_second" : row.unit == "ns" ? "_ns" : "";
  return row.figure + (row.at_least ? ".at_least" : "") +
         (row.statistic.empty() ? "" : "." + row.statistic) + std::string(unit);
}

// What was measured and is valid; how long the case took stands in its `time`.
std::string numbers_element(const ScenarioResult& result) {
  std::string properties;
  for (const Row& row : rows_of(result)) {
    if (row.invalid.empty() && row.figure != kRunWall) {
      properties += "        " + property(property_name(row), fmt::format("{}", row.value));
    }
  }
  return properties.empty()
             ? properties
             : fmt::format("      <properties>\n{}      </properties>\n", properties);
}

std::string case_element(const ScenarioResult& result) {
  const std::string attributes =
      attribute("classname", class_name(result)) + attribute("name", case_name(result)) +
      attribute("file", result.file) + attribute("time", seconds(result.wall));
  const std::string body =
      numbers_element(result) + verdict_element(result) + printed_element(result.judgement);
  return body.empty() ? fmt::format("    <testcase{}/>\n", attributes)
                      : fmt::format("    <testcase{}>\n{}    </testcase>\n", attributes, body);
}

std::string totals(const SessionResult& session) {
  const Counts counts = count_outcomes(session);
  const auto count = [&](Outcome outcome) { return counts[static_cast<std::size_t>(outcome)]; };
  const std::size_t errors = count(Outcome::Invalid) + count(Outcome::Inconclusive) +
                             count(Outcome::Unreadable) + count(Outcome::Failed);
  const std::size_t skipped = count(Outcome::Skipped) + count(Outcome::Stopped);
  return fmt::format(R"( tests="{}" failures="{}" errors="{}" skipped="{}" time="{}")",
                     session.scenarios.size(), count(Outcome::Broken), errors, skipped,
                     seconds(session.wall));
}

std::string properties(const SessionResult& session) {
  std::string shown = "      " + property("command", session.command);
  shown += "      " + property("seed", std::to_string(session.seed));
  for (const auto& [name, value] : session.machine) {
    shown += "      " + property(name, value);
  }
  return "    <properties>\n" + shown + "    </properties>\n";
}

// JUnit's timestamps have no zone: "2024-05-01T12:00:00".
std::string_view without_zone(std::string_view time) {
  return time.ends_with('Z') ? time.substr(0, time.size() - 1) : time;
}

}  // namespace

std::string to_junit(const SessionResult& session) {
  std::string document = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  document += fmt::format("<testsuites name=\"procession\"{}>\n", totals(session));
  document += fmt::format("  <testsuite name=\"procession\"{}{}>\n", totals(session),
                          attribute("timestamp", without_zone(session.started)));
  document += properties(session);
  for (const ScenarioResult& scenario : session.scenarios) {
    document += case_element(scenario);
  }
  return document + "  </testsuite>\n</testsuites>\n";
}

}  // namespace procession::report
