// SPDX-License-Identifier: MIT
#include "harness/os/limits.h"

#include "harness/base/text.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/resource.h>

namespace procession::os {

namespace {

std::string text_of(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

template <class Resource>
std::optional<std::uint64_t> limit_of(Resource resource, rlim_t rlimit::*which) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0 || limit.*which == RLIM_INFINITY) {
    return std::nullopt;
  }
  return limit.*which;
}

}  // namespace

std::optional<std::uint64_t> process_limit() { return limit_of(RLIMIT_NPROC, &rlimit::rlim_cur); }
std::optional<std::uint64_t> descriptor_limit() {
  return limit_of(RLIMIT_NOFILE, &rlimit::rlim_max);
}

std::optional<std::uint64_t> pids_cgroup_limit() {
  const std::string text = text_of("/proc/self/cgroup");
  const auto place = pids_cgroup(text);
  std::optional<std::uint64_t> lowest;
  // From the group itself outwards; where another root is mounted (a container), what is found.
  std::string path(place ? place->path : "");
  for (bool more = place.has_value(); more;) {
    const auto limit = read_limit(text_of(std::string(place->mount) + path + "/pids.max"));
    lowest = lowest && limit ? std::min(lowest, limit) : (limit ? limit : lowest);
    const std::size_t slash = path.rfind('/');
    more = slash != path.npos;
    path.resize(more ? slash : 0);
  }
  return lowest;
}

std::optional<std::uint64_t> pid_limit() { return read_limit(text_of("/proc/sys/kernel/pid_max")); }

std::optional<std::uint64_t> overcommit_mode() {
  return read_limit(text_of("/proc/sys/vm/overcommit_memory"));
}

std::optional<std::uint64_t> read_limit(std::string_view text) {
  const std::string_view digits = base::trim(text);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  return value;
}

std::optional<CgroupPlace> pids_cgroup(std::string_view proc_self_cgroup) {
  std::optional<CgroupPlace> found;
  for (const std::string_view line : base::split(proc_self_cgroup, '\n')) {
    const auto fields = base::split(line, ':');  // hierarchy:controllers:path
    if (fields.size() < 3) {
      continue;
    }
    const std::string_view path = line.substr(fields[0].size() + fields[1].size() + 2);
    const std::string_view below = path == "/" ? "" : path;
    const auto controllers = base::split(fields[1], ',');
    if (std::ranges::find(controllers, "pids") != controllers.end()) {
      return CgroupPlace{"/sys/fs/cgroup/pids", below};
    }
    if (fields[0] == "0") {
      found = CgroupPlace{"/sys/fs/cgroup", below};
    }
  }
  return found;
}

}  // namespace procession::os
