// SPDX-License-Identifier: MIT
// Servers of every kind, and their clients.
#include "harness/os/machine.h"
#include "harness/player/stage_test.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

namespace procession::player {
namespace {

constexpr InstanceId kClients = 2;

class Net : public testing::TestWithParam<StartMethod> {
 protected:
  Net() {
    if (GetParam() == StartMethod::Forkserver) {
      forkserver = script.process("forkserver", plan::kNone, StartMethod::Spawn);
      script.builder.instances[forkserver].kind = plan::Instance::Kind::Forkserver;
      script.builder.header.forkserver = forkserver;
      script.line(forkserver, {});
    }
    for (InstanceId& client : clients) {
      client = script.process("client", main);
    }
    std::vector<InstanceId> talkers;
    for (InstanceId k = 0; k < kClients; ++k) {
      talkers.push_back(script.process("talker", server));
      script.builder.instances[talkers[k]].kind = plan::Instance::Kind::Talker;
      script.line(talkers[k], {step(Verb::Talk)});
    }
    first_talker = talkers[0];
    script.builder.listeners.push_back(
        {script.builder.text("l"), script.builder.new_word(), script.builder.id_range(talkers)});
  }

  Step net(Verb verb) {
    Step made = step(verb);
    made.channel = 0;
    made.backlog = 16;
    made.connection = 0;
    made.method = GetParam();
    return made;
  }
  Step request(std::string_view text) {
    Step made = net(Verb::Request);
    made.text = script.text(text);
    return made;
  }
  // The server serves until all clients have ended.
  void serve_clients() {
    Step listen = net(Verb::Listen);
    const GateId ready = script.gate({clients[0], clients[1]});
    script.arrival(ready, listen, server, Feed::Point::Return);
    Step serve = net(Verb::Serve);
    serve.gate = script.gate({server}, {clients[0], clients[1]});
    script.line(server, {listen, serve, step(Verb::Mark)});
    is_ready = ready;
    script.line(main, {step(Verb::Start, server), step(Verb::Start, clients[0]),
                       step(Verb::Start, clients[1])});
  }

