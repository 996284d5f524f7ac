// SPDX-License-Identifier: MIT
#include "harness/scenario/tree.h"

#include "harness/base/text.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <unordered_map>
#include <utility>

namespace procession::scenario {

namespace {

constexpr std::size_t kNowhere = std::string_view::npos;

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_space(char c) { return is_blank(c) || c == '\n' || c == '\r'; }

// Looks at the characters of a scalar, because yaml-cpp's events do not tell all that matters.
// Offsets are bytes of the text; reading beyond its end gives NUL, which no checked text holds.
class Characters {
 public:
  explicit Characters(std::string_view text) : text_(text) {}

  [[nodiscard]] char at(std::size_t offset) const {
    return offset < text_.size() ? text_[offset] : '\0';
  }

  [[nodiscard]] std::size_t skip_blanks(std::size_t offset) const {
    while (is_blank(at(offset))) {
      ++offset;
    }
    return offset;
  }

  // yaml-cpp gives `null` and `~` as an empty value. The mark of a value that is truly absent is
  // that of the next thing, which may be a *key* spelt null.
  [[nodiscard]] std::string_view null_word(std::size_t offset, bool as_key) const {
    const std::string_view rest = text_.substr(std::min(offset, text_.size()));
    for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
      if (rest.starts_with(word) && (as_key || at(skip_blanks(offset + word.size())) != ':')) {
        return word;
      }
    }
    return {};
  }

  // Whether the quote that opens at `offset` is closed: yaml-cpp takes the end of the file for it.
  [[nodiscard]] bool quote_is_closed(std::size_t offset) const {
    const char mark = at(offset);
    for (++offset; offset < text_.size(); ++offset) {
      if (mark == '"' && at(offset) == '\\') {
        ++offset;
      } else if (mark == '\'' && at(offset) == mark && at(offset + 1) == mark) {
        ++offset;
      } else if (at(offset) == mark) {
        return true;
      }
    }
    return false;
  }

  struct Plain {
    std::size_t end = kNowhere;   // behind its last character
    std::size_t dash = kNowhere;  // of a line of it that begins with `- `
  };
  // Follows the folded text of a plain scalar through the lines on which it stands. Plain scalars
  // have no escapes: but for white space they are their own characters.
  [[nodiscard]] Plain follow_plain(std::size_t offset, std::string_view folded) const {
    Plain plain;
    for (const char c : folded) {
      if (is_space(c)) {
        continue;
      }
      bool new_line = false;
      while (is_space(at(offset))) {
        new_line = new_line || at(offset) == '\n';
        ++offset;
      }
      if (at(offset) != c) {
        return {};
      }
      if (new_line && c == '-' && is_space(at(offset + 1))) {
        plain.dash = offset;
      }
      ++offset;
    }
    plain.end = offset;
    return plain;
  }

  // The comment that follows on the same line, if there is one.
  [[nodiscard]] std::size_t comment_after(std::size_t offset) const {
    const std::size_t next = skip_blanks(offset);
    return next > offset && at(next) == '#' ? next : kNowhere;
  }

  // Where an empty list item stands: its mark is that of the next thing.
  [[nodiscard]] std::size_t empty_item(std::size_t mark) const {
    std::size_t offset = std::min(mark, text_.size());
    while (offset > 0 && is_space(at(offset - 1))) {
      --offset;
    }
    const char before = offset > 0 ? at(offset - 1) : '\0';
    return before == '-' || before == ',' || before == '[' ? offset - 1 : mark;
  }

