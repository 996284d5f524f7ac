// SPDX-License-Identifier: MIT
// faulty_server PORT FAULT SIZE EVERY DELAY_MS: the server of faulty_server.h as a program, for
// scenarios that start one. It serves until it is ended.
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

std::optional<testing::Misbehaviour> read_arguments(char** arguments, std::uint16_t& port) {
  const auto fault = testing::fault_named(arguments[1]);
  testing::Misbehaviour how;
  std::int64_t delay_ms = 0;
  if (!read_number(arguments[0], port) || !fault || !read_number(arguments[2], how.size) ||
      !read_number(arguments[3], how.every) || !read_number(arguments[4], delay_ms) ||
      how.every == 0) {
    return std::nullopt;
  }
  how.fault = *fault;
  how.delay = base::Duration(delay_ms * 1'000'000);
  return how;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint16_t port = 0;
  const auto how = argc == 6 ? read_arguments(argv + 1, port) : std::nullopt;
  if (!how) {
    std::fputs("usage: faulty_server PORT FAULT SIZE EVERY DELAY_MS\n", stderr);
    return 2;
  }
  const os::UniqueFd listener(testing::listen_at(port));
  if (!listener) {
    std::perror("faulty_server");
    return 1;
  }
  testing::serve_wrongly(listener.get(), -1, *how);
}