  Script script;
  InstanceId main = script.process("main");
  InstanceId server = script.process("server", main);
  InstanceId clients[kClients];
  InstanceId first_talker = 0;
  InstanceId forkserver = plan::kNone;
  GateId is_ready = 0;
};

TEST_P(Net, EachConnectionIsServedByItsOwnProcess) {
  serve_clients();
  const std::string large(300'000, 'x');
  script.line(clients[0], {await_gate(is_ready), net(Verb::Connect), request("hello"),
                           request("straße ёлка"), request(large), net(Verb::Disconnect)});
  script.line(clients[1], {await_gate(is_ready), net(Verb::Connect), request("other")});
  Stage stage(script);
  stage.play();

  EXPECT_EQ(stage.text(*stage.line(clients[0], 2)), "HELLO");
  EXPECT_EQ(stage.text(*stage.line(clients[0], 3)), "STRASSE ЁЛКА");
  EXPECT_EQ(stage.text(*stage.line(clients[0], 4)), std::string(300'000, 'X'));
  EXPECT_EQ(stage.text(*stage.line(clients[1], 2)), "OTHER");
  EXPECT_EQ(stage.slot(server).status, 0);
  const InstanceId reaper = forkserver == plan::kNone ? server : forkserver;
  for (InstanceId k = 0; k < kClients; ++k) {
    const InstanceId talker = first_talker + k;
    EXPECT_EQ(stage.slot(talker).status, 0);
    EXPECT_TRUE(stage.is_reaped_by(talker, reaper));
    EXPECT_EQ(stage.slot(talker).ppid, stage.slot(reaper).pid.load());
    EXPECT_LE(stage.slot(talker).dead_seen, stage.line(server, 1)->ret);
  }
}

TEST_P(Net, WhoConnectedBeforeTheEndIsServed) {
  serve_clients();
  for (const InstanceId client : clients) {
    script.line(client, {await_gate(is_ready), net(Verb::Connect), net(Verb::Disconnect)});
  }
  Stage stage(script);
  stage.play();
  for (InstanceId k = 0; k < kClients; ++k) {
    EXPECT_EQ(stage.slot(first_talker + k).status, 0);
    EXPECT_NE(stage.slot(first_talker + k).begin, 0);
  }
}

TEST_P(Net, AReplyMayBeWrongLateOrCutShort) {
  serve_clients();
  Step wrong = request("hello");
  wrong.expect = script.text("HOLLA");
  script.fails(wrong, {scenario::kWrongReply});
  Step late = request("ab");
  late.expect = script.text("ABC");
  late.timeout_ns = 10'000'000;
  script.fails(late, {scenario::kTimedOut});
  script.line(clients[0], {await_gate(is_ready), net(Verb::Connect), wrong, late});
  Step cut = request("x");
  cut.expect = script.text("X and more");
  script.fails(cut, {scenario::kTruncated});
  // One connection too many is closed by the server.
  Step third = net(Verb::Connect);
  third.connection = 2;
  cut.connection = 2;
  script.fails(cut, {scenario::kTruncated, ECONNRESET});
  Step unconnected = request("x");
  unconnected.connection = 3;
  script.fails(unconnected, {ENOTCONN});
  const GateId first_is_served = script.gate({clients[1]});
  script.arrival(first_is_served,
                 script.builder.steps[script.builder.instances[clients[0]].steps.first + 3],
                 clients[0], Feed::Point::Return);
  script.line(clients[1], {await_gate(first_is_served), net(Verb::Connect), request("1"), third,
                           cut, unconnected});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(clients[0], 2)->error, scenario::kWrongReply);
  EXPECT_EQ(stage.text(*stage.line(clients[0], 2)), "HELLO");
  EXPECT_EQ(stage.line(clients[0], 3)->error, scenario::kTimedOut);
  EXPECT_NE(stage.line(clients[1], 4)->error, 0);
  EXPECT_EQ(stage.line(clients[1], 5)->error, ENOTCONN);
  EXPECT_EQ(stage.slot(clients[1]).status, 0);
}

INSTANTIATE_TEST_SUITE_P(Methods, Net,
                         testing::Values(StartMethod::Fork, StartMethod::Spawn,
                                         StartMethod::Forkserver),
                         [](const auto& method) { return std::string(to_string(method.param)); });

class Listening : public testing::Test {
 protected:
  Step net(Verb verb) {
    Step made = step(verb);
    made.channel = 0;
    made.backlog = 16;
    made.connection = 0;
    return made;
  }
  Script script;
  InstanceId main = script.process("main");
};

TEST_F(Listening, ASecondListenerAtThePortIsRefused) {
  const InstanceId child = script.process("child", main);
  script.builder.listeners.push_back({script.builder.text("l"), script.builder.new_word(), {}});
  Step again = net(Verb::Listen);
  script.fails(again, {EADDRINUSE});
  Step early = net(Verb::Connect);
  script.fails(early, {ECONNREFUSED});
  script.line(main, {early, net(Verb::Listen), step(Verb::Start, child), step(Verb::Join, child)});
  script.line(child, {again});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(child, 0)->error, EADDRINUSE);
  EXPECT_EQ(stage.slot(main).status, 0);
}

TEST_F(Listening, AServerWithoutAnEndServesUntilItIsKilled) {
  const InstanceId server = script.process("server", main);
  const InstanceId talker = script.process("talker", server);
  script.builder.instances[talker].kind = plan::Instance::Kind::Talker;
  script.builder.listeners.push_back(
      {script.builder.text("l"), script.builder.new_word(), script.builder.id_range({talker})});
  const GateId ready = script.gate({main});
  Step listen = net(Verb::Listen);
  script.arrival(ready, listen, server, Feed::Point::Return);
  Step request = net(Verb::Request);
  request.text = script.text("a");
  request.service = scenario::Service::Echo;
  Step talk = step(Verb::Talk);
  talk.service = scenario::Service::Echo;
  script.line(main, {step(Verb::Start, server), await_gate(ready), net(Verb::Connect), request,
                     signal_step(Verb::Kill, server, SIGKILL), step(Verb::Join, server), request,
                     net(Verb::Disconnect)});
  script.line(server, {listen, net(Verb::Serve)});
  script.line(talker, {talk});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.text(*stage.line(main, 3)), "a");
  EXPECT_EQ(stage.text(*stage.line(main, 6)), "a") << "its talker lives on and serves";
  EXPECT_EQ(stage.slot(talker).reaper, Slot::kByWarden);
  EXPECT_EQ(stage.line(server, 1)->state.load(), Line::Open);
}

// ---- servers without a process for each connection

class Handlers : public testing::TestWithParam<scenario::Handler> {
 protected:
  Handlers() {
    if (GetParam() == scenario::Handler::IoUring && !os::has_feature("io_uring")) {
      return;
    }
    std::vector<InstanceId> workers;
    if (GetParam() == scenario::Handler::Prefork) {
      for (int k = 0; k < 2; ++k) {
        workers.push_back(script.process("talker", server));
        script.builder.instances[workers.back()].kind = plan::Instance::Kind::Talker;
        script.line(workers.back(), {net(Verb::Talk)});
      }
      first_worker = workers.front();
    }
    script.builder.listeners.push_back(
        {script.builder.text("l"), script.builder.new_word(), script.builder.id_range(workers)});
    Step listen = net(Verb::Listen);
    ready = script.gate({client});
    script.arrival(ready, listen, server, Feed::Point::Return);
    Step serve = net(Verb::Serve);
    serve.gate = script.gate({server}, {client});
    script.line(server, {listen, serve, step(Verb::Mark)});
    script.line(main, {step(Verb::Start, server), step(Verb::Start, client)});
  }
  void SetUp() override {
    if (script.builder.listeners.empty()) {
      GTEST_SKIP() << "needs the feature io_uring";
    }
  }

