// SPDX-License-Identifier: MIT
#include "harness/measure/base64.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace procession::measure {
namespace {

using std::string_literals::operator""s;

// RFC 4648, section 10; and bytes with all bits.
const std::vector<std::pair<std::string, std::string>> kPairs = {{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"},
                                                                 {"\0\xFF\xFE"s, "AP/+"}};

TEST(Base64, is_written_and_read) {
  for (const auto& [bytes, text] : kPairs) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text).value(), bytes);
  }
}

TEST(Base64, that_is_none_is_told) {
  EXPECT_EQ(from_base64("Zg=").error().message,
            "no base64: 3 characters, which is no multiple of 4");
  EXPECT_EQ(from_base64("Zm9%").error().message, "no base64: byte 0x25 at character 4");
  EXPECT_EQ(from_base64("Zg==Zg==").error().message, "no base64: byte 0x3d at character 3");
  EXPECT_EQ(from_base64("Z===").error().message, "no base64: byte 0x3d at character 2");
}

}  // namespace
}  // namespace procession::measure
