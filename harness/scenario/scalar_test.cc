// SPDX-License-Identifier: MIT
#include "harness/scenario/scalar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace procession::scenario {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""ns;
using std::chrono_literals::operator""us;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using testing::HasSubstr;

TEST(Duration, HasAWholeNumberAndAUnit) {
  EXPECT_EQ(read_duration("7ns").value(), 7ns);
  EXPECT_EQ(read_duration("2us").value(), 2us);
  EXPECT_EQ(read_duration("50ms").value(), 50ms);
  EXPECT_EQ(read_duration("0s").value(), 0s);
  EXPECT_EQ(read_duration("1m").value(), 1min);
  EXPECT_EQ(read_duration("60000m").value(), 60000min);
}

TEST(Duration, RefusesWhatOnlyLooksLikeOne) {
  for (const char* text : {"", "ms", "1.5s", "-1s", "+1s", "1 s", "1:30", "1h", "1S", "0x1s", "1s2",
                           "60001m", "99999999999999999999ns", "forever"}) {
    EXPECT_FALSE(read_duration(text)) << text;
  }
}

TEST(Duration, SaysWhatIsMissing) {
  EXPECT_EQ(read_duration("50").error().message,
            "`50` has no unit; the units are ns, us, ms, s and m, as in 50ms");
  EXPECT_EQ(read_duration("1.5s").error().message,
            "`1.5s` is no whole number; use a smaller unit, as in 50ms");
  EXPECT_EQ(read_duration("1h").error().message,
            "`h` is no unit of a duration; the units are ns, us, ms, s and m");
}

TEST(Size, HasAWholeNumberAndABinaryUnit) {
  EXPECT_EQ(read_size("64B").value(), 64);
  EXPECT_EQ(read_size("1KiB").value(), 1024);
  EXPECT_EQ(read_size("3MiB").value(), 3 << 20);
  EXPECT_EQ(read_size("1024GiB").value(), 1LL << 40);
  for (const char* text : {"", "1", "1KB", "1kib", "1025GiB", "9223372036854775808B"}) {
    EXPECT_FALSE(read_size(text)) << text;
  }
}

TEST(Size, IsWrittenWithTheGreatestUnitThatFits) {
  EXPECT_EQ(size_text(0), "0B");
  EXPECT_EQ(size_text(1025), "1025B");
  EXPECT_EQ(size_text(1024), "1KiB");
  EXPECT_EQ(size_text(2 << 20), "2MiB");
}

TEST(Rate, HasNoSmallerUnit) {
  EXPECT_EQ(read_rate("1.5/s").error().message,
            "`1.5/s` is no whole number; write one, as in 20000/s");
}

TEST(Rate, IsOfASecond) {
  EXPECT_EQ(read_rate("1/s").value(), 1);
  EXPECT_EQ(read_rate("10000000/s").value(), 10'000'000);
  for (const char* text : {"", "0/s", "10", "10/ms", "/s", "1.5/s", "10000001/s"}) {
    EXPECT_FALSE(read_rate(text)) << text;
  }
}

TEST(Integer, IsDigitsWithoutHiddenMeaning) {
  EXPECT_EQ(read_integer("0", 0, 255).value(), 0);
  EXPECT_EQ(read_integer("255", 0, 255).value(), 255);
  for (const char* text :
       {"", "256", "-1", "+1", "010", "0x10", "1e2", "1_0", " 1", "99999999999999999999"}) {
    EXPECT_FALSE(read_integer(text, 0, 255)) << text;
  }
  EXPECT_THAT(read_integer("010", 0, 255).error().message, HasSubstr("begins with a zero"));
}

TEST(Flag, IsTrueOrFalseAndNothingElse) {
  EXPECT_TRUE(read_flag("true").value());
  EXPECT_FALSE(read_flag("false").value());
  for (const char* text : {"yes", "no", "on", "off", "True", "TRUE", "1", "~", ""}) {
    EXPECT_FALSE(read_flag(text)) << text;
  }
}

TEST(Signal, IsWrittenByItsName) {
  EXPECT_EQ(read_signal("SIGTERM").value(), SIGTERM);
  EXPECT_EQ(read_signal("SIGRTMIN+2").value(), SIGRTMIN + 2);
  EXPECT_EQ(read_signal("TERM").error().message, "`TERM` is no signal; did you mean `SIGTERM`?");
  EXPECT_EQ(read_signal("sigusr1").error().message,
            "`sigusr1` is no signal; did you mean `SIGUSR1`?");
  EXPECT_EQ(read_signal("SIGTREM").error().message,
            "`SIGTREM` is no signal; did you mean `SIGTERM`?");
  EXPECT_FALSE(read_signal("15"));
}

TEST(Status, IsANumberOrASignal) {
  EXPECT_EQ(read_status("0").value(), "0");
  EXPECT_EQ(read_status("SIGKILL").value(), "SIGKILL");
  for (const char* text : {"", "256", "-9", "007", "KILL", "any"}) {
    EXPECT_FALSE(read_status(text)) << text;
  }
}

TEST(Name, BeginsWithAnAsciiLetter) {
  for (const char* text : {"a", "worker-2", "a_b", "Z9"}) {
    EXPECT_TRUE(is_name(text)) << text;
  }
  for (const char* text : {"", "2a", "_a", "-a", "a b", "a.b", "é", "a/b"}) {
    EXPECT_FALSE(is_name(text)) << text;
  }
}

}  // namespace
}  // namespace procession::scenario
