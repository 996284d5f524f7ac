// SPDX-License-Identifier: MIT
#pragma once
// Golden files: whole reports, byte by byte, in the folder golden/. If a change is meant, write
// them anew and look at the difference:
//
//   PROCESSION_UPDATE_GOLDEN=1 build/dev/harness/report/report_test --gtest_filter='*golden*'

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace procession::report {

inline void expect_golden(std::string_view name, const std::string& text) {
  const std::string path =
      std::string(PROCESSION_SOURCE_DIR "/harness/report/golden/").append(name);
  if (std::getenv("PROCESSION_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
  }
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  EXPECT_EQ(text, std::string(std::istreambuf_iterator<char>(file), {})) << path;
}

}  // namespace procession::report
