// SPDX-License-Identifier: MIT
#include "harness/os/remove_tree.h"

#include "harness/os/temporary_folder_test.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace procession::os {
namespace {

namespace fs = std::filesystem;

class RemoveTree : public ::testing::Test {
 protected:
  RemoveTree() { fs::create_directories(root_); }

  TemporaryFolder folder_;
  std::string outside_ = folder_.path();
  std::string root_ = outside_ + "/root";
};

TEST_F(RemoveTree, WithAllThatIsInIt) {
  fs::create_directories(root_ + "/a/b/c");
  std::ofstream(root_ + "/a/b/file") << "text";
  std::ofstream(root_ + "/.hidden") << "text";
  EXPECT_TRUE(remove_tree(root_.c_str()));
  EXPECT_FALSE(fs::exists(root_));
}

TEST_F(RemoveTree, FollowsNoLink) {
  std::ofstream(outside_ + "/kept") << "text";
  fs::create_directory(outside_ + "/kept_folder");
  fs::create_symlink(outside_ + "/kept", root_ + "/link");
  fs::create_directory_symlink(outside_ + "/kept_folder", root_ + "/folder_link");
  EXPECT_TRUE(remove_tree(root_.c_str()));
  EXPECT_TRUE(fs::exists(outside_ + "/kept"));
  EXPECT_TRUE(fs::exists(outside_ + "/kept_folder"));
}

TEST_F(RemoveTree, EvenWithoutRights) {
  fs::create_directories(root_ + "/closed/inner");
  fs::permissions(root_ + "/closed", fs::perms::none);
  EXPECT_TRUE(remove_tree(root_.c_str()));
  EXPECT_FALSE(fs::exists(root_));
}

TEST_F(RemoveTree, NothingIsRemovedFromNothing) {
  EXPECT_TRUE(remove_tree((outside_ + "/never").c_str()));
}

}  // namespace
}  // namespace procession::os
