// SPDX-License-Identifier: MIT
#include "harness/cli/versus.h"

#include "harness/base/shuffle.h"
#include "harness/base/text.h"
#include "harness/cli/comparable.h"
#include "harness/cli/rounds.h"
#include "harness/measure/looks.h"
#include "harness/os/probe.h"
#include "harness/report/printable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <random>
#include <span>
#include <tuple>
#include <utility>

namespace procession::cli {

namespace {

using report::ComparedFigure;
using report::ScenarioResult;

// How long the runs of one play take together, where nobody says how many there are.
constexpr double kPlayNs = 100e6;
constexpr std::uint32_t kTriedRuns = 5;
constexpr std::uint32_t kMostRuns = 1000;
constexpr unsigned kForks = 30;  // of a probe: some milliseconds each
constexpr unsigned kPings = 60;
constexpr std::size_t kMostPadding = 4096;
constexpr base::Duration kPatience = std::chrono::minutes(5);  // with one play

struct Placebo {
  const char* name;
  base::Result<base::Duration> (*probe)(unsigned);
  unsigned times;
};
constexpr std::array<Placebo, 2> kPlacebos = {
    {{"fork and wait", os::probe_fork_and_wait, kForks},
     {"loopback ping-pong", os::probe_ping_pong, kPings}}};

struct DuelPlayed {
  std::array<Arm, 2> arms;
  std::uint32_t runs = 0;  // of each play
  std::vector<Plays> rounds;
};

// Of runs that others on the machine have disturbed least. Else a busy machine would get short
// plays, and needs long ones.
double shortest_run_ns(const ScenarioResult& result) {
  const auto shortest = std::min_element(result.run_walls.begin(), result.run_walls.end());
  return shortest == result.run_walls.end() ? 1 : static_cast<double>(shortest->count());
}

class Versus {
 public:
  Versus(const Opponent& opponent, const VersusOptions& options, const HeldSignals& signals)
      : opponent_(opponent), options_(options), signals_(signals) {}

  base::Result<VersusOutcome> play() {
    if (base::Result<> made = make_arms(); !made) {
      return made.error();
    }
    result().base = opponent_.base;
    result().changed = opponent_.changed;
    result().margin = options_.margin;
    result().seed = options_.seed;
    started_ = base::now();
    base::Result<> played = play_first_round();
    played = played && !outcome_.unexpected ? play_rounds() : played;
    result().wall = base::now() - started_;
    return played ? base::Result<VersusOutcome>(std::move(outcome_)) : played.error();
  }

 private:
  report::ComparisonResult& result() { return outcome_.comparison; }

  base::Result<> make_arms() {
    std::error_code unknown;
    const std::string own = std::filesystem::read_symlink("/proc/self/exe", unknown).string();
    const std::string& other = opponent_.program.empty() ? own : opponent_.program;
    for (const Duel& duel : opponent_.duels) {
      DuelPlayed played;
      for (const auto& [side, program, instance] :
           {std::tuple(kBase, &own, &duel.base), std::tuple(kChanged, &other, &duel.changed)}) {
        base::Result<Arm> arm = make_arm(*program, *instance, signals_);
        if (!arm) {
          return arm.error();
        }
        arm->options.insert(arm->options.end(), options_.arm_options.begin(),
                            options_.arm_options.end());
        played.arms[side] = *std::move(arm);
      }
      duels_.push_back(std::move(played));
    }
    return {};
  }

  // None: it was not as expected, which is noted.
  base::Result<std::optional<ScenarioResult>> play_one(std::size_t duel, Side side,
                                                       std::uint32_t round) {
    const ArmPlay play{duels_[duel].runs, options_.seed + round, kPatience,
                       static_cast<std::size_t>(padding_() % kMostPadding)};
    base::Result<ScenarioResult> played = play_arm(duels_[duel].arms[side], play, signals_);
    if (!played) {
      return played.error().kind == base::ErrorKind::Interrupted
                 ? played.error()
                 : std::move(played).error().context(where(side, round));
    }
    if (played->outcome != report::Outcome::AsExpected) {
      outcome_.unexpected = Unexpected{where(side, round), *std::move(played)};
      return std::optional<ScenarioResult>();
    }
    return std::optional(*std::move(played));
  }

