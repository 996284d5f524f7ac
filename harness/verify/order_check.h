// SPDX-License-Identifier: MIT
#pragma once
// OrderCheck: what `order` and `timing` have in common: the pairs of one expression, looked for in
// every run. Internal to this folder.

#include "harness/verify/check.h"
#include "harness/verify/guarantees.h"
#include "harness/verify/sight.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace procession::verify {

// How many runs lacked an event.
struct Absence {
  std::uint32_t runs = 0;
  std::optional<std::uint32_t> last_run;
};

// What all runs have shown of an order.
struct Tally {
  std::uint32_t runs = 0;
  std::uint32_t seen = 0;
  std::uint32_t contradicted = 0;
  std::uint32_t too_close = 0;
  std::uint32_t caused = 0;               // seen, each pair by a chain of causes
  std::uint32_t damaged = 0;              // the record is incomplete
  std::map<std::string, Absence> absent;  // by event
  std::string contradiction;              // the first
  std::string fault;                      // of the first record that is none
  std::string first_chain;                // of the first run in which every pair had one
  std::vector<std::string> times;         // of the first run

  [[nodiscard]] std::string counts() const;
};

class OrderCheck : public Check {
 public:
  OrderCheck(const Context& context, std::string key, const scenario::OrderPattern& order,
             std::vector<Pair> pairs);

  void add(const Timeline& run) override;
  [[nodiscard]] bool lost() const override;

 protected:
  [[nodiscard]] virtual bool wants_chains() const { return true; }
  virtual void look_at(const Timeline&, const Sight&) {}

  // "vacuous: child.begin happened in 197 of 200 runs"
  [[nodiscard]] std::string absence() const;

  const Context& context_;
  const std::vector<Pair> pairs_;
  Tally tally_;

 private:
  void note_absent(const Timeline& run, const Pair& pair, const Sight& sight);
  void note_absent(const Timeline& run, const plan::Event& event);
  void note_nobody(const Timeline& run);
  bool is_caused(const Timeline& run, const Sight& sight);
};

}  // namespace procession::verify
