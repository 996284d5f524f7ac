// SPDX-License-Identifier: MIT
#include "harness/cli/result_file.h"

#include "harness/cli/write_all.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace procession::cli {

namespace {

// Through symbolic links: the link stays, what it points to is replaced.
std::string behind_links(const std::string& path) {
  std::error_code ignored;
  const std::filesystem::path real = std::filesystem::canonical(path, ignored);
  return real.empty() ? path : real.string();
}

bool is_special(const std::string& path) {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0 && !S_ISREG(about.st_mode);
}

}  // namespace

base::Result<ResultFile> ResultFile::open(const std::string& path) {
  std::string target = behind_links(path);
  const bool direct = is_special(target);
  std::string temporary = direct ? std::string() : target + "." + std::to_string(::getpid());
  const int flags = O_WRONLY | O_CLOEXEC | O_NOCTTY | (direct ? 0 : O_CREAT | O_TRUNC);
  os::UniqueFd fd(::open((direct ? target : temporary).c_str(), flags, 0666));
  if (!fd) {
    return base::system_error("write " + path, errno);
  }
  return ResultFile(std::move(target), std::move(temporary), std::move(fd));
}

ResultFile::ResultFile(std::string target, std::string temporary, os::UniqueFd fd)
    : target_(std::move(target)), temporary_(std::move(temporary)), fd_(std::move(fd)) {}

ResultFile::ResultFile(ResultFile&& other) noexcept
    : target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})),
      fd_(std::move(other.fd_)) {}

ResultFile::~ResultFile() {
  if (!temporary_.empty()) {
    ::unlink(temporary_.c_str());
  }
}

base::Result<> ResultFile::append(std::string_view bytes) {
  base::Result<> written = write_all(fd_.get(), bytes);
  return written ? std::move(written) : std::move(written).error().context(target_);
}

base::Result<> ResultFile::commit() {
  // Some file systems tell only now that there was no space: close(2).
  if (::close(fd_.release()) != 0) {
    return base::system_error("write " + target_, errno);
  }
  if (!temporary_.empty()) {
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
      return base::system_error("rename " + temporary_ + " to " + target_, errno);
    }
    temporary_.clear();
  }
  return {};
}

}  // namespace procession::cli
