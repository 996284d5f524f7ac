// SPDX-License-Identifier: MIT
#include "harness/report/csv.h"

#include "harness/report/golden_test.h"
#include "harness/report/result_samples_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace procession::report {
namespace {

using ::testing::HasSubstr;

TEST(Csv, golden) { expect_golden("full.csv", to_csv(full_session())); }

TEST(Csv, has_its_head_even_without_a_row) {
  EXPECT_EQ(to_csv({}), "scenario,figure,statistic,unit,value,low,high,n,at_least,invalid\r\n");
}

std::string row_of(std::string id) {
  SessionResult session;
  session.scenarios = {other_scenario(std::move(id), Outcome::AsExpected, "")};
  session.scenarios[0].judgement.numbers = {{"load.errors", "", -2}};
  const std::string table = to_csv(session);
  return table.substr(table.find("\r\n") + 2);
}

TEST(Csv, quotes_what_would_end_a_field) {
  EXPECT_EQ(row_of("a,\"b\"\nc"), "\"a,\"\"b\"\"\nc\",load.errors,,,-2,,,0,false,\r\n");
}

TEST(Csv, holds_no_formula) {
  for (const std::string start : {"=", "+", "-", "@", "\t", "＝"}) {
    EXPECT_EQ(row_of(start + "1"), "'" + start + "1,load.errors,,,-2,,,0,false,\r\n");
  }
}

TEST(Csv, is_utf8) { EXPECT_THAT(row_of("\xFF"), HasSubstr("\uFFFD,")); }

}  // namespace
}  // namespace procession::report
