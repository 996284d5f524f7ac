// SPDX-License-Identifier: MIT
#include "harness/cli/requirements.h"

#include "harness/os/machine.h"
#include "harness/scenario/reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string_view>

namespace procession::cli {
namespace {

std::optional<std::string> unmet_by_server(std::string_view handler) {
  const scenario::Reading reading = scenario::read_text(
      fmt::format("scenario: x\nprocesses:\n  main:\n    - repeat: 1\n      steps:\n"
                  "        - {{serve: upper, handler: {}, until: main.begin}}\n",
                  handler),
      "x.yaml");
  EXPECT_EQ(reading.scenarios.size(), 1u);
  return unmet(reading.scenarios.front());
}

TEST(Requirements, are_also_what_a_handler_needs) {
  EXPECT_EQ(unmet_by_server("epoll"), std::nullopt);
  EXPECT_EQ(unmet_by_server("io_uring"),
            os::has_feature("io_uring") ? std::nullopt
                                        : std::optional<std::string>("needs the feature io_uring"));
}

}  // namespace
}  // namespace procession::cli
