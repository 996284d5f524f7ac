// SPDX-License-Identifier: MIT
#include "harness/plan/fingerprint.h"

#include "harness/testing/planned.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace procession::plan {
namespace {

using testing::planned;

constexpr const char* kScenario = R"(
processes:
  main:
    - start: worker
    - print: here
    - sleep: 5ms
    - join: worker
  worker:
    count: 2
    steps: [{print: there}]
expect:
  order: [worker.end < main.join]
)";

// What `difference` says of the scenario with its part `before` replaced.
std::string told(const std::string& before, const std::string& after) {
  const auto old_one = planned(kScenario);
  std::string text = kScenario;
  const std::size_t at = text.find(before);
  EXPECT_NE(at, text.npos) << before;
  const auto new_one = planned(text.replace(at, before.size(), after));
  const auto difference = plan::difference(old_one.plan(), new_one.plan());
  EXPECT_EQ(difference.has_value(), fingerprint(old_one.plan()) != fingerprint(new_one.plan()));
  return difference.value_or("the same");
}

TEST(Difference, IsNoneInWhatIsOnlyExpected) {
  EXPECT_EQ(told("order: [worker.end < main.join]", "never: [main.print]"), "the same");
  EXPECT_EQ(told("order: [worker.end < main.join]", "timing: [worker.begin < worker.end]"),
            "the same");
}

TEST(Difference, IsNoneInPlacesAndComments) {
  EXPECT_EQ(told("\nprocesses:", "\n# Some words\n\nprocesses:"), "the same");
  EXPECT_EQ(told("    - print: here", "    # Some words\n    - {print: here}"), "the same");
}

TEST(Difference, IsToldForEachStep) {
  EXPECT_EQ(told("sleep: 5ms", "spin: 5ms"), "main played sleep where spin is now (line 6)");
  EXPECT_EQ(told("sleep: 5ms", "sleep: 6ms"), "main.sleep was played otherwise (line 6)");
  EXPECT_EQ(told("print: here", "print: HERE"), "main.print was played otherwise (line 5)");
  EXPECT_EQ(told("    - sleep: 5ms\n", ""),
            "main played sleep where join(worker[0]) is now (line 6)");
}

TEST(Difference, IsToldForProcesses) {
  EXPECT_EQ(told("count: 2", "count: 3"), "main.start(worker[0]) was played otherwise (line 4)");
  EXPECT_EQ(told("count: 2", "count: 2\n    start_method: spawn"),
            "main.start(worker[0]) was played otherwise (line 4)");
}

TEST(Difference, IsToldForSurvivors) {
  const auto old_one = planned(R"(
processes:
  main: [{start: worker}]
  worker: [{sleep: forever}]
expect: {survivors: [worker]}
)");
  const auto new_one = planned(R"(
processes:
  main: [{start: worker}]
  worker: [{sleep: forever}]
expect: {timeout: true}
)");
  EXPECT_THAT(plan::difference(old_one.plan(), new_one.plan()).value_or("the same"),
              ::testing::HasSubstr("`survivors` decides when a run is over, and worker was one"));
}

TEST(Fingerprint, IsTheSameOfEveryPlanning) {
  const auto once = planned(kScenario);
  const auto twice = planned(kScenario);
  EXPECT_EQ(fingerprint(once.plan()), fingerprint(twice.plan()));
}

}  // namespace
}  // namespace procession::plan
