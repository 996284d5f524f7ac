// SPDX-License-Identifier: MIT
#include "harness/os/private_memory.h"

#include "harness/os/process.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace procession::os {
namespace {

constexpr std::size_t kSize = 1 << 20;

// Whether this process has memory there: mincore(2).
bool is_mapped(void* address) {
  std::vector<unsigned char> resident(kSize / 4096);
  return ::mincore(address, kSize, resident.data()) == 0;
}

TEST(PrivateMemory, IsZeroAndMayBeWritten) {
  PrivateMemory memory;
  ASSERT_EQ(memory.map(kSize), 0);
  EXPECT_EQ(memory.size(), kSize);
  EXPECT_TRUE(std::all_of(memory.bytes(), memory.bytes() + kSize,
                          [](std::byte byte) { return byte == std::byte{0}; }));
  memory.bytes()[kSize - 1] = std::byte{1};
}

TEST(PrivateMemory, IsGivenBack) {
  PrivateMemory memory;
  ASSERT_EQ(memory.map(kSize), 0);
  void* const first = memory.bytes();
  PrivateMemory other(std::move(memory));
  EXPECT_TRUE(is_mapped(first));
  other.unmap();
  EXPECT_FALSE(is_mapped(first));
  EXPECT_EQ(other.bytes(), nullptr);
}

TEST(PrivateMemory, AForkedChildHasNone) {
  PrivateMemory memory;
  ASSERT_EQ(memory.map(kSize), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    leave(is_mapped(memory.bytes()) ? 1 : 0);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(is_mapped(memory.bytes()));
}

TEST(PrivateMemory, TellsWhyThereIsNone) {
  PrivateMemory memory;
  EXPECT_EQ(memory.map(std::size_t{1} << 60), ENOMEM);
  EXPECT_EQ(memory.bytes(), nullptr);
}

}  // namespace
}  // namespace procession::os