  static std::string where(Side side, std::uint32_t round) {
    return round == 0 ? fmt::format("{} in a first try", kSideNames[side])
                      : fmt::format("{} in round {}", kSideNames[side], round);
  }

  // Warms up, and finds out how many runs a play should have.
  base::Result<> play_first_round() {
    for (std::size_t duel = 0; duel < duels_.size() && !outcome_.unexpected; ++duel) {
      if (const base::Result<> played = settle_runs(duel); !played) {
        return played;
      }
    }
    return {};
  }

  // A file that says how often keeps to that: its expectations may need it.
  base::Result<> settle_runs(std::size_t duel) {
    duels_[duel].runs = options_.runs.value_or(0);
    base::Result<FirstTry> tried = try_both(duel);
    if (!tried || outcome_.unexpected || options_.runs || tried->runs > 1) {
      return tried ? base::Result<>() : tried.error();
    }
    duels_[duel].runs = kTriedRuns;
    tried = try_both(duel);
    if (!tried) {
      return tried.error();
    }
    const double wanted = std::ceil(kPlayNs / tried->run_ns);
    duels_[duel].runs =
        static_cast<std::uint32_t>(std::clamp(wanted, 1.0, static_cast<double>(kMostRuns)));
    return {};
  }

  // Of the arm that has more of it.
  struct FirstTry {
    std::uint32_t runs = 0;
    double run_ns = 1;
  };
  base::Result<FirstTry> try_both(std::size_t duel) {
    FirstTry tried;
    for (const Side side : {kBase, kChanged}) {
      const auto played = play_one(duel, side, 0);
      if (!played) {
        return played.error();
      }
      if (!*played) {
        break;
      }
      tried.runs = std::max(tried.runs, (*played)->runs);
      tried.run_ns = std::max(tried.run_ns, shortest_run_ns(**played));
    }
    return tried;
  }

  base::Result<> play_rounds() {
    const std::vector<std::uint64_t> schedule = measure::look_schedule(options_.most_rounds);
    std::optional<measure::Looks> looks;
    for (std::uint32_t round = 1;; ++round) {
      if (options_.progress) {
        options_.progress(round);
      }
      const base::Result<bool> played = play_round(round);
      if (!played) {
        return played.error();
      }
      if (!*played) {
        return {};
      }
      const double used = share_used(round);
      if (used < 1 && !std::binary_search(schedule.begin(), schedule.end(), round)) {
        continue;
      }
      collect();
      if (!looks) {
        looks.emplace(report::kTail, std::max({result().figures.size(), result().placebos.size(),
                                               std::size_t{1}}));
      }
      if (look(*looks, round, used)) {
        return {};
      }
    }
  }

  // By rounds or by time, whichever is more.
  [[nodiscard]] double share_used(std::uint32_t round) const {
    const auto part = [](auto done, auto of) {
      return static_cast<double>(done) / static_cast<double>(of);
    };
    return std::min(1.0, std::max(part(round, options_.most_rounds),
                                  part((base::now() - started_).count(), options_.budget.count())));
  }

  // True: enough is known, or there is no time for more.
  bool look(measure::Looks& looks, std::uint32_t round, double used) {
    looks.look(round, used);
    report::judge(result(), [&](std::uint64_t, std::size_t share) { return looks.needed(share); });
    result().looks.push_back(round);
    result().ended = why_ended(round, used);
    return !result().ended.empty();
  }

  [[nodiscard]] std::string why_ended(std::uint32_t round, double used) const {
    const report::ComparisonResult& seen = outcome_.comparison;
    const auto count = [&](auto is_so) {
      return std::count_if(seen.figures.begin(), seen.figures.end(), is_so);
    };
    const auto judged = count([](const ComparedFigure& one) { return one.comparison.has_value(); });
    const auto open = count([](const ComparedFigure& one) {
      return one.comparison && one.comparison->change == measure::Change::CannotTell;
    });
    if (judged == 0) {
      return "there is nothing to judge";
    }
    if (open == 0) {
      return "all is decided";
    }
    if (options_.ends_with_worse && report::conclusion_of(seen) == report::Conclusion::Worse) {
      return "one is worse";
    }
    if (used < 1) {
      return {};
    }
    return round >= options_.most_rounds ? "there are no more rounds (--rounds)"
                                         : fmt::format("the budget of {} is used up (--budget)",
                                                       base::format_duration(options_.budget));
  }