 private:
  std::string_view text_;
};

// Leaves yaml-cpp after a problem beyond which there is no tree. Never leaves this file.
struct Stop {};

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const SourceText& source, Diagnostics& problems)
      : source_(source), characters_(source.text()), problems_(problems) {}

  [[nodiscard]] std::optional<Node> root() && { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) {
      stop(mark, "a second document begins here", "one file holds one scenario");
    }
  }
  void OnDocumentEnd() override {}

  void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
    problems_.add(at(mark), fmt::format("an anchor {}", quote("&" + name)),
                  "the language has no anchors; quote the text if it is meant as text");
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    stop(mark, "an alias", "the language has no aliases; quote the text if it is meant as text");
  }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    const std::string_view word = characters_.null_word(offset(mark), expects_key());
    if (!word.empty()) {
      OnScalar(mark, "?", 0, std::string(word));
      return;
    }
    Node node;
    node.at = at(mark);
    if (expects_key()) {
      stop(mark, "a key is missing in front of `:`", {});
    } else if (!open_.empty() && open_.back().node.is_map()) {
      node.at = open_.back().key.at;
    } else if (!open_.empty()) {
      node.at = source_.position(characters_.empty_item(offset(mark)));
    }
    add(std::move(node));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node;
    node.kind = Node::Kind::Scalar;
    node.at = node.text_at = at(mark);
    node.text = value;
    node.quoted = tag == "!";
    if (anchor == 0) {  // else its mark is that of the anchor, which is refused anyway
      check_characters(mark, tag, node);
    }
    if (value.find('\0') != std::string::npos) {
      problems_.add(node.at, "a NUL character in a text");
    }
    add(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(Node::Kind::List, mark, tag, anchor, style);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(Node::Kind::Map, mark, tag, anchor, style);
  }
  void OnMapEnd() override { close(); }

 private:
  // A list or map whose end has not come.
  struct Open {
    Node node;
    bool has_key = false;   // of a map: the key has come, its value has not
    bool repeated = false;  // … and the key stood there before
    Node key;
    std::unordered_map<std::string, int> lines;  // of the keys so far
  };

  [[nodiscard]] static std::size_t offset(const YAML::Mark& mark) {
    return static_cast<std::size_t>(std::max(mark.pos, 0));
  }
  [[nodiscard]] Position at(const YAML::Mark& mark) const { return source_.position(offset(mark)); }
  [[nodiscard]] bool expects_key() const {
    return !open_.empty() && open_.back().node.is_map() && !open_.back().has_key;
  }

  [[noreturn]] void stop(const YAML::Mark& mark, std::string message, std::string help) {
    problems_.add(at(mark), std::move(message), std::move(help));
    throw Stop{};
  }

  void refuse_tag(const YAML::Mark& mark) {
    problems_.add(at(mark), "a tag",
                  "the language has no tags; quote the text if it is meant as text");
  }

  void check_characters(const YAML::Mark& mark, const std::string& tag, Node& node) {
    const char first = characters_.at(offset(mark));
    if (first == '!') {
      refuse_tag(mark);
    } else if (tag == "?") {
      check_plain(offset(mark), node);
    } else if (first == '"' || first == '\'') {
      ++node.text_at.column;
      if (!characters_.quote_is_closed(offset(mark))) {
        stop(mark, "a quoted text without a closing quote", {});
      }
    }
  }

  void check_plain(std::size_t begin, const Node& node) {
    const Characters::Plain plain = characters_.follow_plain(begin, node.text);
    if (plain.dash != kNowhere) {
      problems_.add(source_.position(plain.dash),
                    fmt::format("this line goes on with the text of line {}", node.at.line),
                    "indent the `-` like those above, or quote the text");
    }
    const std::size_t comment =
        plain.end == kNowhere ? kNowhere : characters_.comment_after(plain.end);
    if (comment != kNowhere) {
      problems_.add(source_.position(comment), "a comment after unquoted text",
                    "quote the text or put the comment on its own line");
    }
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YAML::EmitterStyle::value style) {
    if (expects_key()) {
      stop(mark, "a key that is no text",
           "close every bracket, and quote a text that holds [ ] { } or ,");
    }
    if (open_.size() == kMaxLevels) {
      stop(mark, fmt::format("nested deeper than {} levels", kMaxLevels), {});
    }
    if (tag != "?" && anchor == 0) {
      refuse_tag(mark);
    }
    Open opened;
    opened.node.kind = kind;
    opened.node.at = opened.node.text_at = at(mark);
    opened.node.flow = style == YAML::EmitterStyle::Flow;
    open_.push_back(std::move(opened));
  }

  void close() {
    Node node = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(node));
  }

  void add(Node node) {
    if (expects_key()) {
      add_key(std::move(node));
      return;
    }
    if (++items_ > kMaxItems) {
      problems_.add(node.at, fmt::format("more than {} items", kMaxItems));
      throw Stop{};
    }
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& into = open_.back();
    if (into.node.is_list()) {
      into.node.items.push_back(std::move(node));
      return;
    }
    if (!into.repeated) {
      into.node.entries.push_back({std::move(into.key), std::move(node)});
    }
    into.has_key = false;
  }

  void add_key(Node key) {
    Open& into = open_.back();
    const auto [first, is_new] = into.lines.try_emplace(key.text, key.at.line);
    if (!is_new) {
      problems_.add(
          key.at, fmt::format("the key {} is already on line {}", quote(key.text), first->second));
    }
    into.repeated = !is_new;
    into.has_key = true;
    into.key = std::move(key);
  }

  const SourceText& source_;
  Characters characters_;
  Diagnostics& problems_;
  std::vector<Open> open_;
  std::optional<Node> root_;
  int documents_ = 0;
  std::size_t items_ = 0;
};

