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
  ResultFile file;
  file.target_ = behind_links(path);
  if (is_special(file.target_)) {
    file.fd_.reset(::open(file.target_.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  } else {
    file.temporary_ = file.target_ + "." + std::to_string(::getpid());
    file.open_temporary();
  }
  if (!file.fd_) {
    return base::system_error("write " + path, errno);
  }
  return file;
}

// Without a name, where the file system can: so nothing of it is left by who is killed. errno on
// failure.
void ResultFile::open_temporary() {
  const std::filesystem::path folder = std::filesystem::path(target_).parent_path();
  const char* const place = folder.empty() ? "." : folder.c_str();
  const bool can_get_a_name = ::access("/proc/self/fd", X_OK) == 0;
  fd_.reset(can_get_a_name ? ::open(place, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666) : -1);
  if (!fd_) {
    fd_.reset(::open(temporary_.c_str(), O_WRONLY | O_CLOEXEC | O_CREAT | O_TRUNC, 0666));
    is_named_ = static_cast<bool>(fd_);
  }
}

ResultFile::ResultFile(ResultFile&& other) noexcept
    : target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})),
      is_named_(std::exchange(other.is_named_, false)),
      fd_(std::move(other.fd_)) {}

ResultFile::~ResultFile() {
  if (is_named_) {
    ::unlink(temporary_.c_str());
  }
}

base::Result<> ResultFile::append(std::string_view bytes) {
  base::Result<> written = write_all(fd_.get(), bytes);
  return written ? std::move(written) : std::move(written).error().context(target_);
}

// A name can be given but not taken from another file: open(2), rename(2).
base::Result<> ResultFile::give_name() {
  const std::string open_file = "/proc/self/fd/" + std::to_string(fd_.get());
  ::unlink(temporary_.c_str());
  if (::linkat(AT_FDCWD, open_file.c_str(), AT_FDCWD, temporary_.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    return base::system_error("make " + temporary_, errno);
  }
  is_named_ = true;
  return {};
}

base::Result<> ResultFile::commit() {
  if (!temporary_.empty() && !is_named_) {
    if (base::Result<> named = give_name(); !named) {
      return named;
    }
  }
  // Some file systems tell only now that there was no space: close(2).
  if (::close(fd_.release()) != 0) {
    return base::system_error("write " + target_, errno);
  }
  if (is_named_) {
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
      return base::system_error("rename " + temporary_ + " to " + target_, errno);
    }
    is_named_ = false;
  }
  return {};
}

}  // namespace procession::cli
