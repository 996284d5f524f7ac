// SPDX-License-Identifier: MIT
#include "harness/base/result.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace procession::base {
namespace {

TEST(Result, holds_its_value) {
  const Result<int> seven = 7;
  ASSERT_TRUE(seven);
  EXPECT_EQ(*seven, 7);
}

TEST(Result, says_what_was_being_done_layer_by_layer) {
  Error error = system_error("open the arena", ENOSPC).context("start the warden");
  EXPECT_EQ(error.message, "start the warden: open the arena: No space left on device");
  EXPECT_EQ(error.kind, ErrorKind::Exhausted);
  EXPECT_EQ(error.number, ENOSPC);
}

TEST(Result, without_a_value_is_a_success_until_an_error_is_given) {
  EXPECT_TRUE(Result<>());
  EXPECT_FALSE(Result<>(Error{ErrorKind::BadInput, "no such order"}));
}

TEST(ResultDeathTest, asking_an_error_for_its_value_is_a_bug) {
  const Result<int> failed = Error{ErrorKind::Io, "nothing"};
  EXPECT_DEATH(static_cast<void>(failed.value()), "a bug: .*result has a value");
}

}  // namespace
}  // namespace procession::base