// yaml-cpp's words, and what is most often behind them.
struct KnownFault {
  std::string_view message;
  std::string_view ours;  // empty: its own
  std::string_view help;
};
constexpr std::string_view kQuoteInBrackets =
    "inside [ ] and { } quote what holds [ ] { } or ,: \"worker[2]\"";
constexpr auto kKnownFaults = std::to_array<KnownFault>({
    {"end of map flow not found", "`}` or `,` is missing", kQuoteInBrackets},
    {"end of sequence flow not found", "`]` or `,` is missing", kQuoteInBrackets},
    {"illegal flow end", "a closing bracket that nothing opened", "quote the text"},
    {"illegal map value", "a second `: ` on one line", "quote a text that holds `: `"},
    {"end of map not found", "this is no key of the map above",
     "check how far the line is indented, and the quotes of the text before"},
    {"end of sequence not found", "this is no item of the list above",
     "check how far the line is indented, and the quotes of the text before"},
    {"illegal block entry", "a list item cannot begin here", "check how far the line is indented"},
    {"unknown token", "an unquoted text cannot begin with this character", "quote the text"},
    {"the referenced anchor is not defined", "an alias",
     "the language has no aliases; quote the text if it is meant as text"},
});

void report_fault(const YAML::Exception& fault, const SourceText& source, Diagnostics& problems) {
  const Position at = fault.mark.is_null()
                          ? Position{}
                          : source.position(static_cast<std::size_t>(std::max(fault.mark.pos, 0)));
  const std::string_view line =
      at.line > 0 && static_cast<std::size_t>(at.line) <= source.lines().size()
          ? std::string_view(source.lines()[static_cast<std::size_t>(at.line) - 1])
          : std::string_view();
  if (line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos) {
    problems.add(at, "a tab in front of the line's text", "indent with spaces");
    return;
  }
  const auto known = std::ranges::find(kKnownFaults, fault.msg, &KnownFault::message);
  if (known == kKnownFaults.end()) {
    problems.add(at, fault.msg);
  } else {
    problems.add(at, std::string(known->ours), std::string(known->help));
  }
}

bool has_directive(const SourceText& source, Diagnostics& problems) {
  for (std::size_t i = 0; i < source.lines().size(); ++i) {
    const std::string_view line = source.lines()[i];
    if (line.starts_with('%')) {
      problems.add({static_cast<int>(i) + 1, 1}, "a YAML directive", "the language has none");
      return true;
    }
    if (!base::trim(line).empty() && !line.starts_with('#')) {
      return false;
    }
  }
  return false;
}

}  // namespace

std::string quote(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string shown = "`";
  std::size_t taken = 0;
  for (const char c : text) {
    const bool starts_character = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (starts_character && ++taken > kLongest) {
      shown += "…";
      break;
    }
    const auto byte = static_cast<unsigned char>(c);
    shown += byte < 0x20 || byte == 0x7F ? ' ' : c;
  }
  return shown + "`";
}

std::string describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::Empty:
      return "nothing";
    case Node::Kind::Scalar:
      return quote(node.text);
    case Node::Kind::List:
      return "a list";
    case Node::Kind::Map:
      return "a map";
  }
  return {};
}

std::optional<Node> read_tree(const SourceText& source, Diagnostics& problems) {
  if (has_directive(source, problems)) {
    return std::nullopt;
  }
  TreeBuilder builder(source, problems);
  try {
    std::istringstream stream{std::string(source.text())};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& fault) {
    report_fault(fault, source, problems);
    return std::nullopt;
  } catch (const Stop&) {
    return std::nullopt;
  }
  std::optional<Node> root = std::move(builder).root();
  if (!root) {
    problems.add({}, "the file holds only comments",
                 "a scenario has at least `scenario` and `processes`");
  }
  return root;
}

}  // namespace procession::scenario
