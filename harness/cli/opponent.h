// SPDX-License-Identifier: MIT
#pragma once
// Opponent: what `--vs OTHER` means, by its form:
//
//   a file that ends in .yaml, perhaps with an instance in brackets   another scenario
//   key=value[,key=value…]                                            other values of the matrix
//   all else                                                          another build of this tool
//
// The selection is the base arm; for each of its instances that OTHER has a counterpart of, there
// is a duel. Of a matrix that is the instance that differs in these keys only, so another server,
// start method or size is a value of a matrix. Of another scenario it is the instance with the same
// matrix values, or simply the other one where each has but one.

#include "harness/base/result.h"
#include "harness/scenario/model.h"

#include <span>
#include <string>
#include <vector>

namespace procession::cli {

struct Duel {
  std::string base;  // ids
  std::string changed;
};

struct Opponent {
  std::string base;  // what the arms are called
  std::string changed;
  std::string program;      // of the new arm; empty: this one
  std::vector<Duel> duels;  // one or more
};

// BadInput: OTHER is none of these, or nothing of the selection has a counterpart.
[[nodiscard]] base::Result<Opponent> find_opponent(std::span<const scenario::Scenario> selected,
                                                   const std::string& other);

}  // namespace procession::cli