  // False: something was not as expected.
  base::Result<bool> play_round(std::uint32_t round) {
    std::array<OfPlays<double>, kPlacebos.size()> logs{};
    for (std::size_t duel = 0; duel < duels_.size(); ++duel) {
      const base::Result<bool> played = play_duel(duel, round, logs);
      if (!played || !*played) {
        return played;
      }
    }
    for (std::size_t i = 0; i < kPlacebos.size(); ++i) {
      placebos_[i].push_back(times_of(logs[i]));
    }
    return true;
  }

  base::Result<bool> play_duel(std::size_t duel, std::uint32_t round,
                               std::span<OfPlays<double>> logs) {
    const RoundOrder order = order_of_round(options_.seed, round);
    Plays plays;
    for (std::size_t place = 0; place < 4; ++place) {
      const bool outside = place == 0 || place == 3;
      const Side side = outside == (order.order == Order::Outside) ? kBase : kChanged;
      const std::size_t which = (place >= 2) != order.swapped ? 1 : 0;
      for (std::size_t i = 0; i < kPlacebos.size(); ++i) {
        const base::Result<double> log = log_of(kPlacebos[i]);
        if (!log) {
          return log.error();
        }
        logs[i][side][which] += *log;
      }
      const auto played = play_one(duel, side, round);
      if (!played) {
        return played.error();
      }
      if (!*played) {
        return false;
      }
      plays[side][which] = comparable_of(**played);
    }
    duels_[duel].rounds.push_back(std::move(plays));
    return true;
  }

  static base::Result<double> log_of(const Placebo& placebo) {
    const base::Result<base::Duration> took = placebo.probe(placebo.times);
    return took ? base::Result<double>(std::log(std::max(static_cast<double>(took->count()), 1.0)))
                : base::Error(took.error()).context(placebo.name);
  }

  // The geometric mean over all duels.
  [[nodiscard]] OfPlays<double> times_of(OfPlays<double> logs) const {
    for (auto& side : logs) {
      for (double& value : side) {
        value = std::exp(value / static_cast<double>(duels_.size()));
      }
    }
    return logs;
  }

  void collect() {
    result().figures.clear();
    result().placebos.clear();
    for (std::size_t duel = 0; duel < duels_.size(); ++duel) {
      for (ComparedFigure& figure :
           figures_of(opponent_.duels[duel].base, duels_[duel].rounds, options_.figures)) {
        result().figures.push_back(std::move(figure));
      }
    }
    for (std::size_t i = 0; i < kPlacebos.size(); ++i) {
      result().placebos.push_back(placebo_of(kPlacebos[i].name, placebos_[i]));
    }
  }

  const Opponent& opponent_;
  const VersusOptions& options_;
  const HeldSignals& signals_;
  std::vector<DuelPlayed> duels_;
  std::array<std::vector<OfPlays<double>>, kPlacebos.size()> placebos_;  // by round
  std::mt19937 padding_{options_.seed};
  base::Instant started_;
  VersusOutcome outcome_;
};

}  // namespace

RoundOrder order_of_round(std::uint32_t seed, std::uint32_t round) {
  constexpr std::uint32_t kBlock = 4;
  std::vector<std::uint32_t> block = {0, 1, 2, 3};
  base::shuffle(block, seed + (round - 1) / kBlock);
  const std::uint32_t drawn = block[(round - 1) % kBlock];
  return {(drawn & 1) != 0 ? Order::Outside : Order::Inside, (drawn & 2) != 0};
}

base::Result<VersusOutcome> play_versus(const Opponent& opponent, const VersusOptions& options,
                                        const HeldSignals& signals) {
  return Versus(opponent, options, signals).play();
}

}  // namespace procession::cli
