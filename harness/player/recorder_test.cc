// SPDX-License-Identifier: MIT
// What happens when the arena is full.
#include "harness/player/stage_test.h"

#include <gtest/gtest.h>

namespace procession::player {
namespace {

TEST(Recorder, WhatFindsNoRoomIsCountedAndHindersNobody) {
  Script script;
  const InstanceId main = script.process("main");
  Step print = step(Verb::Print);
  print.text = script.text("0123456789");
  script.line(main, std::vector<Step>(100, print));
  Stage stage(script);
  stage.arena().header().chunk_capacity = 4;  // 45 lines
  stage.arena().header().text_capacity = 95;  // 9 texts
  stage.play_in_full_arena();

  EXPECT_EQ(stage.slot(main).status, 0);
  EXPECT_EQ(stage.lines(main).size(), 45u);
  EXPECT_EQ(stage.arena().header().lost.load(), (101u - 45u) + (100u - 9u));
  EXPECT_TRUE(stage.run().flags.load() & trace::Run::kLost);
  EXPECT_EQ(stage.text(*stage.line(main, 8)), "0123456789");
  EXPECT_EQ(stage.text(*stage.line(main, 9)), "");
}

}  // namespace
}  // namespace procession::player
