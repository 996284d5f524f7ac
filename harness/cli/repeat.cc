// SPDX-License-Identifier: MIT
#include "harness/cli/repeat.h"

#include "harness/scenario/scalar.h"

#include <fmt/format.h>

#include <random>

namespace procession::cli {

base::Result<Repeat> read_repeat(std::string_view text) {
  constexpr std::string_view kUntilFail = "until-fail";
  if (text == kUntilFail) {
    return Repeat{std::nullopt, true};
  }
  const bool until_fail = text.starts_with(kUntilFail) && text.substr(kUntilFail.size(), 1) == ":";
  const std::string_view number = until_fail ? text.substr(kUntilFail.size() + 1) : text;
  const auto most = scenario::read_integer(number, 1, 1'000'000'000);
  if (!most) {
    return base::Error{base::ErrorKind::BadInput,
                       "must be a number of rounds, until-fail, or until-fail:MOST"};
  }
  return Repeat{static_cast<std::uint32_t>(*most), until_fail};
}

Rounds::Rounds(const Repeat& repeat, std::optional<std::uint32_t> seed, bool shuffle)
    : repeat_(repeat), shuffle_(shuffle), round_{0, seed.value_or(0)} {
  if (shuffle && !seed) {
    round_.seed = std::random_device()();
  }
}

Round Rounds::next() {
  round_.seed += shuffle_ && round_.number > 0 ? 1 : 0;
  ++round_.number;
  return round_;
}

bool Rounds::goes_on(bool failed) {
  if (failed && failed_++ == 0) {
    first_failed_ = round_;
  }
  return round_.number != repeat_.most && !(failed && repeat_.until_fail);
}

std::string Rounds::summary() const {
  const std::string rounds =
      fmt::format("\n{} {}: ", round_.number, round_.number == 1 ? "round" : "rounds");
  return failed_ == 0 ? rounds + "none failed\n"
                      : fmt::format("{}{} failed, first round {} (seed {})\n", rounds, failed_,
                                    first_failed_.number, first_failed_.seed);
}

}  // namespace procession::cli
