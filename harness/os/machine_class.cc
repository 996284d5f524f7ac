// SPDX-License-Identifier: MIT
#include "harness/os/machine_class.h"

#include "harness/base/text.h"
#include "harness/os/machine.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <sys/utsname.h>
#include <unistd.h>

namespace procession::os {

namespace {

constexpr std::size_t kLongestModel = 40;
constexpr std::size_t kLongestArchitecture = 20;
constexpr std::size_t kLongestWord = 100;

constexpr bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

constexpr bool may_stand_in_word(char c) {
  return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-';
}

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(), to_lower);
  return small;
}

// Words that say nothing about which model it is.
bool is_filler(std::string_view word) {
  constexpr std::array<std::string_view, 6> kFillers = {"r", "tm", "c", "cpu", "processor", "core"};
  return std::ranges::count(kFillers, word) > 0;
}

// "amd-epyc-7b13" of "AMD EPYC 7B13 64-Core Processor": words of letters and digits, without
// fillers, what follows an @, and how many cores the whole chip has.
std::string short_model(std::string_view model) {
  std::string word;
  std::string name;
  const auto end_of_word = [&](char next) {
    const bool counts_cores =
        next == '-' && word.find_first_not_of("0123456789") == std::string::npos;
    if (!word.empty() && !is_filler(word) && !counts_cores) {
      name += (name.empty() ? "" : "-") + word;
    }
    word.clear();
  };
  for (const char c : lower(model.substr(0, model.find('@')))) {
    if (is_letter_or_digit(c)) {
      word += c;
    } else {
      end_of_word(c);
    }
  }
  end_of_word('\0');
  name.resize(std::min(name.size(), kLongestModel));
  while (name.ends_with('-')) {
    name.pop_back();
  }
  return name.empty() ? "unknown" : name;
}

std::string short_architecture(std::string_view architecture) {
  std::string name;
  for (const char c : lower(architecture.substr(0, kLongestArchitecture))) {
    name += is_letter_or_digit(c) || c == '_' ? std::string(1, c) : std::string();
  }
  return name.empty() ? "unknown" : name;
}

// "6.18" of "6.18.0-rc1-cloud"
std::string short_kernel(std::string_view release) {
  std::string name;
  int dots = 0;
  for (const char c : release) {
    dots += c == '.' ? 1 : 0;
    const bool is_digit = c >= '0' && c <= '9';
    if (dots == 2 || (!is_digit && c != '.') || name.size() == 12) {
      break;
    }
    name += c;
  }
  return name;
}

// "model name" of "model name\t: AMD EPYC"; the value in `value`.
std::string_view key_of(std::string_view line, std::string_view& value) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return {};
  }
  value = base::trim(line.substr(colon + 1));
  return base::trim(line.substr(0, colon));
}

}  // namespace

std::string machine_class(const ClassFacts& facts) {
  return short_architecture(facts.architecture) + "-" + short_model(facts.cpu_model) + "-" +
         std::to_string(facts.cpus) + "cpu-linux" + short_kernel(facts.kernel) +
         (facts.is_virtual ? "-vm" : "");
}

void read_cpuinfo(std::string_view cpuinfo, ClassFacts& facts) {
  std::string_view arm_implementer;  // Arm has numbers only
  std::string_view arm_part;
  for (const std::string_view line : base::split(cpuinfo, '\n')) {
    std::string_view value;
    const std::string_view key = key_of(line, value);
    const bool names_model = key == "model name" || key == "cpu model" || key == "cpu";
    if (names_model && facts.cpu_model.empty()) {
      facts.cpu_model = value;
    } else if (key == "CPU implementer" && arm_implementer.empty()) {
      arm_implementer = value;
    } else if (key == "CPU part" && arm_part.empty()) {
      arm_part = value;
    } else if (key == "flags") {
      const auto flags = base::split(value, ' ');
      facts.is_virtual = facts.is_virtual || std::ranges::count(flags, "hypervisor") > 0;
    }
  }
  if (facts.cpu_model.empty() && !arm_part.empty()) {
    facts.cpu_model = "arm " + std::string(arm_implementer) + " part " + std::string(arm_part);
  }
}

ClassFacts class_facts() {
  ClassFacts facts;
  utsname about{};
  if (::uname(&about) == 0) {
    facts.architecture = about.machine;
  }
  facts.cpus = available_cpus();
  facts.kernel = kernel_release();
  std::ostringstream cpuinfo;
  cpuinfo << std::ifstream("/proc/cpuinfo").rdbuf();
  read_cpuinfo(cpuinfo.view(), facts);
  // Where CPUs have no flag for it: Xen, and machines that are described by a device tree.
  facts.is_virtual = facts.is_virtual || ::access("/sys/hypervisor/type", F_OK) == 0 ||
                     ::access("/proc/device-tree/hypervisor", F_OK) == 0;
  return facts;
}

bool is_machine_class(std::string_view word) {
  return !word.empty() && word.size() <= kLongestWord && word.front() != '.' &&
         std::ranges::all_of(word, may_stand_in_word);
}

}  // namespace procession::os
