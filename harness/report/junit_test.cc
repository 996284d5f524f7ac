// SPDX-License-Identifier: MIT
#include "harness/report/junit.h"

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
