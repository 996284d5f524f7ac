// SPDX-License-Identifier: MIT
// faulty_server FAULT SIZE [EVERY [DELAY_MS]]: the server of faulty_server.h as a program, for
// scenarios that start one. Its first line of output is its port; it ends when its input does.
#include "harness/os/unique_fd.h"
#include "harness/testing/faulty_server.h"

#include <charconv>
#include <cstdio>

using namespace procession;

namespace {

template <class T>
bool read_number(const char* text, T& into) {
  const std::string_view digits(text);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), into);
  return error == std::errc() && end == digits.data() + digits.size();
}

std::optional<testing::Misbehaviour> read_arguments(int argc, char** argv) {
  if (argc < 3 || argc > 5) {
    return std::nullopt;
  }
  const auto fault = testing::fault_named(argv[1]);
  testing::Misbehaviour how;
  std::int64_t delay_ms = 0;
  if (!fault || !read_number(argv[2], how.size) || (argc > 3 && !read_number(argv[3], how.every)) ||
      (argc > 4 && !read_number(argv[4], delay_ms)) || how.every == 0) {
    return std::nullopt;
  }
  how.fault = *fault;
  how.delay = base::Duration(delay_ms * 1'000'000);
  return how;
}

}  // namespace

int main(int argc, char** argv) {
  const auto how = read_arguments(argc, argv);
  if (!how) {
    std::fputs("usage: faulty_server FAULT SIZE [EVERY [DELAY_MS]]\n", stderr);
    return 2;
  }
  std::uint16_t port = 0;
  const os::UniqueFd listener(testing::listen_anywhere(port));
  if (!listener) {
    std::perror("faulty_server");
    return 1;
  }
  std::printf("%u\n", static_cast<unsigned>(port));
  std::fflush(stdout);
  testing::serve_wrongly(listener.get(), 0, *how);
}
