// SPDX-License-Identifier: MIT
#include "harness/cli/rounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace procession::cli {
namespace {

using report::ComparedFigure;
using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::Pointwise;

std::vector<Comparable> play(double run) {
  return {{"run.wall", "ns", measure::Better::Lower, {run}, {}},
          {"load.rate", "/s", measure::Better::Higher, {1000 / run}, {}}};
}

Plays round_of(double a1, double a2, double b1, double b2) {
  return {{{play(a1), play(a2)}, {play(b1), play(b2)}}};
}

TEST(RoundsOfArms, are_geometric_means_of_both_plays) {
  const std::vector<Plays> rounds = {round_of(1, 4, 2, 8), round_of(9, 1, 5, 5)};
  const std::vector<ComparedFigure> figures = figures_of("a", rounds, {});
  ASSERT_EQ(figures.size(), 2u);
  EXPECT_EQ(figures[0].name, "run.wall");
  EXPECT_THAT(figures[0].base, ElementsAre(DoubleEq(2), DoubleEq(3)));
  EXPECT_THAT(figures[0].changed, ElementsAre(DoubleEq(4), DoubleEq(5)));
  EXPECT_THAT(figures[0].first, ElementsAre(1, 9));
  EXPECT_THAT(figures[0].second, ElementsAre(4, 1));
  EXPECT_EQ(figures[1].better, measure::Better::Higher);
  EXPECT_EQ(figures[1].unit, "/s");
  EXPECT_EQ(figures[1].not_judged, "");
}

TEST(RoundsOfArms, have_only_the_figures_that_are_wanted) {
  const std::vector<Plays> rounds = {round_of(1, 1, 1, 1)};
  const std::vector<std::string> wanted = {"*.rate"};
  ASSERT_EQ(figures_of("a", rounds, wanted).size(), 1u);
  EXPECT_EQ(figures_of("a", rounds, wanted)[0].name, "load.rate");
}

TEST(RoundsOfArms, with_a_gap_say_where_it_is) {
  std::vector<Plays> rounds(4, round_of(1, 1, 1, 1));
  rounds[1][kChanged][1].erase(rounds[1][kChanged][1].begin());
  rounds[2][kBase][0][1].unfit = "invalid: the client lagged";
  const std::vector<ComparedFigure> figures = figures_of("a", rounds, {});
  EXPECT_EQ(figures[0].not_judged, "new in round 2: no value");
  EXPECT_EQ(figures[0].base.size(), 1u);
  EXPECT_EQ(figures[1].not_judged, "base in round 3: invalid: the client lagged");
}

TEST(RoundsOfArms, have_placebos_beside_them) {
  const std::vector<OfPlays<double>> rounds(3, OfPlays<double>{{{1, 4}, {9, 1}}});
  const ComparedFigure placebo = placebo_of("fork and wait", rounds);
  EXPECT_THAT(placebo.base, Pointwise(DoubleEq(), {2.0, 2.0, 2.0}));
  EXPECT_THAT(placebo.changed, Pointwise(DoubleEq(), {3.0, 3.0, 3.0}));
}

}  // namespace
}  // namespace procession::cli
