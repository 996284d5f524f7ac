// SPDX-License-Identifier: MIT
#include "harness/base/result.h"

#include <cerrno>
#include <cstring>

namespace procession::base {

namespace {

ErrorKind kind_of(int number) {
  switch (number) {
    case EPERM:
    case EACCES:
      return ErrorKind::NotPermitted;
    case EAGAIN:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
    case ENOSPC:
    case EDQUOT:
      return ErrorKind::Exhausted;
    case ENOSYS:
    case EOPNOTSUPP:
      return ErrorKind::Unsupported;
    default:
      return ErrorKind::Io;
  }
}

}  // namespace

Error system_error(std::string_view doing, int number) {
  return {kind_of(number), std::string(doing) + ": " + std::strerror(number), number};
}

}  // namespace procession::base
