// SPDX-License-Identifier: MIT
// A load client against servers that do their work badly, each in a way of its own; and against one
// that stands still for a time that is known.
#include "harness/load/client.h"

#include "harness/base/time.h"
#include "harness/measure/counted.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <span>
#include <string>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace procession::load {
namespace {

using trace::Failure;
using trace::Phase;
using trace::Series;

constexpr std::size_t kSize = 64;

// When the server stood still.
struct Pause {
  std::int64_t begin;
  std::int64_t end;
};

// What a server does with the n-th message of all, which has come on the connection `from`.
struct Talk {
  std::vector<int>& connections;
  std::size_t from;
  std::string message;
  std::size_t number;
  Pause* pause;

  void answer(const std::string& text) const { answer_on(connections[from], text); }
  static void answer_on(int socket, const std::string& text) {
    (void)!::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
  }
  void hang_up() const {
    ::close(connections[from]);
    connections[from] = -1;
  }
};
using Manner = void (*)(const Talk&);

// A server that takes its time is what is tested; nobody waits for it to be enough.
void stand_still(std::int64_t ns) {
  const timespec length{0, ns};
  ::nanosleep(&length, nullptr);
}

[[noreturn]] void serve(int listener, Manner manner, std::size_t message_size, Pause* pause) {
  std::vector<int> connections;
  std::vector<std::string> begun;
  std::size_t number = 0;
  for (;;) {
    std::vector<pollfd> entries = {{listener, POLLIN, 0}};
    for (const int connection : connections) {
      entries.push_back({connection, POLLIN, 0});
    }
    ::poll(entries.data(), entries.size(), -1);
    for (std::size_t i = 0; i + 1 < entries.size(); ++i) {
      if (entries[i + 1].revents == 0 || connections[i] < 0) {
        continue;
      }
      static std::array<char, 64 * 1024> room;
      const ssize_t size = ::recv(connections[i], room.data(), room.size(), 0);
      if (size <= 0) {
        ::close(connections[i]);
        connections[i] = -1;
        continue;
      }
      begun[i].append(room.data(), static_cast<std::size_t>(size));
      while (begun[i].size() >= message_size && connections[i] >= 0) {
        const std::string message = begun[i].substr(0, message_size);
        begun[i].erase(0, message_size);
        manner({connections, i, message, number++, pause});
      }
    }
    if (entries[0].revents != 0) {
      connections.push_back(::accept(listener, nullptr, nullptr));
      const int on = 1;  // two replies in a row leave at once
      ::setsockopt(connections.back(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      begun.emplace_back();
    }
  }
}

// A process that serves in this manner as long as it lives.
class Server {
 public:
  explicit Server(Manner manner, std::size_t message_size = kSize) {
    void* const shared =
        ::mmap(nullptr, sizeof(Pause), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pause_ = static_cast<Pause*>(shared);
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener, 64);
    socklen_t size = sizeof address;
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    pid_ = ::fork();
    if (pid_ == 0) {
      serve(listener, manner, message_size, pause_);
    }
    ::close(listener);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::munmap(pause_, sizeof(Pause));
  }

  [[nodiscard]] std::uint32_t port() const { return port_; }
  [[nodiscard]] const Pause& pause() const { return *pause_; }

 private:
  Pause* pause_ = nullptr;
  std::uint32_t port_ = 0;
  pid_t pid_ = -1;
};

// What a client has seen of a server.
class Seen {
 public:
  Seen(const Server& server, Workload work, std::uint32_t message_size = kSize)
      : area_(std::make_unique<Area>()) {
    work.port = server.port();
    work.sizes = {&message_size, 1};
    LoadClient client(work, **area_);
    error_ = client.connect();
    if (error_ == 0) {
      error_ = client.run(
          {}, [](void*, Phase) {}, nullptr);
    }
  }

  [[nodiscard]] scenario::Symbol error() const { return error_; }
  [[nodiscard]] const trace::PhaseCounts& counts(Phase phase = Phase::Measure) const {
    return (**area_).phase(phase).counts;
  }
  [[nodiscard]] std::uint64_t failed(Failure how) const {
    std::uint64_t sum = 0;
    for (const auto& phase : (**area_).phases) {
      sum += phase.counts.failed[static_cast<std::size_t>(how)];
    }
    return sum;
  }
  [[nodiscard]] std::uint64_t failed() const {
    std::uint64_t sum = 0;
    for (std::size_t how = 0; how < trace::kFailures; ++how) {
      sum += failed(static_cast<Failure>(how));
    }
    return sum;
  }
  [[nodiscard]] const measure::Histogram& series(Series series) const {
    return (**area_).phase(Phase::Measure).series[static_cast<std::size_t>(series)];
  }

 private:
  struct alignas(64) Area {
    std::array<std::byte, trace::kLoadAreaBytes> bytes = {};
    trace::LoadArea& operator*() { return *reinterpret_cast<trace::LoadArea*>(bytes.data()); }
  };
  std::unique_ptr<Area> area_;
  scenario::Symbol error_ = 0;
};

Workload requests(std::uint64_t count, std::uint32_t connections = 2) {
  Workload work;
  work.requests = count;
  work.connections = connections;
  work.timeout_ns = 2'000'000'000;
  work.drain_ns = 2'000'000'000;
  return work;
}

Workload open_loop(Workload work, std::int64_t rate) {
  work.loop = scenario::Loop::Open;
  work.rate = rate;
  return work;
}

void echo(const Talk& talk) { talk.answer(talk.message); }

bool is_the_bad_one(const Talk& talk) { return talk.number == 10; }

TEST(LoadClient, CountsEveryRequestOfAnHonestServer) {
  const Server server(echo);
  const Seen seen(server, requests(1000, 7));
  EXPECT_EQ(seen.error(), 0);
  EXPECT_EQ(seen.failed(), 0U);
  EXPECT_EQ(seen.counts().due, 1000U);
  EXPECT_EQ(seen.counts().answered, 1000U);
  EXPECT_EQ(seen.counts().ended, 1000U);
  EXPECT_EQ(seen.series(Series::Service).count(), 1000U);
  EXPECT_EQ(seen.series(Series::Lag).count(), 1000U);
  EXPECT_EQ(seen.series(Series::Connect).count(), 7U);
  EXPECT_EQ(seen.series(Series::Response).count(), 0U) << "a closed loop has none";
}

TEST(LoadClient, FindsACorruptReply) {
  const Server server([](const Talk& talk) {
    std::string text = talk.message;
    text[40] = is_the_bad_one(talk) ? '#' : text[40];
    talk.answer(text);
  });
  const Seen seen(server, requests(100));
  EXPECT_EQ(seen.failed(Failure::Corrupt), 1U);
  EXPECT_EQ(seen.failed(), 1U);
  EXPECT_EQ(seen.counts().answered, 99U);
}

TEST(LoadClient, FindsALetterOfTheIdentityThatIsWrong) {
  const Server server([](const Talk& talk) {
    std::string text = talk.message;
    text[3] = is_the_bad_one(talk) ? 'z' : text[3];
    talk.answer(text);
  });
  const Seen seen(server, requests(100));
  EXPECT_EQ(seen.failed(Failure::Corrupt), 1U);
  EXPECT_EQ(seen.failed(), 1U);
}

TEST(LoadClient, FindsADuplicate) {
  const Server server([](const Talk& talk) {
    talk.answer(is_the_bad_one(talk) ? talk.message + talk.message : talk.message);
  });
  const Seen seen(server, requests(100));
  EXPECT_EQ(seen.failed(Failure::Duplicate), 1U);
  EXPECT_EQ(seen.failed(), 1U);
  EXPECT_EQ(seen.counts().answered, 100U);
}

// The replies of two connections change places.
TEST(LoadClient, FindsCrossedReplies) {
  const Server server([](const Talk& talk) {
    static std::string kept;
    static int kept_for = -1;
    if (talk.number < 10 || talk.number > 11) {
      talk.answer(talk.message);
    } else if (kept_for < 0) {
      kept = talk.message;
      kept_for = talk.connections[talk.from];
    } else {
      Talk::answer_on(kept_for, talk.message);
      talk.answer(kept);
    }
  });
  const Seen seen(server, requests(100));
  EXPECT_EQ(seen.failed(Failure::Crossed), 2U);
  EXPECT_EQ(seen.failed(), 2U);
  EXPECT_EQ(seen.counts().answered, 98U);
}

TEST(LoadClient, FindsAReplyThatIsCutOff) {
  const Server server([](const Talk& talk) {
    talk.answer(is_the_bad_one(talk) ? talk.message.substr(0, 20) : talk.message);
    if (is_the_bad_one(talk)) {
      talk.hang_up();
    }
  });
  const Seen seen(server, requests(100));
  EXPECT_EQ(seen.failed(Failure::Truncated), 1U);
  EXPECT_EQ(seen.failed(), 1U);
}

TEST(LoadClient, FindsAReplyThatBeginsAndNeverEnds) {
  const Server server([](const Talk& talk) {
    talk.answer(is_the_bad_one(talk) ? talk.message.substr(0, 63) : talk.message);
  });
  Workload work = requests(100);
  work.timeout_ns = 300'000'000;
  const Seen seen(server, work);
  EXPECT_EQ(seen.failed(Failure::Truncated), 1U);
}

TEST(LoadClient, FindsAReplyThatDoesNotCome) {
  const Server server([](const Talk& talk) {
    if (!is_the_bad_one(talk)) {
      talk.answer(talk.message);
    }
  });
  Workload work = requests(100);
  work.timeout_ns = 300'000'000;
  const Seen seen(server, work);
  EXPECT_EQ(seen.failed(Failure::TimedOut), 1U);
  EXPECT_GE(seen.series(Series::Service).max(), work.timeout_ns) << "it took so long at least";
  EXPECT_NE(seen.counts().least_unfinished[static_cast<std::size_t>(Series::Service)], 0);
}

TEST(LoadClient, FindsAConnectionThatIsEndedWithoutAReply) {
  const Server server([](const Talk& talk) {
    if (is_the_bad_one(talk)) {
      talk.hang_up();
    } else {
      talk.answer(talk.message);
    }
  });
  const Seen seen(server, requests(100));
  EXPECT_EQ(seen.failed(Failure::Reset), 1U);
  EXPECT_EQ(seen.failed(), 1U);
  EXPECT_EQ(seen.counts().due, 100U) << "it goes on by another connection";
}

// Several requests are on their way on one connection; the second is answered first.
TEST(LoadClient, FindsRepliesInAnotherOrder) {
  const Server server([](const Talk& talk) {
    static std::string kept;
    if (talk.number == 10) {
      kept = talk.message;
    } else if (talk.number == 11) {
      talk.answer(talk.message + kept);
    } else {
      talk.answer(talk.message);
    }
  });
  Workload work = requests(100, 1);
  work.loop = scenario::Loop::Open;
  work.when_busy = scenario::WhenBusy::Pipeline;
  work.rate = 2000;
  const Seen seen(server, work);
  EXPECT_EQ(seen.failed(Failure::Reordered), 1U);
  EXPECT_EQ(seen.failed(), 1U);
  EXPECT_EQ(seen.counts().answered, 99U);
}

TEST(LoadClient, GivesUpWhenNobodyEverAnswers) {
  const Server server([](const Talk& talk) { talk.hang_up(); });
  Workload work = requests(1000);
  work.timeout_ns = 100'000'000;
  EXPECT_EQ(Seen(server, work).error(), ECONNRESET);
}

TEST(LoadClient, ThatLosesAllInItsWarmUpHasMeasuredNothing) {
  const Server server([](const Talk& talk) { talk.hang_up(); });
  Workload work = open_loop(requests(0, 1), 1000);
  work.timeout_ns = 50'000'000;
  work.warmup_ns = work.measure_ns = 10'000'000'000;
  const Seen seen(server, work);
  EXPECT_EQ(seen.error(), ECONNRESET);
  EXPECT_EQ(seen.counts().due, 0U);
  EXPECT_LT(seen.counts(Phase::Warmup).due, 10'000U) << "what was still to come was not due";
}

// What comes behind a reply that is none is no second fault.
TEST(LoadClient, CountsGarbageOnceForEachRequest) {
  const Server server([](const Talk& talk) { talk.answer(std::string(300, '!')); });
  const Seen seen(server, requests(10));
  EXPECT_EQ(seen.failed(Failure::Corrupt), 10U);
  EXPECT_EQ(seen.failed(), 10U);
}

// The 64th request on its way has not left whole when the first reply comes.
TEST(LoadClient, SendsEveryRequestToItsEndBeforeTheNext) {
  constexpr std::uint32_t kLarge = 128 * 1024;
  const Server server(
      [](const Talk& talk) {
        if (talk.number == 0) {
          stand_still(100'000'000);  // until there is no room for more
        }
        talk.answer(talk.message);
      },
      kLarge);
  Workload work = open_loop(requests(300, 1), 20'000);
  work.when_busy = scenario::WhenBusy::Pipeline;
  work.timeout_ns = work.drain_ns = 20'000'000'000;
  const Seen seen(server, work, kLarge);
  EXPECT_EQ(seen.failed(), 0U);
  EXPECT_EQ(seen.counts().answered, 300U);
}

TEST(LoadClient, MakesItsConnectionAnewBetweenPipelinedRequests) {
  const Server server(echo);
  Workload work = open_loop(requests(100, 1), 2000);
  work.when_busy = scenario::WhenBusy::Pipeline;
  work.reconnect_every = 10;
  const Seen seen(server, work);
  EXPECT_EQ(seen.counts().answered, 100U);
  EXPECT_EQ(seen.counts().unfinished, 0U);
}

// Those behind the one that was given up have waited as well.
TEST(LoadClient, ForgetsNoneOfThoseThatWaitedInVain) {
  const Server server([](const Talk& talk) {
    if (talk.number < 20) {
      talk.answer(talk.message);
    }
  });
  Workload work = open_loop(requests(40, 1), 1000);
  work.when_busy = scenario::WhenBusy::Pipeline;
  work.timeout_ns = 100'000'000;
  const Seen seen(server, work);
  EXPECT_EQ(seen.failed(Failure::TimedOut), 20U);
  EXPECT_EQ(seen.series(Series::Response).count(), 40U);
  EXPECT_GE(seen.series(Series::Response).max(), work.timeout_ns);
}

// The other connection, whose first request is answered only when the first connection has its last
// reply, is still at work when that reply comes once more.
TEST(LoadClient, IsNotKeptByAReplyThatComesOnceMoreAtTheEnd) {
  const Server server([](const Talk& talk) {
    static std::string last_of_first;
    static std::string held;
    static std::size_t of_first = 0;
    static std::size_t of_second = 0;
    if (talk.from == 0) {
      last_of_first = talk.message;
      talk.answer(talk.message);
      if (++of_first == 4 && !held.empty()) {
        Talk::answer_on(talk.connections[1], held);
      }
      return;
    }
    if (++of_second == 4) {
      Talk::answer_on(talk.connections[0], last_of_first);
    }
    if (of_first < 4) {
      held = talk.message;
    } else {
      talk.answer(talk.message);
    }
  });
  const Seen seen(server, requests(8, 2));
  EXPECT_EQ(seen.failed(Failure::Duplicate), 1U);
  EXPECT_EQ(seen.counts().answered, 8U);
  EXPECT_EQ(seen.counts().besides, 1U);
}

// Little's law, with the times in which a connection that the server ends was thinking.
TEST(LoadClient, CountsTheThinkingOfAConnectionThatIsEnded) {
  const Server server([](const Talk& talk) {
    talk.answer(talk.message);
    stand_still(10'000'000);
    talk.hang_up();
  });
  Workload work = requests(0, 1);
  work.measure_ns = 500'000'000;
  work.think_ns = 40'000'000;
  const Seen seen(server, work);
  const double in_loop = static_cast<double>(seen.counts().population_ns);
  EXPECT_EQ(seen.failed(), 0U);
  EXPECT_NEAR(static_cast<double>(seen.counts().think_ns), in_loop, 0.2 * in_loop);
}

TEST(Stalls, HideWhatIsDueInThem) {
  Stalls stalls;
  stalls.note(100, 200);
  stalls.note(300, 400);
  EXPECT_EQ(stalls.seen(99), 99);
  EXPECT_EQ(stalls.seen(100), 200);
  EXPECT_EQ(stalls.seen(200), 200);
  EXPECT_EQ(stalls.seen(201), 201);
  EXPECT_EQ(stalls.seen(350), 400);
  EXPECT_EQ(stalls.seen(401), 401);
  for (std::int64_t i = 0; i < 100; ++i) {
    stalls.note(1000 + 10 * i, 1005 + 10 * i);
  }
  EXPECT_EQ(stalls.seen(1001), 1005);
  EXPECT_EQ(stalls.seen(1900), 1995) << "too many are one";
}

TEST(Queue, LosesOneFromItsMiddle) {
  std::array<std::uint32_t, 4> room = {};
  Queue queue(room);
  queue.push(9);
  queue.pop();
  for (const std::uint32_t number : {1U, 2U, 3U, 4U}) {
    queue.push(number);
  }
  queue.remove(3);
  for (const std::uint32_t number : {1U, 2U, 4U}) {
    EXPECT_EQ(queue.front(), number);
    queue.pop();
  }
  EXPECT_TRUE(queue.empty());
}

TEST(Schedule, OfSeveralClientsIsEvenTogether) {
  Workload work = open_loop({}, 1000);
  work.members = 4;
  work.member = 3;
  Schedule schedule(work);
  EXPECT_EQ(schedule.due(), 750'000);
  schedule.go_on();
  EXPECT_EQ(schedule.due(), 1'750'000);
}

TEST(LoadClient, IsRefusedWhereNobodyListens) {
  std::uint32_t port = 0;
  { port = Server(echo).port(); }
  static constexpr std::uint32_t kSizes[] = {kSize};
  Workload work = requests(1);
  work.port = port;
  work.sizes = kSizes;
  auto memory = std::make_unique<std::array<std::byte, trace::kLoadAreaBytes>>();
  memory->fill(std::byte{0});
  LoadClient client(work, *reinterpret_cast<trace::LoadArea*>(memory->data()));
  EXPECT_EQ(client.connect(), ECONNREFUSED);
}

// --- http

std::size_t taken(HttpReply& reply, std::string_view text) {
  return reply.take({text.data(), text.size()});
}

TEST(HttpReply, EndsWithItsContent) {
  constexpr std::string_view kText =
      "HTTP/1.1 200 OK\r\nServer: x\r\nCONTENT-LENGTH:  5\r\n\r\nhello";
  HttpReply whole{};
  EXPECT_EQ(taken(whole, std::string(kText) + "HTTP/1.1"), kText.size());
  EXPECT_TRUE(whole.is_complete());
  EXPECT_FALSE(whole.is_wrong());
  EXPECT_EQ(whole.size(), 5U);
  HttpReply in_pieces{};
  for (const char& c : kText) {
    EXPECT_FALSE(in_pieces.is_complete());
    EXPECT_EQ(in_pieces.take({&c, 1}), 1U);
  }
  EXPECT_TRUE(in_pieces.is_complete());
  EXPECT_EQ(in_pieces.hash(), whole.hash());
}

TEST(HttpReply, OfAnotherStatusIsWrong) {
  HttpReply reply{};
  taken(reply, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(reply.is_complete());
  EXPECT_TRUE(reply.is_wrong());
}

// A server that has stood still for half a second at the 60th of 200 requests.
constexpr std::int64_t kGap = 10'000'000;
constexpr std::int64_t kStandStill = 500'000'000;

void stand_still_once(const Talk& talk) {
  if (talk.number == 60) {
    talk.pause->begin = base::now().ns;
    stand_still(kStandStill);
    talk.pause->end = base::now().ns;
  }
  talk.answer(talk.message);
}

struct StandStill {
  std::array<double, 3> measured;
  std::array<double, 3> analytic;
  double service_p99 = 0;

  [[nodiscard]] bool agrees() const {
    for (std::size_t i = 0; i < measured.size(); ++i) {
      if (std::abs(measured[i] - analytic[i]) > std::max(1e6, 0.01 * analytic[i])) {
        return false;
      }
    }
    return true;
  }
};

// Each request that was due while the server stood still is answered when it goes on.
StandStill stand_still() {
  const Server server(stand_still_once);
  Workload work = requests(0, 1);
  work.loop = scenario::Loop::Open;
  work.rate = 1'000'000'000 / kGap;
  work.measure_ns = 200 * kGap;
  work.timeout_ns = 10'000'000'000;
  const Seen seen(server, work);
  std::vector<std::int64_t> responses;
  for (std::int64_t k = 0; k < 200; ++k) {
    const std::int64_t due = seen.counts().begin + k * kGap;
    responses.push_back(k >= 60 ? std::max<std::int64_t>(0, server.pause().end - due) : 0);
  }
  std::ranges::sort(responses);
  const measure::Counted counted(seen.series(Series::Response));
  StandStill found;
  constexpr std::array<std::uint64_t, 3> kRanks = {180, 190, 198};  // p90, p95, p99
  for (std::size_t i = 0; i < kRanks.size(); ++i) {
    found.measured[i] = static_cast<double>(counted.at(kRanks[i]));
    found.analytic[i] = static_cast<double>(responses[kRanks[i] - 1]);
  }
  found.service_p99 =
      static_cast<double>(measure::Counted(seen.series(Series::Service)).at(kRanks[2]));
  return found;
}

// On a machine that is busy with something else no answer is exact: one quiet moment is enough.
TEST(LoadClient, TellsWhatAServerCostsThatStandsStill) {
  constexpr int kAttempts = 20;
  StandStill found = stand_still();
  for (int i = 1; i < kAttempts && !found.agrees(); ++i) {
    found = stand_still();
  }
  for (std::size_t i = 0; i < found.measured.size(); ++i) {
    EXPECT_NEAR(found.measured[i], found.analytic[i], std::max(1e6, 0.01 * found.analytic[i]));
  }
  // A client that forgets when a request was due knows of one slow reply of 200.
  EXPECT_LT(found.service_p99 * 10, found.analytic[2]);
}

}  // namespace
}  // namespace procession::load
