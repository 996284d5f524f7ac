// SPDX-License-Identifier: MIT
#include "harness/base/check.h"

#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace procession::base {

namespace {

void put(const char* text) noexcept {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text, std::strlen(text));
}

void put_number(unsigned value) noexcept {
  char digits[12];
  char* first = digits + sizeof digits - 1;
  *first = '\0';
  do {
    *--first = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  put(first);
}

}  // namespace

void fail_check(const char* claim, std::source_location where) noexcept {
  put("procession: a bug: this should hold: ");
  put(claim);
  put(" (");
  put(where.file_name());
  put(":");
  put_number(where.line());
  put(")\n");
  std::abort();
}

}  // namespace procession::base
