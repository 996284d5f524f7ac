// SPDX-License-Identifier: MIT
#include "harness/run/opponent_bench.h"

#include "harness/base/check.h"
#include "harness/os/proc_entry.h"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace procession::run {

Size size_of(int process) {
  Size size;
  std::ifstream rollup("/proc/" + std::to_string(process) + "/smaps_rollup");
  for (std::string line; std::getline(rollup, line);) {
    if (line.starts_with("Rss:")) {
      size.resident_kib = std::stod(line.substr(4));
    } else if (line.starts_with("Pss:")) {
      size.share_kib = std::stod(line.substr(4));
    } else if (line.starts_with("Anonymous:")) {
      size.anonymous_kib = std::stod(line.substr(10));
    }
  }
  return size;
}

namespace {

constexpr int kPatienceMs = 60'000;

// By number.
std::map<int, int> all_parents() {
  std::map<int, int> parents;
  os::ProcListing listing;
  while (const char* const name = listing.next()) {
    os::ProcEntry::Stat stat;
    if (os::ProcEntry::open(name).read(stat)) {
      parents[std::atoi(name)] = stat.parent;
    }
  }
  return parents;
}

int parent_in(const std::map<int, int>& parents, int process) {
  const auto found = parents.find(process);
  return found == parents.end() ? 0 : found->second;
}

}  // namespace

// The tool starts the warden, and that the zygote. What this process starts besides has no children
// while it is not asked for anything.
int zygote_process() {
  const std::map<int, int> parents = all_parents();
  for (const auto& [process, parent] : parents) {
    if (parent_in(parents, parent) == ::getpid()) {
      return process;
    }
  }
  return 0;
}

Family family_of_zygote(std::size_t sample) {
  const std::map<int, int> parents = all_parents();
  std::vector<int> members;
  for (const auto& [process, parent] : parents) {
    int above = parent_in(parents, parent);
    for (above = parent_in(parents, above); above > 1; above = parent_in(parents, above)) {
      if (above == ::getpid()) {
        members.push_back(process);
        break;
      }
    }
  }
  Family family{members.size(), {}};
  for (std::size_t i = 0; i < members.size();
       i += std::max(members.size() / sample, std::size_t{1})) {
    family.sample.push_back(members[i]);
  }
  return family;
}

Opponent::Opponent(const std::string& program, std::vector<std::string> arguments) {
  int to_it[2] = {-1, -1};
  int from_it[2] = {-1, -1};
  base::check(::pipe2(to_it, O_CLOEXEC) == 0 && ::pipe2(from_it, O_CLOEXEC) == 0,
              "there are pipes");
  const os::UniqueFd its_input(to_it[0]);
  const os::UniqueFd its_output(from_it[1]);
  input_.reset(to_it[1]);
  output_.reset(from_it[0]);
  const os::UniqueFd image(::open(program.c_str(), O_PATH | O_CLOEXEC));
  os::Launch launch;
  launch.executable = image.get();
  launch.arguments = std::move(arguments);
  launch.descriptors = {{its_input.get(), STDIN_FILENO}, {its_output.get(), STDOUT_FILENO}};
  auto started = os::Child::start(launch);
  base::check(started.has_value(), "the opponent starts");
  child_ = *std::move(started);
}

Opponent Opponent::raw_forks() { return {PROCESSION_BINARY_DIR "/bin/raw_forks", {"raw_forks"}}; }

double Opponent::play_ns(testing::RawRequest::What what, std::uint32_t count) const {
  const testing::RawRequest request{what, count};
  std::int64_t ns = 0;
  pollfd entry{output_.get(), POLLIN, 0};
  base::check(::write(input_.get(), &request, sizeof request) == ssize_t{sizeof request} &&
                  ::poll(&entry, 1, kPatienceMs) == 1 &&
                  ::read(output_.get(), &ns, sizeof ns) == ssize_t{sizeof ns},
              "the opponent answers");
  return static_cast<double>(ns);
}

Size Opponent::size() const {
  return size_of(os::proc_number(os::UniqueFd(::fcntl(child_.pidfd(), F_DUPFD_CLOEXEC, 0))));
}

}  // namespace procession::run
