// SPDX-License-Identifier: MIT
#pragma once
// Which steps of a plan record a text as their answer.

#include "harness/plan/plan.h"

namespace procession::run {

[[nodiscard]] constexpr bool answers_text(scenario::Verb verb) {
  switch (verb) {
    case scenario::Verb::Print:
    case scenario::Verb::Receive:
    case scenario::Verb::Request:
    case scenario::Verb::ActiveChildren:
      return true;
    default:
      return false;
  }
}

}  // namespace procession::run
