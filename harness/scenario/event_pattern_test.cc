// SPDX-License-Identifier: MIT
#include "harness/scenario/event_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace procession::scenario {
namespace {

using testing::HasSubstr;
using Pick = EventPattern::Pick;
using Kind = Index::Kind;

EventPattern event(std::string_view text) {
  auto result = read_event(text);
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  return result ? *result : EventPattern{};
}

std::string refusal(std::string_view text) {
  const auto result = read_event(text);
  return result ? "accepted" : result.error().message;
}

std::string order_refusal(std::string_view text) {
  const auto result = read_order(text);
  return result ? "accepted" : result.error().message;
}

TEST(ReadProcess, TakesAPathWithIndexes) {
  const ProcessPattern process = read_process("main/worker[2]/leaf[i-1]").value();
  ASSERT_EQ(process.parts.size(), 3u);
  EXPECT_EQ(process.parts[0].name, "main");
  EXPECT_FALSE(process.parts[0].index);
  EXPECT_EQ(process.parts[1].index->kind, Kind::Number);
  EXPECT_EQ(process.parts[1].index->offset, 2);
  EXPECT_EQ(process.parts[2].index->kind, Kind::Letter);
  EXPECT_EQ(process.parts[2].index->letter, 'i');
  EXPECT_EQ(process.parts[2].index->offset, -1);
}

TEST(ReadProcess, KnowsTheOwnIndex) {
  const Index index = *read_process("ring[index+1]").value().parts[0].index;
  EXPECT_EQ(index.kind, Kind::Own);
  EXPECT_EQ(index.offset, 1);
}

TEST(ReadProcess, RefusesWhatIsNoPath) {
  for (const char* text : {"", "/a", "a/", "a//b", "a[", "a[]", "a[ab]", "a[1", "a[1+1]", "a[-1]",
                           "a[1]b", "a b", "a.end", "2a", "a[9999999999]", "a[i+]", "é"}) {
    EXPECT_FALSE(read_process(text)) << text;
  }
}

TEST(ReadEvent, TakesAnEventApart) {
  const EventPattern e = event("last(worker[i].join(main/leaf[2])[3].call)");
  EXPECT_EQ(e.pick, Pick::Last);
  EXPECT_EQ(e.process.parts[0].name, "worker");
  EXPECT_EQ(e.what, "join");
  EXPECT_EQ(e.operand, "main/leaf[2]");
  ASSERT_TRUE(e.process_operand);
  EXPECT_EQ(e.process_operand->parts[1].index->offset, 2);
  EXPECT_EQ(e.occurrence->offset, 3);
  EXPECT_TRUE(e.call);
  EXPECT_FALSE(e.if_it_happens);
  EXPECT_EQ(e.text, "last(worker[i].join(main/leaf[2])[3].call)");
}

TEST(ReadEvent, TakesSignalsErrorsAndLabels) {
  EXPECT_EQ(event("a.got(SIGTERM)").operand, "SIGTERM");
  const EventPattern real_time = event("a.got(SIGRTMIN+2)");
  EXPECT_EQ(real_time.operand, "SIGRTMIN+2");
  EXPECT_FALSE(real_time.process_operand);
  EXPECT_EQ(event("a.error(not_my_child)").operand, "not_my_child");
  EXPECT_EQ(event("a.my-label").what, "my-label");
  EXPECT_EQ(event("a.first").what, "first");
  EXPECT_EQ(event("first(a.first)").pick, Pick::First);
  EXPECT_TRUE(event("a.end?").if_it_happens);
}

TEST(ReadEvent, SaysWhichPartIsWrong) {
  EXPECT_EQ(refusal("main"),
            "`main`, character 5: a process alone is no event; add what happens to it, such as "
            "`.end`");
  EXPECT_THAT(refusal("main.join(3)"), HasSubstr("character 11: `3` names no process"));
  EXPECT_THAT(refusal("main.print(the text)"), HasSubstr("a label with `as`"));
  EXPECT_THAT(refusal("main.join(child"), HasSubstr("`)` is missing"));
  EXPECT_THAT(refusal("main.error"), HasSubstr("`error` needs an operand"));
  EXPECT_THAT(refusal("main.got"), HasSubstr("such as `got(SIGTERM)`"));
  EXPECT_THAT(refusal("main.foo(child)"), HasSubstr("`foo` is no verb"));
  EXPECT_THAT(refusal("main.end(child)"), HasSubstr("`end` is no verb"));
  EXPECT_THAT(refusal("main.end.return"), HasSubstr("only `.call`"));
  EXPECT_THAT(refusal("main .end"), HasSubstr("a space"));
  EXPECT_THAT(refusal("main.end < a.end"), HasSubstr("a space"));
  EXPECT_THAT(refusal("worker[ab].end"), HasSubstr("an index is a number, one letter or `index`"));
  EXPECT_THAT(refusal("first(main.end"), HasSubstr("`)` is missing"));
  EXPECT_THAT(refusal("first(main.end?)"), HasSubstr("`)` is missing"));
  EXPECT_THAT(refusal("main.call"), HasSubstr("`.call` stands behind an event"));
  EXPECT_THAT(refusal(""), HasSubstr("nothing where the name of a process must stand"));
}

TEST(ReadOrder, IsAChain) {
  const OrderPattern order =
      read_order("child.end? < main.join(child) < last(main.print[k])", {7, 5}).value();
  ASSERT_EQ(order.events.size(), 3u);
  EXPECT_TRUE(order.events[0].if_it_happens);
  EXPECT_EQ(order.events[1].text, "main.join(child)");
  EXPECT_EQ(order.events[2].pick, Pick::Last);
  EXPECT_EQ(order.events[2].at.line, 7);
  EXPECT_EQ(order.events[1].at.column, 5 + 13);
}

TEST(ReadOrder, IsStrictAboutSpaces) {
  const auto kSpaces = HasSubstr("a space before it and one behind it");
  EXPECT_THAT(order_refusal("a.end<b.end"), kSpaces);
  EXPECT_THAT(order_refusal("a.end <b.end"), kSpaces);
  EXPECT_THAT(order_refusal("a.end< b.end"), kSpaces);
  EXPECT_THAT(order_refusal("a.end <= b.end"), kSpaces);
  EXPECT_THAT(order_refusal("a.end > b.end"), kSpaces);
  EXPECT_THAT(order_refusal("a.end < b. end"), HasSubstr("character 11: a space"));
}

TEST(ReadOrder, HasTwoEventsAndNoQuestionMarkAtItsEnd) {
  EXPECT_THAT(order_refusal("a.end"), HasSubstr("two events or more"));
  EXPECT_THAT(order_refusal("a.end < "), HasSubstr("nothing where the name"));
  EXPECT_THAT(order_refusal("a.end < b.end?"), HasSubstr("stands left of a `<` only"));
  EXPECT_THAT(order_refusal("a.end b.end"), HasSubstr("`b.end` does not belong here"));
}

}  // namespace
}  // namespace procession::scenario
