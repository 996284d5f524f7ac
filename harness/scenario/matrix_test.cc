// SPDX-License-Identifier: MIT
#include "harness/scenario/matrix.h"

#include "harness/scenario/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace procession::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Reading read(const std::string& matrix, const std::string& steps = "[]") {
  return read_text("scenario: x\nmatrix: " + matrix + "\nprocesses:\n  main: " + steps + "\n", "f");
}

std::vector<std::string> ids(const std::string& matrix) {
  std::vector<std::string> ids;
  for (const Scenario& scenario : read(matrix).scenarios) {
    ids.push_back(scenario.id());
  }
  return ids;
}

std::vector<std::string> problems_of(const Reading& reading) {
  std::vector<std::string> messages;
  for (const Diagnostic& found : reading.diagnostics.found()) {
    messages.push_back(found.message + "; " + found.help);
  }
  return messages;
}

TEST(Matrix, CombinesAMapOfLists) {
  EXPECT_THAT(ids("{b: [1, 2], a: [x, y]}"),
              ElementsAre("f[b=1,a=x]", "f[b=1,a=y]", "f[b=2,a=x]", "f[b=2,a=y]"));
}

TEST(Matrix, TakesTheRowsOfAListOfMaps) {
  EXPECT_THAT(ids("[{a: 1, b: 2}, {a: 3, b: 4}]"), ElementsAre("f[a=1,b=2]", "f[a=3,b=4]"));
}

TEST(Matrix, ReplacesKeysBeforeTyping) {
  const Reading reading = read("{n: [2, 3], p: [child]}",
                               "[{repeat: \"${n}\", steps: [start: \"${p}\"]}, {sleep: "
                               "\"${n}0ms\"}, {print: \"${n} ${n} ${name} $n\"}]");
  ASSERT_EQ(reading.scenarios.size(), 2u);
  const std::vector<Step>& steps = reading.scenarios[1].processes[0].steps;
  EXPECT_EQ(steps[0].number, 3);
  EXPECT_EQ(steps[0].steps[0].processes[0].first.parts[0].name, "child");
  EXPECT_EQ(*steps[1].duration, std::chrono::milliseconds(30));
  EXPECT_EQ(steps[2].operand.value, "3 3 ${name} $n");
}

TEST(Matrix, ReportsOneProblemOfAllInstancesOnce) {
  EXPECT_THAT(problems_of(read("{n: [1, 2]}", "[jion: child]")),
              ElementsAre("unknown verb `jion`; did you mean `join`?"));
  EXPECT_THAT(problems_of(read("{n: [1, 2]}", "[print: \"${m}\"]")),
              ElementsAre(HasSubstr("`${m}` is neither a fact nor a key of the matrix")));
}

TEST(Matrix, RefusesWhatHasNoMeaning) {
  EXPECT_THAT(problems_of(read("{index: [1]}")), ElementsAre(HasSubstr("which is a fact")));
  EXPECT_THAT(problems_of(read("{a: []}")), ElementsAre(HasSubstr("`a` has no values")));
  EXPECT_THAT(problems_of(read("{a: 1}")), ElementsAre(HasSubstr("`a` must be a list, not `1`")));
  EXPECT_THAT(problems_of(read("{a: [[1]]}")), ElementsAre(HasSubstr("`a` must be one value")));
  EXPECT_THAT(problems_of(read("{a: [1, 1]}")), ElementsAre(HasSubstr("`a=1` is twice")));
  EXPECT_THAT(problems_of(read("{a: [\"${b}\"]}")), ElementsAre(HasSubstr("cannot hold `${`")));
  EXPECT_THAT(problems_of(read("[{a: 1}, {b: 2}]")), ElementsAre(HasSubstr("other keys than")));
  EXPECT_THAT(problems_of(read("{}")), ElementsAre(HasSubstr("the matrix is empty")));
  EXPECT_THAT(problems_of(read("x")), ElementsAre(HasSubstr("`matrix` cannot be `x`")));
}

TEST(Matrix, HasAtMostAThousandInstances) {
  std::string hundred = "[0";
  for (int i = 1; i < 100; ++i) {
    hundred += "," + std::to_string(i);
  }
  hundred += "]";
  EXPECT_THAT(problems_of(read("{a: " + hundred + ", b: [1,2,3,4,5,6,7,8,9,10]}")), IsEmpty());
  EXPECT_THAT(problems_of(read("{a: " + hundred + ", b: [1,2,3,4,5,6,7,8,9,10,11]}")),
              ElementsAre(HasSubstr("more than 1000 instances")));
  std::string steps = "[";
  for (int i = 0; i < 4'000; ++i) {
    steps += "{sleep: 1s},";
  }
  EXPECT_THAT(problems_of(read("{a: " + hundred + "}", steps + "]")),
              ElementsAre(HasSubstr("too large for a matrix of 100 instances")));
}

}  // namespace
}  // namespace procession::scenario
