// SPDX-License-Identifier: MIT
#pragma once
// The class of machine that figures were measured on, as one word: machines of one class have the
// same architecture, model of CPU, number of permitted CPUs and kernel series, and either all or
// none of them are virtual. Times of two classes are not comparable. Goes with every result, and is
// the name of a baseline's file.

#include <string>
#include <string_view>

namespace procession::os {

struct ClassFacts {
  std::string architecture;  // as uname(2) has it: "x86_64"
  std::string cpu_model;  // as /proc/cpuinfo has it: "Intel(R) Xeon(R) CPU @ 2.20GHz"; may be empty
  unsigned cpus = 1;      // that this process may run on
  std::string kernel;     // its release: "6.18.0-rc1"
  bool is_virtual = false;  // as far as the kernel says so
};

// "x86_64-amd-epyc-7b13-2cpu-linux6.18-vm": only a-z, 0-9, '.', '_' and '-'; at most 100
// characters, never empty, no dot in front.
[[nodiscard]] std::string machine_class(const ClassFacts& facts);

// Of this machine and process.
[[nodiscard]] ClassFacts class_facts();

// The model and whether a hypervisor is below, from the text of /proc/cpuinfo, which has other
// names on each architecture.
void read_cpuinfo(std::string_view cpuinfo, ClassFacts& facts);

// Whether a text is a word as above: what a file says of itself may be anything.
[[nodiscard]] bool is_machine_class(std::string_view word);

}  // namespace procession::os
