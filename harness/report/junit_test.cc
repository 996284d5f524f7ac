// SPDX-License-Identifier: MIT
#include "harness/report/junit.h"

#include "harness/report/golden_test.h"
#include "harness/report/result_samples_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace procession::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Junit, is_read_by_gitlab_and_jenkins) {
  EXPECT_EQ(to_junit(sample_session()),
            R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="procession" tests="4" failures="1" errors="1" skipped="1" time="1.500000">
  <testsuite name="procession" tests="4" failures="1" errors="1" skipped="1" time="1.500000" timestamp="2024-05-01T12:00:00">
    <properties>
      <property name="command" value="procession run tutorial"/>
      <property name="seed" value="0"/>
      <property name="kernel" value="Linux 6.1"/>
      <property name="cpus" value="2"/>
    </properties>
    <testcase classname="tutorial" name="join.yaml" file="tutorial/join.yaml" time="0.001200"/>
    <testcase classname="tutorial" name="luck.yaml[method=fork]" file="tutorial/luck.yaml" time="0.004000">
      <failure message="child.end &lt; main.print: seen 3 of 3, not guaranteed: main.print can happen without child.end" type="broken">broken       tutorial/luck.yaml[method=fork] (3 of 10 runs, 4 ms)
  nobody joins
  order: child.end &lt; main.print
    broken: seen 3 of 3, not guaranteed: main.print can happen without child.end
    --&gt; tutorial/luck.yaml:4:7
        4 |     - child.end &lt; main.print
          |       ^
      main.start(child) → main.print, line 7
  printed in run 3:
    main       | &lt;on&gt; &amp; \x1b[31mon)"
            "\uFFFD"
            R"(
    main/child | done
  when the time was up in run 3:
    main/child: in receive(p) since 9.9 s
</failure>
      <system-out>main: &lt;on&gt; &amp; [31mon)"
            "\uFFFD"
            R"(
main/child: done
</system-out>
    </testcase>
    <testcase classname="scenarios" name="numa.yaml" file="numa.yaml" time="0.000000">
      <skipped message="needs 64 cpus, has 2"/>
    </testcase>
    <testcase classname="scenarios" name="bad.yaml" file="bad.yaml" time="0.000000">
      <error message="bad.yaml:3:7: unknown key `jion`; did you mean `join`?" type="unreadable">unreadable   bad.yaml
bad.yaml:3:7: unknown key `jion`; did you mean `join`?
</error>
    </testcase>
  </testsuite>
</testsuites>
)");
}

TEST(Junit, golden) { expect_golden("full.junit.xml", to_junit(full_session())); }

std::string case_of(ScenarioResult scenario) {
  SessionResult session;
  session.scenarios = {std::move(scenario)};
  return to_junit(session);
}

TEST(Junit, tells_numbers_as_properties_of_their_case) {
  ScenarioResult load = load_scenario();
  const std::string document = case_of(load);
  EXPECT_THAT(document, HasSubstr(R"(<property name="load.response.p99_ns" value="812000"/>)"));
  EXPECT_THAT(document,
              HasSubstr(R"(<property name="load.service.at_least.p99_ns" value="812000"/>)"));
  EXPECT_THAT(document, HasSubstr(R"(<property name="load.rate_per_second" value="12903.25"/>)"));
  EXPECT_THAT(document, HasSubstr(R"(<property name="load.errors" value="0"/>)"));
  EXPECT_THAT(document, Not(HasSubstr("load.lag")));
  EXPECT_THAT(document, Not(HasSubstr("run.wall")));
}

TEST(Junit, attaches_no_file_that_a_process_names) {
  EXPECT_THAT(case_of(hostile_scenario()), Not(HasSubstr("[[ATTACHMENT|")));
}

TEST(Junit, cuts_what_is_too_long) {
  ScenarioResult broken = broken_scenario();
  broken.judgement.printed.assign(20'000, {"main", "a line that was printed", {}});
  const std::string document = case_of(broken);
  EXPECT_LT(document.size(), 150'000);
  EXPECT_THAT(document, HasSubstr("main: a line that was printed\n… and 534"));
}

TEST(Junit, holds_neither_nan_nor_infinity) {
  EXPECT_THAT(case_of(hostile_scenario()), Not(::testing::ContainsRegex("[^a-z](nan|inf)[^a-z]")));
}

TEST(Junit, keeps_folders_apart_by_their_class_names) {
  SessionResult session;
  session.scenarios = {other_scenario("/srv/a.b/c/x.yaml", Outcome::AsExpected, "")};
  EXPECT_THAT(to_junit(session), HasSubstr(R"(classname="srv.a_b.c" name="x.yaml")"));
}

TEST(Junit, holds_nothing_that_xml_cannot) {
  SessionResult session;
  session.scenarios = {other_scenario("x.yaml", Outcome::Failed,
                                      "a\x01"
                                      "b\uFFFE\"'\n]]>\xFF")};
  const std::string document = to_junit(session);
  EXPECT_THAT(document, HasSubstr("message=\"ab&quot;'&#10;]]&gt;\uFFFD\""));
  EXPECT_THAT(document, Not(HasSubstr("\x01")));
}

}  // namespace
}  // namespace procession::report
