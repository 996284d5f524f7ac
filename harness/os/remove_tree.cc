// SPDX-License-Identifier: MIT
#include "harness/os/remove_tree.h"

#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace procession::os {

namespace {

constexpr int kMostLevels = 200;

bool is_dots(const char* name) {
  return std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0;
}

bool remove_at(int parent, const char* name, dev_t device, int level);

// Its owner may have taken its own rights away.
int open_folder(int parent, const char* name) {
  constexpr int kHow = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const int fd = ::openat(parent, name, kHow);
  if (fd >= 0 || errno != EACCES || ::fchmodat(parent, name, S_IRWXU, 0) != 0) {
    return fd;
  }
  return ::openat(parent, name, kHow);
}

bool empty_folder(int parent, const char* name, dev_t device, int level) {
  const int fd = open_folder(parent, name);
  DIR* const folder = fd < 0 ? nullptr : ::fdopendir(fd);
  if (folder == nullptr) {
    return false;
  }
  ::fchmod(fd, S_IRWXU);
  bool all = true;
  while (const dirent* const entry = ::readdir(folder)) {
    all = is_dots(entry->d_name) || (remove_at(fd, entry->d_name, device, level + 1) && all);
  }
  ::closedir(folder);
  return all;
}

bool remove_at(int parent, const char* name, dev_t device, int level) {
  struct stat about {};
  if (::fstatat(parent, name, &about, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno == ENOENT;
  }
  if (!S_ISDIR(about.st_mode)) {
    return ::unlinkat(parent, name, 0) == 0 || errno == ENOENT;
  }
  return about.st_dev == device && level < kMostLevels &&
         empty_folder(parent, name, device, level) &&
         (::unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT);
}

}  // namespace

bool remove_tree(const char* path) noexcept {
  struct stat about {};
  if (::lstat(path, &about) != 0) {
    return errno == ENOENT;
  }
  return remove_at(AT_FDCWD, path, about.st_dev, 0);
}

}  // namespace procession::os