  static Step net(Verb verb, std::uint32_t connection = 0) {
    Step made = step(verb);
    made.channel = 0;
    made.backlog = 16;
    made.connection = connection;
    made.served_by = GetParam();
    return made;
  }
  Step request(std::string_view text, std::uint32_t connection) {
    Step made = net(Verb::Request, connection);
    made.text = script.text(text);
    return made;
  }

  Script script;
  InstanceId main = script.process("main");
  InstanceId server = script.process("server", main);
  InstanceId client = script.process("client", main);
  InstanceId first_worker = plan::kNone;
  GateId ready = 0;
};

TEST_P(Handlers, AnswerOnTwoConnectionsAndEndAfterThem) {
  const std::string large(300'000, 'x');
  script.line(client, {await_gate(ready), net(Verb::Connect, 0), net(Verb::Connect, 1),
                       request("straße ёлка", 1), request("hello", 0), request(large, 0)});
  Stage stage(script);
  stage.play();

  EXPECT_EQ(stage.text(*stage.line(client, 3)), "STRASSE ЁЛКА");
  EXPECT_EQ(stage.text(*stage.line(client, 4)), "HELLO");
  EXPECT_EQ(stage.text(*stage.line(client, 5)), std::string(300'000, 'X'));
  EXPECT_EQ(stage.slot(client).status, 0);
  EXPECT_EQ(stage.slot(server).status, 0);
  EXPECT_GE(stage.line(server, 1)->ret, stage.line(client, 5)->ret);
  if (first_worker != plan::kNone) {
    for (InstanceId worker = first_worker; worker < first_worker + 2; ++worker) {
      EXPECT_EQ(stage.slot(worker).status, 0);
      EXPECT_TRUE(stage.is_reaped_by(worker, server));
      EXPECT_LE(stage.slot(worker).dead_seen, stage.line(server, 1)->ret);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Handlers,
                         testing::Values(scenario::Handler::Prefork, scenario::Handler::Thread,
                                         scenario::Handler::Epoll, scenario::Handler::IoUring),
                         [](const testing::TestParamInfo<scenario::Handler>& handler) {
                           return std::string(to_string(handler.param));
                         });

}  // namespace
}  // namespace procession::player
