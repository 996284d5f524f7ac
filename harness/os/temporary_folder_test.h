// SPDX-License-Identifier: MIT
#pragma once
// TemporaryFolder: a folder of its own for one test, gone with it.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace procession::os {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "procession-test-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr) << name;
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool is_empty() const { return std::filesystem::is_empty(path_); }

 private:
  std::string path_;
};

// Where whatever this process starts keeps its temporary files, as long as this lives.
class TemporaryFolderOfPrograms : public TemporaryFolder {
 public:
  TemporaryFolderOfPrograms() { ::setenv("TMPDIR", path().c_str(), 1); }
  ~TemporaryFolderOfPrograms() { ::unsetenv("TMPDIR"); }
};

}  // namespace procession::os
