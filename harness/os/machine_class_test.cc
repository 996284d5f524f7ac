// SPDX-License-Identifier: MIT
#include "harness/os/machine_class.h"

#include "harness/os/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace procession::os {
namespace {

ClassFacts facts(std::string model) {
  ClassFacts facts;
  facts.architecture = "x86_64";
  facts.cpu_model = std::move(model);
  facts.cpus = 2;
  facts.kernel = "6.18.44-fc-v669";
  return facts;
}

TEST(MachineClass, IsAShortWordOfWhatDecidesHowLongThingsTake) {
  EXPECT_EQ(machine_class(facts("AMD EPYC")), "x86_64-amd-epyc-2cpu-linux6.18");
  EXPECT_EQ(machine_class(facts("AMD EPYC 7B13 64-Core Processor")),
            "x86_64-amd-epyc-7b13-2cpu-linux6.18");
  EXPECT_EQ(machine_class(facts("Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz")),
            "x86_64-intel-xeon-platinum-8481c-2cpu-linux6.18");
  EXPECT_EQ(machine_class(facts("Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz")),
            "x86_64-intel-i7-8650u-2cpu-linux6.18");
}

TEST(MachineClass, TellsVirtualMachines) {
  ClassFacts some = facts("AMD EPYC");
  some.is_virtual = true;
  EXPECT_EQ(machine_class(some), "x86_64-amd-epyc-2cpu-linux6.18-vm");
}

TEST(MachineClass, IsAFileNameWhateverTheKernelSays) {
  for (const std::string text :
       {"", "../../etc/passwd", ".", "-", "a\nb", "\xff\xfe", "中文", "{}|`$(x)"}) {
    ClassFacts wild = facts(text);
    wild.architecture = text;
    wild.kernel = text;
    EXPECT_TRUE(is_machine_class(machine_class(wild))) << text;
  }
  ClassFacts endless = facts(std::string(1000, 'x'));
  endless.architecture = std::string(1000, 'y');
  endless.kernel = std::string(1000, '9');
  endless.cpus = 4'000'000'000;
  endless.is_virtual = true;
  EXPECT_TRUE(is_machine_class(machine_class(endless))) << machine_class(endless);
}

TEST(MachineClass, KnowsAWordOfItsOwn) {
  EXPECT_TRUE(is_machine_class("x86_64-amd-epyc-2cpu-linux6.18"));
  for (const std::string_view wrong : {"", "../x", "a/b", "A", "a b", ".a", "a\n"}) {
    EXPECT_FALSE(is_machine_class(wrong)) << wrong;
  }
}

TEST(CpuInfo, HasItsModelUnderANameOfTheArchitecture) {
  ClassFacts x86;
  read_cpuinfo(
      "processor\t: 0\nmodel name\t: AMD EPYC\nflags\t\t: fpu hypervisor lm\n\n"
      "processor\t: 1\nmodel name\t: another\n",
      x86);
  EXPECT_EQ(x86.cpu_model, "AMD EPYC");
  EXPECT_TRUE(x86.is_virtual);

  ClassFacts arm;
  read_cpuinfo(
      "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n\n"
      "processor\t: 1\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n",
      arm);
  EXPECT_EQ(arm.cpu_model, "arm 0x41 part 0xd0c");
  EXPECT_FALSE(arm.is_virtual);

  ClassFacts power;
  read_cpuinfo("processor\t: 0\ncpu\t\t: POWER9, altivec supported\n", power);
  EXPECT_EQ(power.cpu_model, "POWER9, altivec supported");

  ClassFacts none;
  read_cpuinfo("", none);
  EXPECT_EQ(none.cpu_model, "");
}

TEST(ClassFacts, AreThoseOfThisProcess) {
  const ClassFacts here = class_facts();
  EXPECT_EQ(here.cpus, available_cpus());
  EXPECT_EQ(here.kernel, kernel_release());
  EXPECT_THAT(machine_class(here), ::testing::HasSubstr("cpu-linux"));
  EXPECT_EQ(machine_class(class_facts()), machine_class(here));
}

}  // namespace
}  // namespace procession::os
