// SPDX-License-Identifier: MIT
// bare_echo: echo servers and clients written by hand, with nothing that is not needed: no
// verification, no stamps, no histogram, no scenario. What benchmarks hold `serve` and `load`
// against. Linked as the player is, as a fork costs what a process is made of.
//
// usage: bare_echo serve process|prefork|thread|epoll|io_uring PORT [WORKERS]
//          serves on 127.0.0.1 until it is killed; PORT 0: any. Says "PORT\n" once it listens.
//        bare_echo load PORT CONNECTIONS BYTES MILLISECONDS
//          each connection sends so many bytes and waits for as many, again and again. Says
//          "REQUESTS NANOSECONDS\n": how many came back after a fifth of that as warm-up, in what
//          time.
//        bare_echo churn PORT CONNECTIONS BYTES
//          one connection after the other, each with one request. Says "CONNECTIONS NANOSECONDS\n".
#include "harness/base/time.h"
#include "harness/os/process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef PROCESSION_URING
#include <liburing.h>
#endif

using namespace procession;

namespace {

constexpr std::size_t kBuffer = 64 * 1024;
[[maybe_unused]] constexpr std::size_t kSmallBuffer = 4096;
constexpr int kBacklog = 4096;
constexpr int kMostConnections = 16 * 1024;
constexpr int kEvents = 256;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "bare_echo: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

void send_at_once(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool send_all(int socket, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = ::send(socket, bytes, size, MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) {
      return false;
    }
    if (sent > 0) {
      bytes += sent;
      size -= static_cast<std::size_t>(sent);
    }
  }
  return true;
}

// ---- servers

int listen_on(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address = loopback(port);
  socklen_t size = sizeof address;
  if (::bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(socket, kBacklog) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    fail("listen");
  }
  std::printf("%d\n", int{ntohs(address.sin_port)});
  std::fflush(stdout);
  return socket;
}

// Until its client has ended it.
void echo(int connection) {
  static thread_local char buffer[kBuffer];
  send_at_once(connection);
  for (;;) {
    const ssize_t size = ::recv(connection, buffer, sizeof buffer, 0);
    if (size <= 0 || !send_all(connection, buffer, static_cast<std::size_t>(size))) {
      break;
    }
  }
  ::close(connection);
}

void serve_by_processes(int listener) {
  for (;;) {
    const int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    if (connection < 0) {
      continue;
    }
    if (os::raw_fork() == 0) {
      echo(connection);
      ::_exit(0);
    }
    ::close(connection);
  }
}

void* echo_in_thread(void* connection) {
  echo(static_cast<int>(reinterpret_cast<std::intptr_t>(connection)));
  return nullptr;
}

void serve_by_threads(int listener) {
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  ::pthread_attr_setstacksize(&attributes, 256 * 1024);
  for (;;) {
    const std::intptr_t connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    pthread_t thread;
    if (connection >= 0 && ::pthread_create(&thread, &attributes, echo_in_thread,
                                            reinterpret_cast<void*>(connection)) != 0) {
      fail("pthread_create");
    }
  }
}

void watch(int epoll, int socket) {
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.fd = socket;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &wanted) != 0) {
    fail("epoll_ctl");
  }
}

void accept_all(int epoll, int listener) {
  for (;;) {
    const int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (connection < 0) {
      return;
    }
    send_at_once(connection);
    watch(epoll, connection);
  }
}

// Its clients wait for an answer before they send again, so there is always room to send.
void echo_once(int connection) {
  static char buffer[kBuffer];
  const ssize_t size = ::recv(connection, buffer, sizeof buffer, 0);
  if (size <= 0 || !send_all(connection, buffer, static_cast<std::size_t>(size))) {
    ::close(connection);
  }
}

[[noreturn]] void serve_by_epoll(int listener) {
  ::fcntl(listener, F_SETFL, O_NONBLOCK);
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  watch(epoll, listener);
  std::array<epoll_event, kEvents> events;
  for (;;) {
    const int ready = ::epoll_wait(epoll, events.data(), kEvents, -1);
    for (int k = 0; k < ready; ++k) {
      const int socket = events[static_cast<std::size_t>(k)].data.fd;
      if (socket == listener) {
        accept_all(epoll, listener);
      } else {
        echo_once(socket);
      }
    }
  }
}

#ifdef PROCESSION_URING
char buffers[kMostConnections][kSmallBuffer];  // by descriptor; untouched ones cost nothing

// So many requests can be made next.
void make_room(io_uring& ring, unsigned requests) {
  if (::io_uring_sq_space_left(&ring) < requests) {
    ::io_uring_submit(&ring);
  }
}

void receive(io_uring& ring, int connection) {
  make_room(ring, 1);
  io_uring_sqe* const entry = ::io_uring_get_sqe(&ring);
  ::io_uring_prep_recv(entry, connection, buffers[connection], kSmallBuffer, 0);
  ::io_uring_sqe_set_data64(entry, static_cast<std::uint64_t>(connection));
}

// A connection's answer and its next receiving are one pair.
void answer(io_uring& ring, int connection, int size) {
  make_room(ring, 2);
  io_uring_sqe* const entry = ::io_uring_get_sqe(&ring);
  ::io_uring_prep_send(entry, connection, buffers[connection], static_cast<std::size_t>(size),
                       MSG_NOSIGNAL | MSG_WAITALL);
  entry->flags |= IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
  receive(ring, connection);
}

void accept_next(io_uring& ring, int listener) {
  make_room(ring, 1);
  io_uring_sqe* const entry = ::io_uring_get_sqe(&ring);
  ::io_uring_prep_accept(entry, listener, nullptr, nullptr, SOCK_CLOEXEC);
  ::io_uring_sqe_set_data64(entry, static_cast<std::uint64_t>(listener));
}

