// SPDX-License-Identifier: MIT
#include "harness/player/surroundings.h"

#include "harness/player/self.h"

#include <algorithm>
#include <string_view>
#include <unistd.h>

namespace procession::player {

namespace {

using plan::InstanceId;

os::CpuSet permitted_cpus() {
  os::CpuSet cpus;
  std::copy_n(self().arena.header().permitted_cpus, cpus.size(), cpus.begin());
  return cpus;
}

void run_on(const os::CpuSet& cpus) {
  if (os::set_affinity(cpus) != 0) {
    this_run().flags.fetch_or(trace::Run::kCpuGone, std::memory_order_relaxed);
  }
}

std::size_t inherited_count() {
  std::size_t count = 0;
  while (::environ != nullptr && ::environ[count] != nullptr) {
    ++count;
  }
  return count;
}

// "NAME=", or all of what is no variable.
std::string_view name_in(const char* variable) {
  const std::string_view text(variable);
  return text.substr(0, std::min(text.find('='), text.size() - 1) + 1);
}

class Environment {
 public:
  explicit Environment(std::span<char*> into) : into_(into) {}

  // Unless there is a value of that name already.
  void add(char* variable) {
    const std::string_view name = name_in(variable);
    const auto listed = into_.first(count_);
    if (std::none_of(listed.begin(), listed.end(), [&](const char* other) {
          return std::string_view(other).starts_with(name);
        })) {
      into_[count_++] = variable;
    }
  }
  void end() { into_[count_] = nullptr; }

 private:
  std::span<char*> into_;
  std::size_t count_ = 0;
};

}  // namespace

// Who is made by its starter has inherited that one's CPUs; most have no others.
void keep_to_cpus() {
  const plan::Instance& own = the_plan().instance(self().instance);
  const bool has_them = own.starter != plan::kNone &&
                        own.method != scenario::StartMethod::Forkserver &&
                        own.cpus == the_plan().instance(own.starter).cpus;
  if (own.cpus.count != 0 && !has_them) {
    run_on(cpus_of(self().instance));
  }
}

void run_on_all_cpus() { run_on(permitted_cpus()); }

os::CpuSet cpus_of(InstanceId instance) {
  return os::at_positions(permitted_cpus(), the_plan().ids(the_plan().instance(instance).cpus));
}

std::size_t places_for_environment(InstanceId instance, std::size_t own) {
  std::size_t places = inherited_count() + own + 1;
  for (InstanceId up = instance; up != plan::kNone; up = the_plan().instance(up).starter) {
    places += the_plan().instance(up).variables.count;
  }
  return places;
}

void list_environment(InstanceId instance, std::span<char*> into, std::span<char* const> own) {
  Environment environment(into);
  for (char* const variable : own) {
    environment.add(variable);
  }
  for (InstanceId up = instance; up != plan::kNone; up = the_plan().instance(up).starter) {
    for (const plan::TextRef variable : the_plan().variables(the_plan().instance(up).variables)) {
      // execve(2) does not write to it.
      environment.add(const_cast<char*>(the_plan().text(variable).data()));
    }
  }
  const std::size_t inherited = inherited_count();
  for (std::size_t i = 0; i < inherited; ++i) {
    environment.add(::environ[i]);
  }
  environment.end();
}

}  // namespace procession::player
