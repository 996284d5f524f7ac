// SPDX-License-Identifier: MIT
// One recursive-descent parser; each of its functions reads one production of the grammar.
#include "harness/scenario/event_pattern.h"

#include "harness/base/text.h"
#include "harness/scenario/event_grammar.h"
#include "harness/scenario/keys.h"
#include "harness/scenario/scalar.h"
#include "harness/scenario/source_text.h"
#include "harness/scenario/tree.h"
#include "harness/scenario/verb.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace procession::scenario {

namespace {

constexpr auto kPlainWords =
    std::to_array<std::string_view>({"begin", "end", "ready", "stopped", "continued", "orphaned"});
constexpr auto kWordsWithOperand = std::to_array<std::string_view>({"error", "got", "phase"});
constexpr std::string_view kCall = "call";  // stands behind an event

template <class Words>
bool is_among(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

constexpr const char* kIndexGrammar =
    "an index is a number, one letter or `index`, the latter two with `+1` or `-1` if need be, and "
    "then `]`";
constexpr const char* kOrderGrammar =
    "an order is written with `<` alone, a space before it and one behind it";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name_character(char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; }

// Reads `text` from a place that only moves forward. The first function that fails notes where and
// why; every function up the chain then returns its unfinished value, which nobody uses.
class Parser {
 public:
  Parser(std::string_view text, Position at) : text_(text), begin_(at) {}

  ProcessPattern process();
  EventPattern event();
  OrderPattern order();
  void expect_end();

  template <class T>
  [[nodiscard]] Parsed<T> result(T value) && {
    if (failed_) {
      return std::move(error_);
    }
    return value;
  }

 private:
  [[nodiscard]] char here() const { return next_ < text_.size() ? text_[next_] : '\0'; }
  [[nodiscard]] bool done() const { return failed_ || next_ == text_.size(); }
  [[nodiscard]] std::string_view rest() const { return text_.substr(next_); }
  [[nodiscard]] std::string_view next_word() const {
    return rest().substr(0, rest().find_first_of(" \t\n", 1));
  }
  bool take(char c);
  void fail(std::string message) { fail_at(next_, std::move(message)); }
  void fail_at(std::size_t offset, std::string message);
  void fail_unexpected();

  std::string name(std::string_view of_what);
  long number();
  Index index();
  PathPart path_part();
  EventPattern plain();
  void what(EventPattern& event);
  void operand(EventPattern& event);
  void less_than();
  [[nodiscard]] Position position(std::size_t offset) const;

  std::string_view text_;
  Position begin_;
  std::size_t next_ = 0;
  bool failed_ = false;
  GrammarError error_;
};

bool Parser::take(char c) {
  if (failed_ || here() != c || next_ == text_.size()) {
    return false;
  }
  ++next_;
  return true;
}

void Parser::fail_at(std::size_t offset, std::string message) {
  if (!failed_) {
    failed_ = true;
    error_ = {offset, std::move(message)};
  }
}

// Something stands where nothing of the kind can.
void Parser::fail_unexpected() {
  if (here() == '<' || here() == '>' || here() == '=') {
    fail(kOrderGrammar);
  } else if (is_space(here())) {
    fail("a space; in an event none stands, in an order only round `<`");
  } else {
    fail(fmt::format("{} does not belong here", quote(next_word())));
  }
}

std::string Parser::name(std::string_view of_what) {
  const std::size_t begin = next_;
  while (is_name_character(here())) {
    ++next_;
  }
  std::string name(text_.substr(begin, next_ - begin));
  if (!is_name(name)) {
    next_ = begin;
    if (is_space(here())) {
      fail_unexpected();
    }
    fail(fmt::format("{} where the name of {} must stand",
                     done() ? std::string("nothing") : quote(next_word()), of_what));
  }
  return name;
}

long Parser::number() {
  constexpr std::size_t kMostDigits = 9;
  const std::size_t begin = next_;
  while (is_digit(here())) {
    ++next_;
  }
  long value = 0;
  std::from_chars(text_.data() + begin, text_.data() + next_, value);
  if (begin == next_ || next_ - begin > kMostDigits) {
    fail_at(begin, "a number of at most nine digits must stand here");
  }
  return value;
}

// index = number | ( letter | "index" ) [ ( "+" | "-" ) number ] .     The `[` has been taken.
Index Parser::index() {
  Index index;
  if (is_digit(here())) {
    index.offset = number();
  } else if (rest().starts_with("index")) {
    index.kind = Index::Kind::Own;
    next_ += 5;
  } else if (is_letter(here())) {
    index.kind = Index::Kind::Letter;
    index.letter = here();
    ++next_;
  } else {
    fail(kIndexGrammar);
  }
  if (index.kind != Index::Kind::Number && (here() == '+' || here() == '-')) {
    const bool minus = here() == '-';
    ++next_;
    index.offset = minus ? -number() : number();
  }
  if (!take(']')) {
    fail(kIndexGrammar);
  }
  return index;
}

PathPart Parser::path_part() {
  PathPart part;
  part.name = name("a process");
  if (take('[')) {
    part.index = index();
  }
  return part;
}

// process = { name [ "[" index "]" ] "/" } name [ "[" index "]" ] .
ProcessPattern Parser::process() {
  ProcessPattern process;
  do {
    process.parts.push_back(path_part());
  } while (take('/'));
  return process;
}

// operand = process | name | signal .     The `(` has been taken; takes the `)` too.
void Parser::operand(EventPattern& event) {
  const std::size_t begin = next_;
  const std::size_t end = std::min(text_.find(')', begin), text_.size());
  event.operand = text_.substr(begin, end - begin);
  if (const auto as_process = parse_process(event.operand);
      std::holds_alternative<ProcessPattern>(as_process)) {
    event.process_operand = std::get<ProcessPattern>(as_process);
  } else if (!read_signal(event.operand)) {
    fail_at(begin, fmt::format("{} names no process, signal or error; give a step with a text or a "
                               "number a label with `as` and use that",
                               quote(event.operand)));
  }
  next_ = end;
  if (!take(')')) {
    fail("`)` is missing");
  }
}

// "; did you mean `got`?" of a word that may have an operand.
std::string near_word(std::string_view word) {
  std::vector<std::string_view> known(kWordsWithOperand.begin(), kWordsWithOperand.end());
  for (const VerbRow& row : verb_rows()) {
    known.push_back(row.operand.name);
  }
  const auto near = base::nearest_word(word, known);
  return near ? fmt::format("; did you mean `{}`?", *near) : "";
}

// what = word | verb [ "(" operand ")" ] | label .
void Parser::what(EventPattern& event) {
  const std::size_t begin = next_;
  event.what = name("an event");
  const bool needs_operand = is_among(kWordsWithOperand, event.what);
  const bool has_operand = take('(');
  if (has_operand) {
    operand(event);
  }
  if (event.what == kCall) {
    fail_at(begin, "`.call` stands behind an event, such as `.join.call`");
  } else if (needs_operand && !has_operand) {
    fail(fmt::format("`{}` needs an operand, such as `{}`", event.what,
                     event.what == "error" ? "error(EPIPE)"
                     : event.what == "got" ? "got(SIGTERM)"
                                           : "phase(measure)"));
  } else if (has_operand && !needs_operand && !verb_named(event.what)) {
    fail_at(begin, fmt::format("`{}` is no verb, and only verbs have an operand{}", event.what,
                               near_word(event.what)));
  }
}

// plain = process "." what [ "[" index "]" ] [ ".call" ] .
EventPattern Parser::plain() {
  EventPattern event;
  event.process = process();
  if (!take('.')) {
    if (done()) {
      fail("a process alone is no event; add what happens to it, such as `.end`");
    }
    fail_unexpected();
  }
  what(event);
  if (take('[')) {
    event.occurrence = index();
  }
  if (take('.')) {
    const std::size_t begin = next_;
    if (name("a point") != kCall) {
      fail_at(begin, "only `.call` can follow the event");
    }
    event.call = true;
  }
  return event;
}

// event = [ "first" | "last" ] "(" plain ")" | plain [ "?" ] .
EventPattern Parser::event() {
  while (is_space(here())) {
    ++next_;
  }
  const std::size_t begin = next_;
  using Pick = EventPattern::Pick;
  Pick pick = Pick::Each;
  bool in_parentheses = true;
  if (rest().starts_with("first(")) {
    pick = Pick::First;
  } else if (rest().starts_with("last(")) {
    pick = Pick::Last;
  } else {
    in_parentheses = here() == '(';
  }
  if (in_parentheses) {
    next_ = text_.find('(', next_) + 1;
  }
  EventPattern event = plain();
  event.pick = pick;
  if (in_parentheses && !take(')')) {
    fail("`)` is missing");
  }
  event.if_it_happens = !in_parentheses && take('?');
  event.text = text_.substr(begin, next_ - begin);
  event.at = position(begin);
  return event;
}

// The `<` of an order with the white space that must stand on either side.
void Parser::less_than() {
  const std::size_t begin = next_;
  while (is_space(here())) {
    ++next_;
  }
  const bool space_before = next_ > begin;
  if (here() != '<') {
    next_ = done() ? begin : next_;
    fail_unexpected();
    return;
  }
  ++next_;
  if (!space_before || !is_space(here())) {
    fail_at(next_ - 1, kOrderGrammar);
  }
}

// order = event "<" event { "<" event } .
OrderPattern Parser::order() {
  OrderPattern order;
  order.text = std::string(text_);
  order.at = begin_;
  order.events.push_back(event());
  if (done()) {
    fail("an order has two events or more, with ` < ` between them");
  }
  while (!done()) {
    less_than();
    if (!failed_) {
      order.events.push_back(event());
    }
  }
  if (order.events.back().if_it_happens) {
    fail_at(next_ - 1, "`?` means \"if it happens\" and stands left of a `<` only");
  }
  return order;
}

void Parser::expect_end() {
  if (!done()) {
    fail_unexpected();
  }
}

Position Parser::position(std::size_t offset) const {
  return begin_.line == 0
             ? begin_
             : Position{begin_.line,
                        begin_.column + static_cast<int>(characters_before(text_, offset))};
}

// For a text that comes with no position: says which character.
template <class T>
base::Result<T> to_result(Parsed<T> parsed, std::string_view text) {
  if (auto* error = std::get_if<GrammarError>(&parsed)) {
    return base::Error{base::ErrorKind::BadInput,
                       fmt::format("{}, character {}: {}", quote(text),
                                   characters_before(text, error->offset) + 1, error->message)};
  }
  return std::get<T>(std::move(parsed));
}

}  // namespace

bool is_event_word(std::string_view word) {
  return is_among(kPlainWords, word) || is_among(kWordsWithOperand, word) || word == kCall;
}

std::vector<std::string_view> event_words() {
  std::vector<std::string_view> words(kPlainWords.begin(), kPlainWords.end());
  words.insert(words.end(), kWordsWithOperand.begin(), kWordsWithOperand.end());
  words.push_back(kCall);
  return words;
}

Parsed<ProcessPattern> parse_process(std::string_view text) {
  Parser parser(text, {});
  ProcessPattern process = parser.process();
  parser.expect_end();
  return std::move(parser).result(std::move(process));
}

Parsed<EventPattern> parse_event(std::string_view text, Position at) {
  Parser parser(text, at);
  EventPattern event = parser.event();
  parser.expect_end();
  return std::move(parser).result(std::move(event));
}

Parsed<OrderPattern> parse_order(std::string_view text, Position at) {
  Parser parser(text, at);
  OrderPattern order = parser.order();
  return std::move(parser).result(std::move(order));
}

base::Result<ProcessPattern> read_process(std::string_view text) {
  return to_result(parse_process(text), text);
}

base::Result<EventPattern> read_event(std::string_view text, Position at) {
  return to_result(parse_event(text, at), text);
}

base::Result<OrderPattern> read_order(std::string_view text, Position at) {
  return to_result(parse_order(text, at), text);
}

}  // namespace procession::scenario