void serve_by_uring(int listener) {
  io_uring ring;
  if (::io_uring_queue_init(kEvents, &ring,
                            IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN) != 0) {
    fail("io_uring_queue_init");
  }
  accept_next(ring, listener);
  for (;;) {
    ::io_uring_submit_and_wait(&ring, 1);
    unsigned head = 0;
    unsigned count = 0;
    io_uring_cqe* done = nullptr;
    io_uring_for_each_cqe(&ring, head, done) {
      ++count;
      const int descriptor = static_cast<int>(done->user_data);
      if (descriptor == listener && done->res >= 0) {
        send_at_once(done->res);
        receive(ring, done->res);
        accept_next(ring, listener);
      } else if (done->res > 0) {
        answer(ring, descriptor, done->res);
      } else if (done->res != -ECANCELED) {
        ::close(descriptor);
      }
    }
    ::io_uring_cq_advance(&ring, count);
  }
}
#endif

void serve_by_workers(int listener, int workers) {
  for (int k = 0; k < workers; ++k) {
    if (os::raw_fork() == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      serve_by_epoll(listener);
    }
  }
  while (::wait(nullptr) > 0) {
  }
}

int serve(const char* kind, int port, int workers) {
  const int listener = listen_on(port);
  if (std::strcmp(kind, "process") == 0) {
    serve_by_processes(listener);
  } else if (std::strcmp(kind, "prefork") == 0) {
    serve_by_workers(listener, workers);
  } else if (std::strcmp(kind, "thread") == 0) {
    serve_by_threads(listener);
  } else if (std::strcmp(kind, "epoll") == 0) {
    serve_by_epoll(listener);
#ifdef PROCESSION_URING
  } else if (std::strcmp(kind, "io_uring") == 0) {
    serve_by_uring(listener);
#endif
  }
  return 2;
}

// ---- clients

int connect_to(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail("connect");
  }
  send_at_once(socket);
  return socket;
}

void say(std::uint64_t number, base::Duration took) {
  std::printf("%llu %lld\n", static_cast<unsigned long long>(number),
              static_cast<long long>(took.count()));
}

std::size_t missing[kMostConnections];  // bytes of the answer, by descriptor
char sent[kBuffer];
char received[kBuffer];

// Answers that are complete are followed by the next request.
std::uint64_t go_on(int socket, std::size_t bytes) {
  const ssize_t size = ::recv(socket, received, sizeof received, 0);
  if (size <= 0) {
    fail("recv");
  }
  missing[socket] -= static_cast<std::size_t>(size);
  if (missing[socket] > 0) {
    return 0;
  }
  missing[socket] = bytes;
  if (!send_all(socket, sent, bytes)) {
    fail("send");
  }
  return 1;
}

std::uint64_t exchange(int epoll, std::size_t bytes, base::Instant end) {
  std::uint64_t done = 0;
  std::array<epoll_event, kEvents> events;
  while (base::now() < end) {
    const int ready = ::epoll_wait(epoll, events.data(), kEvents, 1000);
    for (int k = 0; k < ready; ++k) {
      done += go_on(events[static_cast<std::size_t>(k)].data.fd, bytes);
    }
  }
  return done;
}

int load(int port, int connections, std::size_t bytes, base::Duration length) {
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  std::array<int, kMostConnections> sockets;
  for (int k = 0; k < connections; ++k) {
    sockets[static_cast<std::size_t>(k)] = connect_to(port);
    watch(epoll, sockets[static_cast<std::size_t>(k)]);
  }
  for (int k = 0; k < connections; ++k) {
    const int socket = sockets[static_cast<std::size_t>(k)];
    missing[socket] = bytes;
    send_all(socket, sent, bytes);
  }
  (void)exchange(epoll, bytes, base::now() + length / 5);  // a warm-up
  const base::Instant start = base::now();
  const std::uint64_t done = exchange(epoll, bytes, start + length);
  say(done, base::now() - start);
  return 0;
}

int churn(int port, int connections, std::size_t bytes) {
  const base::Instant start = base::now();
  for (int k = 0; k < connections; ++k) {
    const int socket = connect_to(port);
    send_all(socket, sent, bytes);
    for (std::size_t left = bytes; left > 0;) {
      const ssize_t size = ::recv(socket, received, sizeof received, 0);
      if (size <= 0) {
        fail("recv");
      }
      left -= static_cast<std::size_t>(size);
    }
    ::close(socket);
  }
  say(static_cast<std::uint64_t>(connections), base::now() - start);
  return 0;
}

void allow_many_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  sigset_t none;  // whoever starts it may block all
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  allow_many_descriptors();
  const auto is = [&](const char* what, int arguments) {
    return argc >= 2 && std::strcmp(argv[1], what) == 0 && argc >= arguments + 2;
  };
  const auto number = [&](int k) { return std::atoi(argv[k]); };
  if (is("serve", 2)) {
    return serve(argv[2], number(3), argc > 4 ? number(4) : 1);
  }
  if (is("load", 4) && number(3) < kMostConnections - 16 && number(4) <= int{kBuffer}) {
    return load(number(2), number(3), static_cast<std::size_t>(number(4)),
                std::chrono::milliseconds(number(5)));
  }
  if (is("churn", 3) && number(4) <= int{kBuffer}) {
    return churn(number(2), number(3), static_cast<std::size_t>(number(4)));
  }
  std::fprintf(stderr, "bare_echo: see its source for what it takes\n");
  return 2;
}
