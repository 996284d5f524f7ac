// SPDX-License-Identifier: MIT
// Pipes.
#include "harness/player/outcome.h"
#include "harness/player/stage_test.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace procession::player {
namespace {

class Bytes : public testing::TestWithParam<StartMethod> {
 protected:
  Step on_pipe(Verb verb, bool write_end = false) {
    Step made = step(verb);
    made.channel = 0;
    made.write_end = write_end;
    return made;
  }
  Step send(std::string_view words) {
    Step made = on_pipe(Verb::Send);
    made.text = script.text(words);
    return made;
  }
  Step receive() { return on_pipe(Verb::Receive); }
  Bytes() { script.builder.pipes.push_back({script.builder.text("p"), main}); }
  Script script;
  InstanceId main = script.process("main");
  InstanceId child = script.process("child", main, GetParam());
};

TEST_P(Bytes, WhatIsSentArrivesAndTheLastCloseIsTheEnd) {
  script.line(main, {on_pipe(Verb::Pipe), step(Verb::Start, child), on_pipe(Verb::CloseEnd, true),
                     receive(), receive(), receive(), receive()});
  script.line(child, {send("hello"), send("world"), send("...")});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.slot(child).status, 0);
  EXPECT_EQ(stage.text(*stage.line(main, 3)), "hello");
  EXPECT_EQ(stage.text(*stage.line(main, 4)), "world");
  EXPECT_EQ(stage.text(*stage.line(main, 5)), "...");
  EXPECT_EQ(stage.line(main, 6)->answer, kNoAnswer);
}

TEST_P(Bytes, AnEndThatIsNotOpenIsAnError) {
  Step early = send("x");
  script.fails(early, {EBADF});
  Step broken = send("x");
  script.fails(broken, {EPIPE});
  Step twice = on_pipe(Verb::CloseEnd, false);
  script.fails(twice, {EBADF});
  Step late = on_pipe(Verb::Receive);
  late.timeout_ns = 1'000'000;
  script.fails(late, {scenario::kTimedOut});
  script.line(main,
              {early, on_pipe(Verb::Pipe), late, on_pipe(Verb::CloseEnd, false), twice, broken});
  script.line(child, {});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.slot(main).status, 0);
  EXPECT_EQ(stage.line(main, 0)->error, EBADF);
  EXPECT_EQ(stage.line(main, 2)->error, scenario::kTimedOut);
  EXPECT_EQ(stage.line(main, 4)->error, EBADF);
  EXPECT_EQ(stage.line(main, 5)->error, EPIPE);
}

TEST_P(Bytes, AMessageIsAtMostAPage) {
  Step large = send(std::string(4097, 'x'));
  script.fails(large, {EMSGSIZE});
  script.line(main, {on_pipe(Verb::Pipe), large, send(std::string(4096, 'x')), receive()});
  script.line(child, {});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 1)->error, EMSGSIZE);
  EXPECT_EQ(stage.text(*stage.line(main, 3)).size(), 4096u);
}

INSTANTIATE_TEST_SUITE_P(Methods, Bytes, testing::Values(StartMethod::Fork, StartMethod::Spawn),
                         [](const auto& method) { return std::string(to_string(method.param)); });

}  // namespace
}  // namespace procession::player
